"""Lists of items as sparse bags."""

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

import numpy as np

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.encoders._base import ColumnEncoder
from gnn2mlp.encoders._sparse import SparseRows
from gnn2mlp.encoders._words import chosen
from gnn2mlp.encoders.reading import as_lists
from gnn2mlp.encoders.values import Lists, Values, Vectors, as_texts

# Between the items of a row where scikit-learn reads them as one text: what separates units, by its own name.
SEPARATOR = "\x1f"
PATTERN = f"[^{SEPARATOR}]+"


class Bag(ColumnEncoder):
    """A feature for each item of a vocabulary: 1 where the row's list has it. Order and repetition do not count.

    As scikit-learn's `CountVectorizer(binary=True)` does. Items are texts or numbers; those out of the vocabulary count
    nothing, and a gap is an empty list.

    Args:
        most: items in the vocabulary, those in most rows; of equally frequent ones the first in order.
        least: in how many observed rows an item has to be; 1 where none is in as many.
        counts: count how often an item is in the list.

    Raises:
        ConfigError: if one of the limits is less than 1.

    Example:
        >>> encoder = Bag(least=1).fit([["red", "blue"], ["red"], None])
        >>> encoder.feature_names("tags")
        ('tags: blue', 'tags: red')
        >>> encoder.transform([["red", "red"], ["green"]]).toarray().tolist()
        [[0.0, 1.0], [0.0, 0.0]]
    """

    name = "bag"
    citation = "Harris, Distributional Structure, Word 1954"
    reads = frozenset({"list", "vector"})
    sparse = True

    words_: tuple[str, ...]

    def __init__(self, most: int = 10_000, least: int = 2, counts: bool = False):
        if min(most, least) < 1:
            raise ConfigError(f"most, least: expected at least 1, got {most} and {least}")
        self.most = most
        self.least = least
        self.counts = counts

    def _fit(self, values: Values) -> None:
        lists = _lists(values)
        items = as_texts(lists.items)
        _, codes, often = _counted(lists, items.codes)
        rows = np.bincount(codes, minlength=len(items.texts)).tolist()
        sums = np.bincount(codes, often, minlength=len(items.texts)).astype(np.int64).tolist()
        met = [one for one in zip(items.texts, rows, sums if self.counts else rows, strict=True) if one[1]]
        self.words_ = tuple(chosen(met, self.least, self.most) or chosen(met, 1, self.most))
        self._prepare()

    def _prepare(self) -> None:
        self._places = {word: place for place, word in enumerate(self.words_)}

    def _transform(self, values: Values) -> SparseRows:
        lists = _lists(values)
        items = as_texts(lists.items)
        places = np.array([*(self._places.get(text, -1) for text in items.texts), -1], dtype=np.int64)[items.codes]
        rows, columns, often = _counted(lists, places)
        data = often.astype(np.float32) if self.counts else np.ones(len(columns), dtype=np.float32)
        indptr = np.concatenate([[0], np.cumsum(np.bincount(rows, minlength=len(lists)))])
        return SparseRows(data, columns.astype(np.int32), indptr, len(self.words_))

    def feature_names(self, column: str) -> tuple[str, ...]:
        """`column: item` for each item."""
        return tuple(f"{column}: {word}" for word in self.words_)

    @property
    def width(self) -> int:
        """How many items there are."""
        return len(self.words_)

    def transformer(self) -> Any:
        """`CountVectorizer` of these items, which reads those of a row as one text, separated by `SEPARATOR`."""
        from sklearn.feature_extraction.text import CountVectorizer

        made = CountVectorizer(
            token_pattern=PATTERN, lowercase=False, binary=not self.counts, vocabulary=self._places, dtype=np.float32
        )
        return made.fit([SEPARATOR.join(self.words_)])

    def prepare(self, values: Any) -> np.ndarray:
        """Items of each row as one text, object (rows,)."""
        lists = _lists(self._accepted(values))
        items, ends = [text or "" for text in as_texts(lists.items).to_list()], lists.indptr.tolist()
        rows = [SEPARATOR.join(items[start:stop]) for start, stop in pairwise(ends)]
        return np.array(rows, dtype=object)

    def _facts(self) -> dict[str, Any]:
        return {"words": list(self.words_)}

    def _load(self, facts: Mapping[str, Any], state: Mapping[str, np.ndarray]) -> None:
        self.words_ = tuple(facts["words"])
        self._prepare()


def _lists(values: Values) -> Lists:
    """Lists, also of vectors."""
    lists = as_lists(values) if isinstance(values, Vectors) else values
    assert isinstance(lists, Lists), "other kinds were refused before"
    return lists


def _counted(lists: Lists, places: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Row, place and number of each different item of a row, in order; places below 0 are left out."""
    rows = np.repeat(np.arange(len(lists)), np.diff(lists.indptr))
    kept = places >= 0
    width = int(places.max(initial=0)) + 1
    pairs, often = np.unique(rows[kept] * width + places[kept], return_counts=True)
    return pairs // width, pairs % width, often

"""Categories as a feature for each of their values."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.encoders._base import ColumnEncoder
from gnn2mlp.encoders._sparse import SparseRows
from gnn2mlp.encoders.values import Values, as_texts

_WIDE = 32
_SHOWN = 40  # letters of a value in the name of its feature


class Category(ColumnEncoder):
    """One-hot: a feature for each of the most frequent values, 1 where the row has it.

    As scikit-learn's `OneHotEncoder(handle_unknown="ignore")` does. Values beyond the limit share the row of zeros with
    values that were never seen, so that the student knows such rows when it meets them. Of gaps a further feature
    tells, if there were any among the observed rows. Numbers and truth values are categories by how they are written:
    3.0 is `3`.

    Args:
        most: how many values have a feature of their own. Of values that are equally frequent, the first in order.

    Raises:
        ConfigError: if that is none.

    Example:
        >>> encoder = Category().fit(["red", "blue", None, "red"])
        >>> encoder.feature_names("colour")
        ('colour=blue', 'colour=red', 'colour is missing')
        >>> encoder.transform(["red", "green"]).tolist()
        [[0.0, 1.0, 0.0], [0.0, 0.0, 0.0]]
        >>> encoder.unseen(["red", "green"]).tolist()
        [False, True]
    """

    name = "category"
    citation = "Suits, Use of Dummy Variables in Regression Equations, JASA 1957"
    reads = frozenset({"number", "boolean", "category", "text"})

    categories_: tuple[str, ...]
    rare_: frozenset[str]
    flagged_: bool

    def __init__(self, most: int = 100):
        if most < 1:
            raise ConfigError(f"most: expected at least one value with a feature of its own, got {most}")
        self.most = most

    def _fit(self, values: Values) -> None:
        texts = as_texts(values)
        counts = np.bincount(texts.codes[texts.codes >= 0], minlength=len(texts.texts)).tolist()
        met = [(-count, text) for text, count in zip(texts.texts, counts, strict=True) if count]
        frequent = [text for _, text in sorted(met)]
        self.categories_ = tuple(sorted(frequent[: self.most]))
        self.rare_ = frozenset(frequent[self.most :])
        self.flagged_ = bool(texts.gaps.any())
        self._places = _numbered(self.categories_)

    def _transform(self, values: Values) -> Any:
        texts, gap = as_texts(values), self.width - 1 if self.flagged_ else -1
        columns = np.array([*(self._places.get(text, -1) for text in texts.texts), gap], dtype=np.int32)[texts.codes]
        full = columns >= 0
        indptr = np.concatenate([[0], np.cumsum(full)])
        rows = SparseRows(np.ones(indptr[-1], dtype=np.float32), columns[full], indptr, self.width)
        return rows if self.sparse else rows.to_dense()

    @property
    def width(self) -> int:
        """How many values have a feature of their own, and one more for gaps."""
        return len(self.categories_) + self.flagged_

    @property
    def sparse(self) -> bool:  # type: ignore[override]
        """Whether there are so many values that most features are 0."""
        return self.width >= _WIDE

    def unseen(self, values: Any) -> np.ndarray:
        """Which rows hold a value that no observed row held, bool (rows,)."""
        texts = as_texts(self._accepted(values))
        new = [text not in self._places and text not in self.rare_ for text in texts.texts]
        unseen: np.ndarray = np.array([*new, False], dtype=bool)[texts.codes]
        return unseen

    def feature_names(self, column: str) -> tuple[str, ...]:
        """`column=value` for each value, and one more for gaps."""
        names = [f"{column}={value}" for value in self.categories_]
        short = [name if len(name) <= len(column) + _SHOWN else f"{name[: len(column) + _SHOWN]}…" for name in names]
        names = short if len(set(short)) == len(short) else names
        return (*names, *((f"{column} is missing",) if self.flagged_ else ()))

    def transformer(self) -> Any:
        """`OneHotEncoder` of these values, with the empty text for gaps."""
        from sklearn.preprocessing import OneHotEncoder

        known = np.array([*self.categories_, *([""] if self.flagged_ else [])], dtype=object)
        encoder = OneHotEncoder(categories=[known], handle_unknown="ignore", sparse_output=False, dtype=np.float32)
        return encoder.fit(known[:, None])

    def prepare(self, values: Any) -> np.ndarray:
        """Texts object (rows, 1), the empty one for a gap."""
        texts = as_texts(self._accepted(values))
        return np.array([text or "" for text in texts.to_list()], dtype=object)[:, None]

    def _facts(self) -> dict[str, Any]:
        return {"categories": list(self.categories_), "rare": sorted(self.rare_), "flagged": self.flagged_}

    def _load(self, facts: Mapping[str, Any], state: Mapping[str, np.ndarray]) -> None:
        self.categories_, self.rare_ = tuple(facts["categories"]), frozenset(facts["rare"])
        self.flagged_ = bool(facts["flagged"])
        self._places = _numbered(self.categories_)


def _numbered(categories: tuple[str, ...]) -> dict[str, int]:
    return {text: place for place, text in enumerate(categories)}

"""Texts as weighted counts of their words."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.core.rows import spread
from gnn2mlp.encoders._base import ColumnEncoder
from gnn2mlp.encoders._sparse import SparseRows
from gnn2mlp.encoders.values import Values, as_texts

# Two letters or digits at least, and whatever is neither ASCII nor a sign or space of Latin-1, of general punctuation
# or of Chinese and Japanese. Written out, as `\w` means less to the runtime of ONNX, which reads this pattern as well.
PATTERN = "[^\x00-/:-@\\[-`{-\xbf\u2000-\u206f\u3000-\u303f\uff00-\uff0f\uff1a-\uff20]{2,}"
# So many texts at once become rows, whose words are Python objects before.
_CHUNK = 65_536
# Words are weighed by so many rows at most, evenly spread.
_FITTED = 250_000


class Text(ColumnEncoder):
    """TF-IDF: of each word of the vocabulary how often it is there, times how rare it is; rows of length 1.

    As scikit-learn's `TfidfVectorizer` does. Words are runs of two letters or digits at least, in lower case; letters
    beyond ASCII count. A gap and a text without any known word are rows of zeros. Of more than 250,000 observed rows,
    as many, evenly spread, decide on words and weights.

    Args:
        most: words in the vocabulary, the most frequent ones.
        least: in how many observed rows a word has to be; 1 where no word is in as many.

    Raises:
        ConfigError: if one of them is less than 1.

    Example:
        >>> encoder = Text(least=1).fit(["A red house", "a blue house"])
        >>> encoder.feature_names("title")
        ('title: blue', 'title: house', 'title: red')
        >>> encoder.transform(["House!"]).toarray().tolist()
        [[0.0, 1.0, 0.0]]
    """

    name = "text"
    citation = "Spärck Jones, A Statistical Interpretation of Term Specificity, Journal of Documentation 1972"
    reads = frozenset({"category", "text"})
    sparse = True

    words_: tuple[str, ...]
    idf_: np.ndarray

    def __init__(self, most: int = 5000, least: int = 2):
        if min(most, least) < 1:
            raise ConfigError(f"most, least: expected at least 1, got {most} and {least}")
        self.most = most
        self.least = least

    def _fit(self, values: Values) -> None:
        texts = as_texts(values)
        known = [*texts.texts, ""]
        rows = [known[code] for code in spread(texts.codes, _FITTED).tolist()]
        found = _fitted(rows, self.most, self.least) or _fitted(rows, self.most, 1)
        self.words_ = tuple(found.get_feature_names_out().tolist()) if found else ()
        self.idf_ = np.asarray(found.idf_, dtype=np.float64) if found else np.empty(0)
        self._prepare()

    def _prepare(self) -> None:
        self._places = {word: place for place, word in enumerate(self.words_)}
        self._split = re.compile(PATTERN).findall

    def _transform(self, values: Values) -> SparseRows:
        texts = as_texts(values)
        each = self._each(texts.texts)
        in_order = len(texts) == len(texts.texts) and np.array_equal(texts.codes, np.arange(len(texts)))
        return each if in_order else each.take(texts.codes)

    def _each(self, texts: Sequence[str]) -> SparseRows:
        """The row of every text."""
        parts = list(self._chunks(texts))
        lengths = np.concatenate([part[0] for part in parts])
        indptr = np.concatenate([[0], np.cumsum(lengths)])
        places, weights = (np.concatenate([part[at] for part in parts]) for at in (1, 2))
        return SparseRows(weights, places, indptr, len(self.words_))

    def _chunks(self, texts: Sequence[str]) -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray]]:
        """Numbers of words of each text, their places int32, and their weights float32, some texts at a time."""
        for start in range(0, max(1, len(texts)), _CHUNK):  # one empty chunk if there are none
            counted = [self._counted(text) for text in texts[start : start + _CHUNK]]
            lengths = np.array([len(counts) for counts in counted], dtype=np.int64)
            places = np.array([place for counts in counted for place, _ in counts], dtype=np.int32)
            often = np.array([count for counts in counted for _, count in counts], dtype=np.float64)
            yield lengths, places, _weights(lengths, often * self.idf_[places])

    def _counted(self, text: str) -> list[tuple[int, int]]:
        counts: dict[int, int] = {}
        for word in self._split(text.lower()):
            place = self._places.get(word)
            if place is not None:
                counts[place] = counts.get(place, 0) + 1
        return sorted(counts.items())

    def feature_names(self, column: str) -> tuple[str, ...]:
        """`column: word` for each word."""
        return tuple(f"{column}: {word}" for word in self.words_)

    @property
    def width(self) -> int:
        """How many words there are."""
        return len(self.words_)

    def transformer(self) -> Any:
        """`TfidfVectorizer` of these words and weights."""
        from sklearn.feature_extraction.text import TfidfVectorizer

        made = TfidfVectorizer(token_pattern=PATTERN, vocabulary=self._places)
        made.fit([" ".join(self.words_)])
        made.idf_ = self.idf_
        return made

    def prepare(self, values: Any) -> np.ndarray:
        """Texts object (rows,), the empty one for a gap."""
        return np.array([text or "" for text in as_texts(self._accepted(values)).to_list()], dtype=object)

    def _facts(self) -> dict[str, Any]:
        return {"words": list(self.words_)}

    def state(self) -> dict[str, np.ndarray]:
        """`idf` (words,)."""
        return {"idf": self.idf_}

    def _load(self, facts: Mapping[str, Any], state: Mapping[str, np.ndarray]) -> None:
        self.words_, self.idf_ = tuple(facts["words"]), np.asarray(state["idf"], dtype=np.float64)
        self._prepare()

    def __getstate__(self) -> dict[str, Any]:  # the pattern's method is found again
        return {key: value for key, value in vars(self).items() if key != "_split"}

    def __setstate__(self, state: dict[str, Any]) -> None:
        vars(self).update(state)
        if "_places" in state:
            self._prepare()


def _fitted(rows: Sequence[str], most: int, least: int) -> Any:
    """scikit-learn's vectoriser fitted on these rows; `None` if no word is left."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    try:
        return TfidfVectorizer(token_pattern=PATTERN, min_df=least, max_features=most).fit(rows)
    except ValueError:  # what it raises for an empty vocabulary, and for fewer rows than `min_df`
        return None


def _weights(lengths: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """The weights of each row divided by their length, float32."""
    rows = np.repeat(np.arange(len(lengths)), lengths)
    norms = np.sqrt(np.bincount(rows, weights**2, minlength=len(lengths)))
    return (weights / norms[rows]).astype(np.float32)

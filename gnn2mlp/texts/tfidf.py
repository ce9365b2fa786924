"""Texts as weighted counts of their words."""

from collections.abc import Mapping

import numpy as np
import torch
from torch import Tensor

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.core.text import packed, unpacked
from gnn2mlp.encoders.text import Text
from gnn2mlp.encoders.values import Texts
from gnn2mlp.nn.csr import CSR
from gnn2mlp.texts._base import TextEncoder


class TfIdf(TextEncoder):
    """TF-IDF, as the column encoder `text` computes it: how often a word is there, times how rare it is; unit rows.

    Rows are sparse. A text without any known word is a row of zeros.

    Args:
        most: words in the vocabulary, the most frequent ones.
        least: in how many texts a word has to be; 1 where no word is in as many.

    Raises:
        ConfigError: if one of them is less than 1.

    Example:
        >>> encoder = TfIdf(least=1)
        >>> encoder.fit(["A red house", "a blue house"])
        >>> encoder.words, encoder.encode(["House!"]).to_dense().tolist()
        (('blue', 'house', 'red'), [[0.0, 1.0, 0.0]])
    """

    name = "tfidf"
    citation = Text.citation
    needs_fit = True

    _counter: Text

    def __init__(self, most: int = 5000, least: int = 2):
        self.most = most
        self.least = least
        Text(most, least)  # which refuses limits that cannot be

    @property
    def words(self) -> tuple[str, ...]:
        """The vocabulary, in the order of the columns."""
        return self._fitted().words_

    def _fit(self, texts: list[str]) -> None:
        counter = Text(self.most, self.least)
        counter.fit(_values(texts))
        self._counter = counter

    def _encode(self, texts: list[str]) -> CSR:
        rows = self._fitted().transform(_values(texts))
        return CSR.from_scipy(rows)

    def _fitted(self) -> Text:
        if not hasattr(self, "_counter"):
            raise ConfigError(f"text encoder {self.name!r}: expected to be fitted on texts first; call fit")
        return self._counter

    def state(self) -> dict[str, Tensor]:
        """`words`, as bytes, and `idf` (words,); nothing before `fit`."""
        if not hasattr(self, "_counter"):
            return {}
        return {"words": packed(self.words), "idf": torch.from_numpy(np.array(self._counter.idf_))}

    def load_state(self, state: Mapping[str, Tensor]) -> None:
        """Take them on."""
        counter = Text(self.most, self.least)
        counter._load({"words": unpacked(state["words"])}, {"idf": state["idf"].numpy()})
        self._counter = counter


def _values(texts: list[str]) -> Texts:
    """A column of texts, each of them as it is."""
    return Texts("text", "str", np.arange(len(texts)), texts)

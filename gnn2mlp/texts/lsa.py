"""Texts as few numbers: what their words have in common."""

from collections.abc import Mapping

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.core.limits import check_at_least
from gnn2mlp.texts._base import TextEncoder
from gnn2mlp.texts.tfidf import TfIdf

# Of the largest singular value: what is below is rounding, in directions that mean nothing.
_RANK = 1e-5


class Lsa(TextEncoder):
    """Latent semantic analysis: x V / |x V|, x the TF-IDF row of a text and V the first right singular vectors.

    V is of the texts that it was fitted on. Rows have unit length, or are zeros where no word is known, and are not
    whitened: divided by singular values, directions that tell little would count as much as the first. Needs
    scikit-learn alone, and no download.

    Args:
        dim: how many singular vectors; fewer where texts or words are fewer.
        most: words in the vocabulary, as of `tfidf`.
        least: in how many texts a word has to be.
        seed: of the randomised decomposition.

    Example:
        >>> encoder = Lsa(dim=2)
        >>> encoder.fit(["graphs and edges", "edges of graphs", "texts and words", "words of texts"])
        >>> rows = encoder.encode(["edges", "graphs", "texts"])
        >>> (rows @ rows.T).round().abs().tolist()  # edges are as graphs, and unlike texts
        [[1.0, 1.0, 0.0], [1.0, 1.0, 0.0], [0.0, 0.0, 1.0]]
    """

    name = "lsa"
    citation = "Deerwester et al., Indexing by Latent Semantic Analysis, JASIS 1990"
    needs_fit = True

    components_: Tensor

    def __init__(self, dim: int = 256, most: int = 20_000, least: int = 2, seed: int = 0):
        check_at_least("text encoder", 1, dim=dim)
        check_at_least("text encoder", 0, seed=seed)
        self.dim = dim
        self.most = most
        self.least = least
        self.seed = seed
        self._words = TfIdf(most, least)

    def _fit(self, texts: list[str]) -> None:
        self._words.fit(texts)
        self.components_ = _singular_vectors(self._words._encode(texts).to_scipy(), self.dim, self.seed)

    def _encode(self, texts: list[str]) -> Tensor:
        if not hasattr(self, "components_"):
            raise ConfigError(f"text encoder {self.name!r}: expected to be fitted on texts first; call fit")
        rows = torch.from_numpy(self._words._encode(texts).to_scipy() @ self.components_.numpy())
        return F.normalize(rows)

    def state(self) -> dict[str, Tensor]:
        """What `tfidf` has, and `components` float32 (words, dim); nothing before `fit`."""
        if not hasattr(self, "components_"):
            return {}
        return {**self._words.state(), "components": self.components_}

    def load_state(self, state: Mapping[str, Tensor]) -> None:
        """Take them on."""
        self._words.load_state(state)
        self.components_ = state["components"]


def _singular_vectors(rows: "object", dim: int, seed: int) -> Tensor:
    """The first right singular vectors float32 (words, at most dim) of sparse rows (texts, words)."""
    from sklearn.utils.extmath import randomized_svd

    texts, words = rows.shape  # type: ignore[attr-defined]
    if not min(texts, words):
        return torch.zeros(words, 1)
    _, values, vectors = randomized_svd(rows, min(dim, texts, words), n_iter=7, random_state=seed)
    kept = vectors[values > _RANK * values[0]]
    return torch.from_numpy(np.ascontiguousarray(kept.T, dtype=np.float32))

"""Texts as counts of words in columns that are nobody's choice."""

from gnn2mlp.core.limits import check_at_least
from gnn2mlp.encoders.text import PATTERN
from gnn2mlp.nn.csr import CSR
from gnn2mlp.texts._base import TextEncoder


class Hashed(TextEncoder):
    """Each word in the column that its hash says, with its sign; unit rows, sparse. Nothing is fitted or saved.

    As scikit-learn's `HashingVectorizer`. Words are those of `tfidf`; two may share a column.

    Args:
        width: how many columns.

    Example:
        >>> Hashed(width=4).encode(["graph", "graph graph"]).to_dense().tolist()
        [[0.0, 1.0, 0.0, 0.0], [0.0, 1.0, 0.0, 0.0]]
    """

    name = "hashed"
    citation = "Weinberger et al., Feature Hashing for Large Scale Multitask Learning, ICML 2009"

    def __init__(self, width: int = 16_384):
        check_at_least("text encoder", 1, width=width)
        self.width = width

    def _encode(self, texts: list[str]) -> CSR:
        import numpy as np
        from sklearn.feature_extraction.text import HashingVectorizer

        counter = HashingVectorizer(n_features=self.width, token_pattern=PATTERN, dtype=np.float32)
        return CSR.from_scipy(counter.transform(texts or [""])[: len(texts)])

"""Lists of as many numbers in every row, such as embeddings."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from gnn2mlp.encoders._base import ColumnEncoder
from gnn2mlp.encoders._filled import flag
from gnn2mlp.encoders.reading import accepted, as_vectors, read
from gnn2mlp.encoders.values import Lists, Values, Vectors


class Vector(ColumnEncoder):
    """Numbers as they are, as many in every row; a gap is a row of zeros, of which a further feature tells.

    Example:
        >>> encoder = Vector().fit([[0.5, 1.0], [2.0, 0.0]])
        >>> encoder.feature_names("embedding")
        ('embedding[0]', 'embedding[1]')
        >>> encoder.transform([[1.0, 2.0], None]).tolist()
        [[1.0, 2.0], [0.0, 0.0]]
        >>> encoder.transform([[1.0]])
        Traceback (most recent call last):
        gnn2mlp.core.errors.RowsError: values, row 0: expected 2 numbers, as in training, got 1
    """

    name = "vector"
    citation = "Pedregosa et al., Scikit-learn: Machine Learning in Python, JMLR 2011"
    reads = frozenset({"list", "vector"})

    size_: int
    flagged_: bool

    def _accepted(self, values: Any) -> Values:
        found = accepted(read(values), self.reads)
        return as_vectors(found) if isinstance(found, Lists) else found

    def _fit(self, values: Values) -> None:
        vectors = self._vectors(values)
        self.size_ = vectors.shape[1]
        self.flagged_ = bool(np.isnan(vectors).all(axis=1).any())

    def _vectors(self, values: Values) -> np.ndarray:
        """Numbers float32 (rows, width), NaN in rows with a gap."""
        values = as_vectors(values) if isinstance(values, Lists) else values
        assert isinstance(values, Vectors), "other kinds were refused before"
        torn = np.isnan(values.vectors).any(axis=1) & ~values.gaps
        if torn.any():
            raise values.errors(
                torn, lambda row: "expected a number in each place, got NaN in some; mend or leave it out"
            )
        return values.vectors

    def _sized(self, values: Values) -> np.ndarray:
        """The same, of the width of training."""
        vectors = self._vectors(values)
        if vectors.shape[1] == self.size_:
            return vectors
        full = ~np.isnan(vectors).all(axis=1)
        if full.any():
            got = vectors.shape[1]
            raise values.errors(full, lambda row: f"expected {self.size_} numbers, as in training, got {got}")
        return np.full((len(vectors), self.size_), np.nan, dtype=np.float32)

    def _transform(self, values: Values) -> np.ndarray:
        vectors = self._sized(values)
        gaps = np.isnan(vectors).all(axis=1)
        features = np.where(gaps[:, None], np.float32(0), vectors) if gaps.any() else vectors
        return np.concatenate([features, gaps[:, None].astype(np.float32)], axis=1) if self.flagged_ else features

    def feature_names(self, column: str) -> tuple[str, ...]:
        """`column[0]` and so on, and one more for gaps."""
        names = [f"{column}[{place}]" for place in range(self.size_)]
        return (*names, *((f"{column} is missing",) if self.flagged_ else ()))

    def transformer(self) -> Any:
        """`SimpleImputer` with 0, beside what tells of gaps by the first number."""
        from sklearn.compose import ColumnTransformer
        from sklearn.impute import SimpleImputer
        from sklearn.pipeline import FeatureUnion

        zeros = SimpleImputer(strategy="constant", fill_value=0.0).fit(np.zeros((1, self.size_)))
        if not self.flagged_:
            return zeros
        missing = ColumnTransformer([("first", flag(), [0])]).fit(np.zeros((1, self.size_)))
        return FeatureUnion([("value", zeros), ("missing", missing)])

    def prepare(self, values: Any) -> np.ndarray:
        """Numbers float64 (rows, width), NaN in rows with a gap."""
        return self._sized(self._accepted(values)).astype(np.float64)

    def _facts(self) -> dict[str, Any]:
        return {"size": self.size_, "flagged": self.flagged_}

    def _load(self, facts: Mapping[str, Any], state: Mapping[str, np.ndarray]) -> None:
        self.size_, self.flagged_ = int(facts["size"]), bool(facts["flagged"])

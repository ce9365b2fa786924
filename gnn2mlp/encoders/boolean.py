"""Truth values."""

import numpy as np

from gnn2mlp.encoders._filled import FilledEncoder
from gnn2mlp.encoders.reading import conform
from gnn2mlp.encoders.values import Values


class Boolean(FilledEncoder):
    """1 for true, 0 for false; a gap takes the more frequent of the two, and a further feature tells of gaps.

    Numbers are read if they are 0 or 1, as those of files often are.

    Example:
        >>> Boolean().fit([True, None, True, False]).transform([False, None]).tolist()
        [[0.0, 0.0], [1.0, 1.0]]
    """

    name = "boolean"
    citation = "Pedregosa et al., Scikit-learn: Machine Learning in Python, JMLR 2011"
    strategy = "most_frequent"

    def _fit(self, values: Values) -> None:
        super()._fit(conform(values, "boolean"))

    def _transform(self, values: Values) -> np.ndarray:
        return super()._transform(conform(values, "boolean"))

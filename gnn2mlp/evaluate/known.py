"""Rows whose class is known, checked: what every figure about labelled rows starts from. Imports no torch."""

import numpy as np
from numpy.typing import ArrayLike

from gnn2mlp.core.errors import DataError


def known_rows(values: ArrayLike, labels: ArrayLike, what: str = "logits") -> tuple[np.ndarray, np.ndarray]:
    """The values (rows, classes) and labels (rows,), int64, of the rows whose label is not -1.

    Args:
        values: finite numbers or booleans, a column for each class.
        labels: integers or booleans, columns of the values.
        what: the values are, for messages.

    Raises:
        DataError: if the two do not fit, or values are not finite.

    Example:
        >>> values, labels = known_rows([[0.5, 1.0], [2.0, 0.0]], [-1, 0])
        >>> values.tolist(), labels.tolist()
        ([[2.0, 0.0]], [0])
    """
    x, y = np.asarray(values), np.asarray(labels)
    if x.ndim != 2 or y.shape != x.shape[:1]:
        raise DataError(f"expected {what} (rows, classes) and a label for each row, got shapes {x.shape} and {y.shape}")
    if y.size and (y.dtype.kind not in "iub" or int(y.max()) >= x.shape[1]):
        got = f"{y.dtype}" if y.dtype.kind not in "iub" else y.max()
        raise DataError(f"expected labels that are columns of the {what}, 0 .. {x.shape[1] - 1}, got {got}")
    if not np.isfinite(x).all():
        raise DataError(f"expected finite {what}, got NaN or infinity; the network that gave them has diverged")
    y = y.astype(np.int64)
    return x[y >= 0], y[y >= 0]

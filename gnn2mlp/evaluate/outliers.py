"""How foreign a row is to a classifier: energy of its logits, distance to the nearest code; higher is more foreign.

Imports no torch, and scikit-learn in `outlier_auroc` alone: what ships scores rows with it.
"""

import numpy as np
from numpy.typing import ArrayLike

from gnn2mlp.core.errors import DataError


def energy(logits: ArrayLike) -> np.ndarray:
    """E = -log Σ_c exp(z_c), (rows,): low where some class is sure, high where none is.

    Liu et al., Energy-based Out-of-distribution Detection, NeurIPS 2020, https://arxiv.org/abs/2010.03759, at their
    temperature of 1. Unlike the confidence it sees how large all logits are, and not their differences alone; so it
    reads logits before any temperature scaling.

    Example:
        >>> energy([[0.0, 0.0], [5.0, 0.0]]).round(3).tolist()
        [-0.693, -5.007]
    """
    z = np.asarray(logits)
    top = z.max(axis=-1)
    found: np.ndarray = -(top + np.log(np.exp(z - top[..., None]).sum(axis=-1)))
    return found


def joint_energy(logits: ArrayLike) -> np.ndarray:
    """E = -Σ_l log(1 + exp(z_l)), (rows,): the energy of several labels, each of which a row may have.

    Wang et al., Can Multi-Label Classification Networks Know What They Don't Know?, NeurIPS 2021,
    https://arxiv.org/abs/2109.14162.

    Example:
        >>> joint_energy([[0.0, 0.0], [5.0, 0.0]]).round(3).tolist()
        [-1.386, -5.7]
    """
    found: np.ndarray = -np.logaddexp(0, np.asarray(logits)).sum(axis=-1)
    return found


def code_distance(rows: ArrayLike, codes: ArrayLike, unit_length: bool = False) -> np.ndarray:
    """Euclidean distance (rows,) of each row to the nearest of the codes.

    Args:
        rows: (rows, width), where a network places nodes among its codes.
        codes: (codes, width).
        unit_length: whether both are scaled to unit length before, as the codebook's knowledge says.

    Raises:
        DataError: if their widths differ, or there is no code.

    Example:
        >>> code_distance([[3.0, 4.0], [1.0, 0.0]], [[0.0, 0.0], [1.0, 1.0]]).round(3).tolist()
        [3.606, 1.0]
    """
    x, c = np.asarray(rows, np.float64), np.asarray(codes, np.float64)
    if x.ndim != 2 or c.ndim != 2 or x.shape[1] != c.shape[1] or not len(c):
        raise DataError(f"expected rows (rows, width) and at least one code as wide, got {x.shape} and {c.shape}")
    if unit_length:
        x, c = (v / np.maximum(np.linalg.norm(v, axis=1, keepdims=True), 1e-12) for v in (x, c))
    squared_codes = (c * c).sum(axis=1)
    nearest = [
        ((part * part).sum(axis=1)[:, None] - 2 * part @ c.T + squared_codes).min(axis=1)
        for part in np.array_split(x, max(1, x.shape[0] * len(c) // 2**23))
    ]
    found: np.ndarray = np.sqrt(np.maximum(np.concatenate(nearest), 0))
    return found


def outlier_auroc(known: ArrayLike, foreign: ArrayLike) -> float | None:
    """Probability that a foreign row scores above a known one, ties counting half; 0.5 tells nothing.

    Args:
        known: scores (rows,) of rows like those of training, as test rows are.
        foreign: scores of rows that are not, as those of a class that was left out.

    Returns:
        The area, or `None` where either has no row.

    Example:
        >>> outlier_auroc([0.1, 0.2, 0.3], [0.25, 0.9])
        0.8333333333333334
    """
    from sklearn.metrics import roc_auc_score  # which what ships does without

    inside, outside = np.asarray(known, np.float64), np.asarray(foreign, np.float64)
    if not inside.size or not outside.size:
        return None
    truth = np.repeat([0, 1], [inside.size, outside.size])
    return float(roc_auc_score(truth, np.concatenate([inside, outside])))


def placed_among_codes(hidden: ArrayLike, vectors: ArrayLike, rows: ArrayLike) -> np.ndarray:
    """Where rows lie among the codes of a teacher, by a linear map from a student's activations, float64 (rows, width).

    The map that a student was trained with is left behind when it ships; this one is fitted anew, by ridge regression
    from the activations of observed nodes to the vectors of their codes. For `code_distance`.

    Args:
        hidden: (observed nodes, hidden), last hidden activations of the student.
        vectors: (observed nodes, width), the code of each, as `codebook[code]` (to unit length where the codebook's
            geometry is so).
        rows: (rows, hidden), activations of what is to be placed.

    Example:
        >>> hidden = np.eye(3).repeat(50, axis=0)
        >>> placed_among_codes(hidden, hidden[:, :2], np.eye(3)).round(1).tolist()
        [[1.0, 0.0], [0.0, 1.0], [0.0, 0.0]]
    """
    from sklearn.linear_model import Ridge  # which what ships does without

    fitted = Ridge(alpha=1.0).fit(np.asarray(hidden, np.float64), np.asarray(vectors, np.float64))
    found: np.ndarray = fitted.predict(np.asarray(rows, np.float64))
    return found

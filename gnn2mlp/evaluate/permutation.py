"""Is the mean of a group above that of the other nodes? A permutation test, and Holm's correction."""

import numpy as np
from jaxtyping import Bool, Float

from gnn2mlp.core.errors import DataError

# Permutations.
DRAWS = 9999
# The least spread that is divided by, and how near two statistics are that are equal.
_LEAST, _TIE = 1e-12, 1e-9


def group_p_values(
    values: Float[np.ndarray, " nodes"], groups: Bool[np.ndarray, "members groups"], seed: int = 0, draws: int = DRAWS
) -> Float[np.ndarray, " groups"]:
    """One-sided p-values of "the mean inside is not above the mean outside", one for each group.

    Values are dealt out anew to the nodes, and Welch's t of each group is compared with that of the dealt ones,
    p = (1 + how many are as large) / (1 + draws): exact where values do not depend on the group at all (Phipson and
    Smyth, SAGMB 9, 2010), and, as t is divided by the spread of either side, right for large groups where inside and
    outside differ in spread alone (Janssen, Statistics & Probability Letters 36, 1997).

    Args:
        values: of each node.
        groups: which nodes are in each group.
        seed: of the permutations.
        draws: how many there are; p is at least 1 / (1 + draws).

    Returns:
        1 for a group without nodes inside or outside.

    Raises:
        DataError: if groups and values are not of the same nodes.

    Example:
        >>> values, half = np.arange(20.0), np.arange(20) >= 10
        >>> p = group_p_values(values, np.column_stack([half, ~half]))
        >>> p.round(4).tolist()
        [0.0001, 1.0]
    """
    if groups.shape[0] != values.size:
        raise DataError(f"expected groups of {values.size} nodes, as there are values, got {groups.shape[0]}")
    count = groups.sum(axis=0).astype(np.float64)
    able = (count > 0) & (count < values.size)
    found = np.ones(count.size)
    if not able.any() or np.ptp(values) == 0:
        return found
    inside, size = groups[:, able].astype(np.float64), count[able]
    # Of mostly equal values, such as right or wrong, only those are dealt out that differ from the most common one.
    distinct, often = np.unique(values, return_counts=True)
    rest = values - distinct[often.argmax()]
    rest = rest[rest != 0] / np.abs(rest).max()
    moments = np.stack([rest, rest**2])
    place = np.flatnonzero(values != distinct[often.argmax()])
    seen = _welch(moments @ inside[place], size, values.size, moments.sum(axis=1))
    larger, random = np.zeros(size.size), np.random.default_rng(seed)
    for _ in range(draws):
        dealt = moments @ inside[random.choice(values.size, rest.size, replace=False)]
        larger += _welch(dealt, size, values.size, moments.sum(axis=1)) >= seen - _TIE * np.abs(seen)
    found[able] = (1 + larger) / (1 + draws)
    return found


def holm(p: Float[np.ndarray, " tests"]) -> Float[np.ndarray, " tests"]:
    """Holm's adjustment: the k-th smallest of n p-values times n - k + 1, never below the one before it, at most 1.

    Whatever depends on what, the probability that any true hypothesis has an adjusted p of 5 % or less is at most 5 %.
    Holm, A simple sequentially rejective multiple test procedure, Scandinavian Journal of Statistics 6, 1979.

    Example:
        >>> holm(np.array([0.01, 0.04, 0.03])).round(4).tolist()
        [0.03, 0.06, 0.06]
    """
    order = np.argsort(p, kind="stable")
    raised = np.maximum.accumulate(np.minimum(1.0, p[order] * (p.size - np.arange(p.size))))
    found = np.empty(p.size)
    found[order] = raised
    return found


def _welch(inside: np.ndarray, count: np.ndarray, nodes: int, every: np.ndarray) -> np.ndarray:
    """Welch's t (groups,) from the sums (2, groups) of values and of their squares inside, and those of all nodes."""
    (total, squares), rest = inside, nodes - count
    mean, other = total / count, (every[0] - total) / rest
    spread = (
        np.maximum(squares / count - mean**2, 0) / count + np.maximum((every[1] - squares) / rest - other**2, 0) / rest
    )
    # A spread of 0 on both sides is that of values which the group tells entirely.
    t: np.ndarray = (mean - other) / np.sqrt(np.maximum(spread, _LEAST))
    return t

"""Means over nodes that were answered more than once, as the test nodes of several seeds are, and their intervals.

A node that five seeds have tested is one node: its five answers are averaged first, and intervals are those of as many
independent values as there are different nodes. This is on the safe side: the mean of several answers varies no more
than one of them does. As all of `gnn2mlp.evaluate.intervals` it speaks of nodes like these and of the models that were
trained, not of further trainings.
"""

from math import sqrt

import numpy as np
from jaxtyping import Float, Int

from gnn2mlp.evaluate.intervals import Interval, bonett_price, wilson


def by_node(values: Float[np.ndarray, " answers"], nodes: Int[np.ndarray, " answers"]) -> np.ndarray:
    """The mean of the values of each different node, float64, in the order of the ids.

    Example:
        >>> by_node(np.array([1.0, 0.0, 1.0]), np.array([7, 7, 3])).tolist()
        [1.0, 0.5]
    """
    _, place, count = np.unique(nodes, return_inverse=True, return_counts=True)
    found: np.ndarray = np.bincount(place, values, minlength=count.size) / count
    return found


def share_of_nodes(values: Float[np.ndarray, " answers"], nodes: Int[np.ndarray, " answers"]) -> Interval:
    """The mean of values from 0 to 1, such as whether an answer is right, with Wilson's interval.

    With one answer for each node it is `gnn2mlp.evaluate.intervals.share_interval`.

    Args:
        values: of each answer; at least one.
        nodes: which node each is of.

    Example:
        >>> found = share_of_nodes(np.array([1.0, 1.0, 0.0, 0.0]), np.array([0, 0, 1, 2]))
        >>> f"{found.value:.2f}, from {found.low:.2f} to {found.high:.2f}, of {found.nodes} nodes"
        '0.33, from 0.06 to 0.79, of 3 nodes'
    """
    means = by_node(values, nodes)
    return wilson(float(means.mean()), means.size)


def difference_of_nodes(
    ours: Float[np.ndarray, " answers"], theirs: Float[np.ndarray, " answers"], nodes: Int[np.ndarray, " answers"]
) -> Interval:
    """Mean of `ours` minus `theirs`, both from 0 to 1 and of the same answers, with Bonett and Price's interval.

    With one answer for each node it is `gnn2mlp.evaluate.intervals.difference_interval`.

    Args:
        ours: of each answer; at least one.
        theirs: likewise.
        nodes: which node each is of.

    Example:
        >>> ours, theirs = np.array([1.0, 1.0, 1.0, 0.0]), np.array([0.0, 1.0, 0.0, 0.0])
        >>> difference_of_nodes(ours, theirs, np.array([0, 1, 2, 3])).value
        0.5
    """
    ahead = by_node(np.clip(ours - theirs, 0, None), nodes)
    behind = by_node(np.clip(theirs - ours, 0, None), nodes)
    return bonett_price(float(ahead.sum()), float(behind.sum()), ahead.size)


def mean_of_nodes(values: Float[np.ndarray, " answers"], nodes: Int[np.ndarray, " answers"]) -> Interval:
    """The mean of any values, such as errors of numbers, with Student's interval; it has no ends for one node.

    Example:
        >>> found = mean_of_nodes(np.array([1.0, 2.0, 3.0]), np.array([0, 1, 2]))
        >>> f"{found.value:.1f}, from {found.low:.1f} to {found.high:.1f}"
        '2.0, from -0.5 to 4.5'
    """
    from scipy.special import stdtrit

    means = by_node(values, nodes)
    if means.size < 2:
        return Interval(float(means.mean()), float("nan"), float("nan"), means.size)
    reach = float(stdtrit(means.size - 1, 0.975)) * float(means.std(ddof=1)) / sqrt(means.size)
    value = float(means.mean())
    return Interval(value, value - reach, value + reach, means.size)

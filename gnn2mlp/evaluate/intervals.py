"""95 % intervals of scores on the test nodes of one graph, and of the difference of two models on the same nodes.

What they speak of: nodes like these of this one graph, models as they were trained. They do not speak of another
training, another split, or another graph; `gnn2mlp.evaluate.compare` does, over seeds.
"""

from collections.abc import Callable
from math import sqrt
from typing import NamedTuple

import numpy as np
from jaxtyping import Bool

# Share of such intervals that hold the true value, and the quantile of the normal distribution that goes with it.
CONFIDENCE = 0.95
NORMAL_QUANTILE = 1.959963984540054
# Samples of a bootstrap: as many as so many nodes are drawn in all, within these bounds.
MOST_DRAWS, LEAST_DRAWS, DRAWN = 1000, 200, 2_000_000


class Interval(NamedTuple):
    """`value`, and the ends `low` and `high` of its 95 % interval, over so many `nodes`."""

    value: float
    low: float
    high: float
    nodes: int


def share_interval(right: Bool[np.ndarray, " nodes"]) -> Interval:
    """The share of right answers, with Wilson's score interval.

    Wilson, Probable inference, the law of succession, and statistical inference, JASA 22, 1927.

    Args:
        right: whether each node was answered rightly; at least one node.

    Example:
        >>> found = share_interval(np.array([True] * 8 + [False] * 2))
        >>> f"{found.value:.2f}, from {found.low:.2f} to {found.high:.2f}"
        '0.80, from 0.49 to 0.94'
    """
    return wilson(float(right.mean()), len(right))


def wilson(share: float, count: int) -> Interval:
    """A share of so many nodes with Wilson's score interval, as `share_interval` has it.

    Args:
        share: from 0 to 1; not every share of `count` need be possible.
        count: of independent nodes, at least one.
    """
    middle = (share + NORMAL_QUANTILE**2 / (2 * count)) / (1 + NORMAL_QUANTILE**2 / count)
    reach = (
        NORMAL_QUANTILE
        / (1 + NORMAL_QUANTILE**2 / count)
        * sqrt(share * (1 - share) / count + NORMAL_QUANTILE**2 / (4 * count**2))
    )
    return Interval(share, max(0.0, middle - reach), min(1.0, middle + reach), count)


def difference_interval(ours: Bool[np.ndarray, " nodes"], theirs: Bool[np.ndarray, " nodes"]) -> Interval:
    """The share of right answers of one model minus that of another on the same nodes, which are paired.

    Of n nodes b are right with ours alone and c with theirs alone. With p = (b + 1) / (n + 2) and q = (c + 1) / (n + 2)
    the interval is p - q ± z sqrt((p + q - (p - q)²) / (n + 2)), which stays honest where few nodes differ.
    Bonett and Price, Adjusted Wald confidence interval for a difference of binomial proportions based on paired data,
    Journal of Educational and Behavioral Statistics 37, 2012.

    Args:
        ours: whether ours answered each node rightly; at least one node.
        theirs: likewise.

    Example:
        >>> ours, theirs = np.array([True] * 60 + [False] * 40), np.array([True] * 48 + [False] * 52)
        >>> found = difference_interval(ours, theirs)
        >>> f"{found.value:+.2f}, from {found.low:+.2f} to {found.high:+.2f}"
        '+0.12, from +0.05 to +0.19'
    """
    count, only_ours, only_theirs = len(ours), int((ours & ~theirs).sum()), int((theirs & ~ours).sum())
    return bonett_price(only_ours, only_theirs, count)


def bonett_price(ours: float, theirs: float, count: int) -> Interval:
    """The interval of `difference_interval`, from how many of so many nodes are right with one of the two alone.

    Args:
        ours: nodes that ours alone answers rightly, from 0 to `count`; a node that did so on half of its occasions
            counts as a half.
        theirs: likewise.
        count: of independent nodes, at least one.
    """
    p, q = (ours + 1) / (count + 2), (theirs + 1) / (count + 2)
    reach = NORMAL_QUANTILE * sqrt((p + q - (p - q) ** 2) / (count + 2))
    return Interval((ours - theirs) / count, max(-1.0, p - q - reach), min(1.0, p - q + reach), count)


def bootstrap_interval(measure: Callable[[np.ndarray], float], nodes: int, seed: int = 0) -> Interval:
    """Any measure with the percentile interval of bootstrap samples of the nodes: 1,000, and 200 of very many nodes.

    Efron and Tibshirani, An Introduction to the Bootstrap, 1993, chapter 13. Of the difference of two models let
    `measure` be the difference: the same nodes are then drawn for both.

    Args:
        measure: of the nodes at these places (a place may be there several times); NaN where it is not defined.
        nodes: how many there are.
        seed: of the samples.

    Example:
        >>> values = np.arange(100.0)
        >>> found = bootstrap_interval(lambda places: values[places].mean(), 100)
        >>> found.value, 40 < found.low < found.high < 60
        (49.5, True)
    """
    random = np.random.default_rng(seed)
    draws = max(LEAST_DRAWS, min(MOST_DRAWS, DRAWN // max(1, nodes)))
    drawn = np.array([measure(random.integers(nodes, size=nodes)) for _ in range(draws)])
    defined = drawn[~np.isnan(drawn)]
    value = float(measure(np.arange(nodes)))
    if not defined.size:
        return Interval(value, float("nan"), float("nan"), nodes)
    tail = (1 - CONFIDENCE) / 2
    low, high = np.quantile(defined, [tail, 1 - tail])
    return Interval(value, float(low), float(high), nodes)

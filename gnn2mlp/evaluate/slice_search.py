"""The search for groups of nodes whose mean is far above that of all others; what it proposes is tested elsewhere.

A group is where one condition holds, or two at once. Groups are ranked by the lower end of an interval of how far their
mean is above the mean of all other nodes, difference - 2 standard errors: a small group with a large difference comes
before a large one with a small difference, as long as chance is unlikely to have made it. Of groups that share most of
their nodes the first is kept.
"""

from collections.abc import Callable, Collection
from typing import NamedTuple

import numpy as np
import scipy.sparse as sp
from jaxtyping import Float

from gnn2mlp.evaluate.conditions import Conditions

# Pairs are made of so many of the best single conditions, at most this many of each kind and of columns.
BEST_OF_KIND, BEST_COLUMNS = 12, 40
# Standard errors that a difference is lowered by; nodes of average spread that are added to those of a group.
REACH, PRIOR = 2.0, 4.0
# Two groups are the same where they share more than this of their nodes.
OVERLAP = 0.5


class Candidate(NamedTuple):
    """A group that the search proposes: positions of its conditions, its nodes, and the lower end of its difference."""

    conditions: tuple[int, ...]
    nodes: int
    bound: float


class _Ranked(NamedTuple):
    """Groups of one search, before those that are alike are dropped: (groups, 2) conditions, -1 where there is one."""

    conditions: np.ndarray
    nodes: np.ndarray
    bound: np.ndarray


def search_slices(
    values: Float[np.ndarray, " nodes"],
    conditions: Conditions,
    least: int,
    most: int,
    groups: int,
    rationed: Collection[str] = (),
    elsewhere: Conditions | None = None,
) -> list[Candidate]:
    """The groups whose mean is furthest above that of the other nodes, best first.

    Args:
        values: of each node: the larger, the worse.
        conditions: on these nodes.
        least: nodes of a group.
        most: nodes of a group.
        groups: how many to propose at most. None is proposed that chance might well have made, with a bound below 0.
        rationed: kinds of conditions that at most half of the groups may have.
        elsewhere: the same conditions on other nodes, of which a group needs `least` as well.

    Example:
        >>> from gnn2mlp.evaluate.conditions import groups_of
        >>> part = np.repeat([0, 1, 2, 3], 25)
        >>> of = groups_of("quarter", "column", part, ["first", "second", "third", "last"])
        >>> [of.texts[one.conditions[0]] for one in search_slices((part == 2) * 1.0, of, 5, 50, 3)]
        ['third']
    """
    if not len(conditions) or values.size < 2:
        return []
    holds = conditions.holds.tocsc()
    single = _ranked(np.column_stack([np.arange(len(conditions)), np.full(len(conditions), -1)]), values, holds)
    double = _pairs(values, conditions, holds, single, least)
    every = _Ranked(*(np.concatenate(parts) for parts in zip(single, double, strict=True)))
    able = np.flatnonzero((every.nodes >= least) & (every.nodes <= most) & (every.bound > 0))
    order = able[np.argsort(-every.bound[able], kind="stable")]
    return _different(every, order, conditions, groups, rationed, _enough(elsewhere, least))


def _ranked(conditions: np.ndarray, values: np.ndarray, holds: sp.csc_matrix) -> _Ranked:
    """Single conditions with their sizes and bounds."""
    count, total, squares = (np.asarray(holds.T @ column) for column in (np.ones(values.size), values, values**2))
    return _Ranked(conditions, count, _bound(count, total, squares, values))


def _bound(count: np.ndarray, total: np.ndarray, squares: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Difference of the means inside and outside of groups, less `REACH` standard errors."""
    inside, outside = np.maximum(count, 1), np.maximum(values.size - count, 1)
    mean, other = total / inside, (values.sum() - total) / outside
    # A few equal values are no proof of equality: the spread of all values stands for some nodes of each group.
    spread = (squares - inside * mean**2 + PRIOR * values.var()) / (inside + PRIOR)
    rest = ((values**2).sum() - squares - outside * other**2) / outside
    error = np.sqrt(np.maximum(spread, 0) / inside + np.maximum(rest, 0) / outside)
    bound: np.ndarray = np.where((count > 0) & (count < values.size), mean - other - REACH * error, -np.inf)
    return bound


def _pairs(values: np.ndarray, conditions: Conditions, holds: sp.csc_matrix, single: _Ranked, least: int) -> _Ranked:
    """Two conditions at once, of different attributes, where both together are further above than either alone."""
    chosen = _best(conditions, single, least)
    dense = holds[:, chosen].toarray().astype(np.float32)
    names = np.unique([conditions.attributes[k] for k in chosen], return_inverse=True)[1] if chosen.size else chosen
    count, total, squares = (dense.T @ (dense * c[:, None].astype(np.float32)) for c in _moments(values))
    first, second = np.triu_indices(chosen.size, 1)
    free = names[first] != names[second]
    first, second = first[free], second[free]
    at = (first, second)
    inside, sums, powers = (table[at].astype(np.float64) for table in (count, total, squares))
    bound = _bound(inside, sums, powers, values)
    alone = np.maximum(single.bound[chosen[first]], single.bound[chosen[second]])
    better = (bound > alone) & (inside >= least)
    both = np.column_stack([chosen[first], chosen[second]])[better]
    return _Ranked(both.reshape(-1, 2), inside[better], bound[better])


def _moments(values: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    return np.ones(values.size), values, values**2


def _best(conditions: Conditions, single: _Ranked, least: int) -> np.ndarray:
    """Positions of the conditions that pairs are made of."""
    kinds = np.array(conditions.kinds)
    found = []
    for kind in dict.fromkeys(conditions.kinds):
        here = np.flatnonzero((kinds == kind) & (single.nodes >= least))
        most = BEST_COLUMNS if kind == "column" else BEST_OF_KIND
        found.append(here[np.argsort(-single.bound[here], kind="stable")[:most]])
    return np.sort(np.concatenate(found)).astype(np.int64)


def _enough(elsewhere: Conditions | None, least: int) -> Callable[[tuple[int, ...]], bool]:
    """Whether enough other nodes meet conditions too."""
    return lambda which: elsewhere is None or int(elsewhere.mask(which).sum()) >= least


def _different(
    every: _Ranked,
    order: np.ndarray,
    conditions: Conditions,
    groups: int,
    rationed: Collection[str],
    enough: Callable[[tuple[int, ...]], bool],
) -> list[Candidate]:
    """The first groups in `order` that share at most half of their nodes with any before them."""
    kept: list[Candidate] = []
    masks: list[np.ndarray] = []
    left = groups - groups // 2
    for place in order:
        if len(kept) == groups:
            break
        which = tuple(int(k) for k in every.conditions[place] if k >= 0)
        is_rationed = any(conditions.kinds[k] in rationed for k in which)
        if (is_rationed and not left) or not enough(which):
            continue
        mask = conditions.mask(which)
        if all((mask & other).sum() <= OVERLAP * (mask | other).sum() for other in masks):
            kept.append(Candidate(which, int(every.nodes[place]), float(every.bound[place])))
            masks.append(mask)
            left -= is_rationed
    return kept

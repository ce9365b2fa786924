"""Groups of nodes on which something goes worse than on the others: found on half of the nodes, tested on the rest.

`gnn2mlp.evaluate.slice_search` looks at thousands of groups, and the best of thousands looks bad by luck alone. So the
nodes are cut in halves by chance. The first half proposes a few groups; the second, at which the search never looked,
says how they fare (`gnn2mlp.evaluate.permutation`), and Holm's correction is for all groups that were proposed, of all
questions together. The probability that any group holds of those that are in truth no worse is then at most 5 %. All
figures of a group are those of the second half: they are not flattered by the search.
"""

from collections.abc import Collection, Hashable, Mapping
from math import sqrt
from typing import NamedTuple, TypeVar

import numpy as np
from jaxtyping import Bool, Float

from gnn2mlp.core.errors import DataError
from gnn2mlp.core.limits import check_at_least
from gnn2mlp.evaluate.conditions import Conditions
from gnn2mlp.evaluate.permutation import DRAWS as DRAWS
from gnn2mlp.evaluate.permutation import group_p_values, holm
from gnn2mlp.evaluate.slice_search import PRIOR, Candidate, search_slices

# Groups that are proposed for each question, nodes that a group has in either half, and its largest share of one.
GROUPS, LEAST, LARGEST = 6, 10, 0.5
# The probability that any group holds by luck.
ERROR_RATE = 0.05

K = TypeVar("K", bound=Hashable)


class Slice(NamedTuple):
    """A group that was proposed, by its nodes in the half that tests.

    Args:
        conditions: positions of the conditions that all of its nodes meet.
        text: the same as a person reads it.
        nodes: how many there are.
        inside: mean over them.
        outside: mean over all others.
        low: lower end of the 95 % interval of the difference, of this group alone; NaN without a node.
        high: upper end.
        p: that chance makes the difference as large, of this group alone.
        p_adjusted: the same for all groups that were proposed together.
    """

    conditions: tuple[int, ...]
    text: str
    nodes: int
    inside: float
    outside: float
    low: float
    high: float
    p: float
    p_adjusted: float

    @property
    def difference(self) -> float:
        """How far the mean inside is above that outside."""
        return self.inside - self.outside

    @property
    def holds(self) -> bool:
        """Whether the group is worse than the others beyond chance and beyond the search."""
        return self.p_adjusted <= ERROR_RATE


def halves(nodes: int, seed: int = 0) -> Bool[np.ndarray, " nodes"]:
    """Which nodes propose groups, one half of them by chance; the others test."""
    first = np.zeros(nodes, dtype=bool)
    first[np.random.default_rng(seed).permutation(nodes)[: nodes // 2]] = True
    return first


def find_slices(
    values: Mapping[K, Float[np.ndarray, " nodes"]],
    conditions: Conditions,
    first: Bool[np.ndarray, " nodes"],
    groups: int = GROUPS,
    least: int = LEAST,
    seed: int = 0,
    draws: int = DRAWS,
    rationed: Collection[str] = (),
) -> dict[K, list[Slice]]:
    """Groups whose mean is above that of all other nodes, for each question, those that chance explains least first.

    Args:
        values: by question, of each node: the larger, the worse; NaN where the question does not apply. For where a
            student is wrong: 1 for a wrong answer, else 0; for where it falls behind its teacher: how much more often
            the teacher is right, -1, 0 or 1, or the mean of these over seeds.
        conditions: on the nodes.
        first: which nodes propose, see `halves`.
        groups: proposed at most for each question. The fewer there are, the less the correction takes.
        least: nodes of a group in either half.
        seed: of the permutations of the test.
        draws: permutations.
        rationed: kinds of conditions that at most half of the groups may have, such as those that only tell of nodes
            whose true class is known.

    Raises:
        DataError: if values, conditions and `first` are not of the same nodes.
        ConfigError: for numbers below 1.

    Example:
        >>> from gnn2mlp.evaluate.conditions import groups_of
        >>> random = np.random.default_rng(0)
        >>> part = random.integers(4, size=400)
        >>> wrong = (random.random(400) < np.where(part == 2, 0.6, 0.1)).astype(float)
        >>> of = groups_of("quarter", "column", part, ["first", "second", "third", "last"])
        >>> (worst, *_) = find_slices({"wrong": wrong}, of, halves(400))["wrong"]
        >>> worst.text, worst.holds, f"{worst.inside:.2f} inside, {worst.outside:.2f} outside"
        ('third', True, '0.61 inside, 0.09 outside')
    """
    check_at_least("slices", 1, groups=groups, least=least, draws=draws)
    for name, each in values.items():
        if not each.shape == first.shape == conditions.holds.shape[:1]:
            raise DataError(
                f"slices: expected values, conditions and halves of the same nodes, got {each.shape} of {name!r}, "
                f"{conditions.holds.shape[0]} and {first.shape}"
            )
    tested = {
        name: _tested(each, conditions, first, groups, least, seed, draws, rationed) for name, each in values.items()
    }
    p = holm(np.array([one.p for found in tested.values() for one in found]))
    adjusted = iter(p.tolist())
    all_adjusted = {name: [one._replace(p_adjusted=next(adjusted)) for one in found] for name, found in tested.items()}
    return {name: sorted(found, key=lambda one: (one.p, -one.difference)) for name, found in all_adjusted.items()}


def slice_text(conditions: Conditions, places: tuple[int, ...]) -> str:
    """What all nodes of a group have in common."""
    return " and ".join(conditions.texts[place] for place in places)


def _tested(
    values: np.ndarray,
    conditions: Conditions,
    first: np.ndarray,
    groups: int,
    least: int,
    seed: int,
    draws: int,
    rationed: Collection[str],
) -> list[Slice]:
    asked = ~np.isnan(values)
    searched, held = np.flatnonzero(asked & first), np.flatnonzero(asked & ~first)
    most = int(LARGEST * searched.size)
    rest = conditions.of(held)
    proposed = search_slices(values[searched], conditions.of(searched), least, most, groups, rationed, rest)
    if not proposed:
        return []
    members = np.column_stack([rest.mask(one.conditions) for one in proposed])
    p = group_p_values(values[held], members, seed, draws)
    return [
        _slice(conditions, one, values[held], member, float(each))
        for one, member, each in zip(proposed, members.T, p, strict=True)
    ]


def _slice(conditions: Conditions, one: Candidate, values: np.ndarray, member: np.ndarray, p: float) -> Slice:
    inside, outside = values[member], values[~member]
    text, nan = slice_text(conditions, one.conditions), float("nan")
    if not (inside.size and outside.size):
        mean = [float(part.mean()) if part.size else nan for part in (inside, outside)]
        return Slice(one.conditions, text, inside.size, mean[0], mean[1], nan, nan, p, p)
    reach = _reach(inside, outside, float(values.var()))
    difference = float(inside.mean() - outside.mean())
    ends = (difference - reach, difference + reach)
    return Slice(one.conditions, text, inside.size, float(inside.mean()), float(outside.mean()), *ends, p, p)


def _reach(inside: np.ndarray, outside: np.ndarray, spread: float) -> float:
    """Half the width of Welch's interval; the spread of all nodes stands for some of each side, as in the search."""
    from scipy.special import stdtrit

    errors = [(part.size * part.var() + PRIOR * spread) / (part.size + PRIOR) / part.size for part in (inside, outside)]
    freedom = [max(1, part.size - 1) for part in (inside, outside)]
    total = sum(errors)
    if not total:
        return 0.0
    degrees = total**2 / sum(e**2 / f for e, f in zip(errors, freedom, strict=True))
    return float(stdtrit(degrees, 0.975)) * sqrt(total)

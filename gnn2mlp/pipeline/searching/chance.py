"""How far apart two configurations are on the same judges, and whether that is more than chance after many looks.

With d = mean over inner splits of (score of ours - score of theirs), its standard error is that of bootstrap samples of
the judging nodes, the same for both models and for every inner split in which a node judges (Efron and Tibshirani, An
Introduction to the Bootstrap, 1993). The best of m configurations is ahead partly by luck: its interval has the level
1 - 0.05 / m of Bonferroni, which holds however much the configurations resemble each other.

What it speaks of: nodes like these of this graph. Trainings vary as well; judging in several inner splits, each with
another initialisation, lets d vary less, and the interval does not know by how much.
"""

from collections.abc import Mapping, Sequence
from math import sqrt
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from gnn2mlp.pipeline.config import RunConfig
from gnn2mlp.pipeline.searching.judging import Judged, Truth
from gnn2mlp.pipeline.searching.rehearsals import Rehearsals

DRAWS, LEVEL = 200, 0.05


class Difference(NamedTuple):
    """A difference of scores.

    Args:
        value: mean over inner splits of ours - theirs.
        error: its standard error over nodes.
        nodes: how many different nodes judged.

    Example:
        >>> found = Difference(0.02, 0.01, 400)
        >>> found.beyond(looks=1), found.beyond(looks=50)
        (True, False)
    """

    value: float
    error: float
    nodes: int

    def reach(self, looks: int = 1) -> float:
        """Half the width of the interval, for the best of so many that were looked at."""
        from scipy.special import stdtrit

        if self.nodes < 2:
            return float("inf")
        return float(stdtrit(self.nodes - 1, 1 - LEVEL / (2 * max(1, looks)))) * self.error

    def beyond(self, looks: int = 1) -> bool:
        """Whether ours is ahead by more than chance."""
        return self.value > self.reach(looks)


def difference(rehearsals: Rehearsals, ours: RunConfig, theirs: RunConfig, numbers: Sequence[int]) -> Difference:
    """Ours minus theirs, paired on the judges of some inner splits in which both were trained.

    Args:
        rehearsals: which know the answers of both.
        ours: a configuration.
        theirs: another.
        numbers: of the inner splits; at least one.
    """
    pairs = [_Pair.of(rehearsals, ours, theirs, number) for number in numbers]
    nodes: dict[int, Tensor] = {}
    for pair in pairs:
        nodes[pair.view] = torch.cat([nodes.get(pair.view, pair.judges[:0]), pair.judges]).unique()
    total = sum(len(ids) for ids in nodes.values())
    random = np.random.default_rng(0)
    drawn = np.array([_sampled(pairs, nodes, random) for _ in range(DRAWS)])
    defined = drawn[~np.isnan(drawn)]
    # A bootstrap of n nodes varies by (n - 1) / n too little.
    error = float(defined.std()) * sqrt(total / max(1, total - 1)) if len(defined) > 1 else float("inf")
    return Difference(_mean([pair.gap() for pair in pairs]), error, total)


class _Pair(NamedTuple):
    """What both say of the judges (row numbers of the view) of one inner split."""

    view: int
    judges: Tensor
    truth: Truth
    ours: Judged
    theirs: Judged

    @classmethod
    def of(cls, rehearsals: Rehearsals, ours: RunConfig, theirs: RunConfig, number: int) -> "_Pair":
        split = rehearsals.split(number)
        said = (rehearsals.judged(config, number) for config in (ours, theirs))
        return cls(split.view, split.judges, split.truth, *said)

    def gap(self, rows: Tensor | None = None) -> float:
        """The difference on some of the judges, which may be there several times; NaN on none."""
        rows = torch.arange(len(self.judges)) if rows is None else rows
        if not len(rows):
            return float("nan")
        return self.ours.score(self.truth, rows) - self.theirs.score(self.truth, rows)


def _sampled(pairs: Sequence[_Pair], nodes: Mapping[int, Tensor], random: np.random.Generator) -> float:
    """The difference on a bootstrap sample of the nodes of each view."""
    counts = {
        view: torch.from_numpy(np.bincount(random.integers(len(ids), size=len(ids)), minlength=len(ids)))
        for view, ids in nodes.items()
    }
    gaps = []
    for pair in pairs:
        repeats = counts[pair.view][torch.searchsorted(nodes[pair.view], pair.judges)]
        gaps.append(pair.gap(torch.arange(len(repeats)).repeat_interleave(repeats)))
    return _mean(gaps)


def _mean(values: Sequence[float]) -> float:
    return float(np.mean(values))

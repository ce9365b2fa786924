"""Is one method better than another on the same splits? The paired t-test over seeds, and its corrected form.

With d_s = ours_s - theirs_s on split s and n splits: t = mean(d) / (std(d) * sqrt(1/n + r)), n - 1 degrees of freedom,
two-sided. r = 0 is the plain paired t-test. Random splits of one graph overlap, so the d_s are not independent, and
that test finds differences more often than it should: its p is optimistic. Nadeau & Bengio, Inference for the
Generalization Error, Machine Learning 52, 2003, correct for this with r = test nodes / training nodes. With 20 labels a
class r is 15 and more, and the corrected test finds hardly anything: take the two as a liberal and a strict reading.
"""

from collections.abc import Iterable
from math import copysign, inf, nan, sqrt
from statistics import fmean, stdev
from typing import NamedTuple

from gnn2mlp.core.errors import DataError
from gnn2mlp.core.limits import check_at_least


class Outcome(NamedTuple):
    """One method's score on one split: the seed, the split's digest, the score."""

    seed: int
    split: str
    score: float


class Paired(NamedTuple):
    """What the comparison found.

    `difference`: mean of ours - theirs, in the unit of the scores. `error`: its standard error; NaN for a single split.
    `p`: two-sided p-value; NaN for a single split. `wins`: splits on which ours is better. `n`: splits compared.
    """

    difference: float
    error: float
    p: float
    wins: int
    n: int


def paired(ours: Iterable[Outcome], theirs: Iterable[Outcome], overlap: float = 0.0) -> Paired:
    """Compare two methods on the seeds that both have.

    Args:
        ours: scores by split, in any order.
        theirs: those of the method compared with.
        overlap: r above; 0 for the plain paired t-test, test nodes / training nodes for the corrected one.

    Raises:
        DataError: if they have no seed in common, or a seed stands for two different splits.
        ConfigError: if `overlap` is negative.
    """
    check_at_least("compare", 0, overlap=overlap)
    mine, other = ({outcome.seed: outcome for outcome in side} for side in (ours, theirs))
    seeds = sorted(mine.keys() & other.keys())
    if not seeds:
        raise DataError(
            f"compare: expected a seed that both have, got {sorted(mine)} and {sorted(other)}; run the same seeds"
        )
    for seed in seeds:
        if mine[seed].split != other[seed].split:
            raise DataError(
                f"compare: expected the same split for both, got {mine[seed].split} and {other[seed].split} for seed "
                f"{seed}; only scores on the same node sets can be paired: run both with the same data and split"
            )
    return _paired([mine[seed].score - other[seed].score for seed in seeds], overlap)


def _paired(differences: list[float], overlap: float) -> Paired:
    from scipy.stats import t as student_t

    n, mean = len(differences), fmean(differences)
    wins = sum(d > 0 for d in differences)
    if n == 1:
        return Paired(mean, nan, nan, wins, n)
    error = stdev(differences) * sqrt(1 / n + overlap)
    t = mean / error if error else copysign(inf, mean) if mean else 0.0
    return Paired(mean, error, float(2 * student_t.sf(abs(t), n - 1)), wins, n)

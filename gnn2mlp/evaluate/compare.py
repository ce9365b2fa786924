"""Is one model better than another on the same splits? The corrected resampled t-test, with its interval.

With d_s = ours_s - theirs_s on split s and n splits: t = mean(d) / (std(d) * sqrt(1/n + r)), n - 1 degrees of freedom,
two-sided; the interval is mean(d) ± t_{0.975, n-1} * std(d) * sqrt(1/n + r). r = 0 is the plain paired t-test, which
takes the d_s for independent. Random splits of one graph share most of their nodes, so they are not, and the plain test
finds differences more often than it should. Nadeau & Bengio, Inference for the Generalization Error, Machine Learning
52, 2003, correct for this with r = n2 / n1: nodes that were scored / labelled nodes that the learner was given. Ours is
given training and validation nodes, as it chooses the epoch on the latter: n1 counts both.

What each speaks of: the corrected interval of graphs like this one, the plain one of further splits of this very graph.
Few labels and many test nodes make r large (6.1 on Cora with 20 labels a class) and the corrected interval wide: that
none was found does not mean that there is no difference.

Where all seeds share one published split there is nothing to correct: the seeds are initialisations, the plain test is
taken, and it speaks of further initialisations on that split.

Scores are shares of a finite number of nodes, so that a few differences may happen to be equal. Their spread of 0 comes
of rounding and says nothing of chance, and a t-interval without width would claim certainty: there is none then.
"""

from collections.abc import Iterable, Mapping
from math import isnan, nan, sqrt
from statistics import fmean, stdev
from typing import Any, Literal, NamedTuple

from gnn2mlp.core.errors import ConfigError, DataError, nearest
from gnn2mlp.core.limits import check_at_least

Population = Literal["splits", "initialisations"]

# Share of such intervals that hold the true difference.
CONFIDENCE = 0.95
_TESTS = ("corrected", "plain")
# Equal shares that are subtracted from each other differ by no more than rounding.
_EQUAL = 1e-12


class Outcome(NamedTuple):
    """One model's score on one split.

    Args:
        seed: that drew the split, where it is drawn, and the initial weights.
        split: digest of the node sets; equal ones are the same split.
        score: in any unit, the higher the better.
        ratio: r above, nodes that were scored / training and validation nodes.

    Example:
        >>> split = {"digest": "b05c", "train": 140, "valid": 210, "seen": 1708, "unseen": 427}
        >>> record = {"seed": 0, "split": split, "student": {"unseen": 0.74, "test": 0.79}}
        >>> Outcome.of(record, "student", "unseen")
        Outcome(seed=0, split='b05c', score=0.74, ratio=1.22)
    """

    seed: int
    split: str
    score: float
    ratio: float

    @classmethod
    def of(cls, record: Mapping[str, Any], model: str, population: str) -> "Outcome":
        """The score of `model` on `population`, from a seed's record in `results.json` or a line of a benchmark."""
        split = record["split"]
        nodes = {"seen": split["seen"], "unseen": split["unseen"], "cold": split["unseen"]}
        scored = nodes.get(population, split["seen"] + split["unseen"])
        ratio = scored / (split["train"] + split["valid"])
        return cls(record["seed"], split["digest"], record[model][population], ratio)


class Paired(NamedTuple):
    """What a comparison found; differences are in the unit of the scores.

    Args:
        difference: mean of ours - theirs.
        error: its standard error; NaN for a single split and seed and where all differences are equal, as are the
            three that follow.
        low: lower end of the 95 % interval of the difference.
        high: upper end.
        p: two-sided p-value of no difference.
        wins: number of splits (or initialisations) on which ours is better.
        n: how many were compared.
        population: what the interval speaks of: `"splits"`, or `"initialisations"` on one split.
    """

    difference: float
    error: float
    low: float
    high: float
    p: float
    wins: int
    n: int
    population: Population

    @property
    def has_interval(self) -> bool:
        """Whether anything can be told of chance: neither of a single difference, nor of equal ones."""
        return not isnan(self.low)

    @property
    def differs(self) -> bool:
        """Whether the interval excludes 0; `False` where there is none."""
        return self.low > 0 or self.high < 0


def paired(ours: Iterable[Outcome], theirs: Iterable[Outcome], test: str = "corrected", comparisons: int = 1) -> Paired:
    """Compare two models on the seeds that both have.

    Several seeds on one of several splits count once, by their mean.

    Args:
        ours: scores by seed, in any order.
        theirs: those of the model compared with.
        test: `"corrected"`, Nadeau and Bengio's; `"plain"`, the paired t-test, which is optimistic on random splits.
        comparisons: of how many this is one: the interval is widened so that all of them together hold their true
            differences 95 % of the time (Bonferroni), and p is multiplied by their number, up to 1.

    Raises:
        DataError: if they have no seed in common, or a seed stands for two different splits.
        ConfigError: for another test, or fewer comparisons than one.

    Example:
        >>> ours = [Outcome(seed, f"split {seed}", score, 1.0) for seed, score in enumerate((0.75, 1.0, 0.25))]
        >>> theirs = [Outcome(seed, f"split {seed}", score, 1.0) for seed, score in enumerate((0.5, 0.5, 0.25))]
        >>> found = paired(ours, theirs)
        >>> f"{found.difference:+.2f}, from {found.low:+.2f} to {found.high:+.2f}; {found.wins} of {found.n} won"
        '+0.25, from -0.99 to +1.49; 2 of 3 won'
        >>> found.differs
        False
    """
    if test not in _TESTS:
        raise ConfigError(f"compare: expected the test corrected or plain, got {test!r}{nearest(test, _TESTS)}")
    check_at_least("compare", 1, comparisons=comparisons)
    pairs = _matched(ours, theirs)
    by_split: dict[str, list[float]] = {}
    for mine, other in pairs:
        by_split.setdefault(mine.split, []).append(mine.score - other.score)
    if len(by_split) == 1:
        several: Population = "initialisations" if len(pairs) > 1 else "splits"
        return _t_test(next(iter(by_split.values())), 0.0, several, comparisons)
    ratio = fmean(mine.ratio for mine, _ in pairs) if test == "corrected" else 0.0
    return _t_test([fmean(differences) for differences in by_split.values()], ratio, "splits", comparisons)


def _matched(ours: Iterable[Outcome], theirs: Iterable[Outcome]) -> list[tuple[Outcome, Outcome]]:
    """Both outcomes of every seed that both have, by seed."""
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
    return [(mine[seed], other[seed]) for seed in seeds]


def _t_test(differences: list[float], ratio: float, population: Population, comparisons: int) -> Paired:
    from scipy.special import stdtr, stdtrit

    n, mean = len(differences), fmean(differences)
    wins = sum(d > 0 for d in differences)
    spread = stdev(differences) if n > 1 else 0.0
    if spread <= _EQUAL:
        return Paired(mean, nan, nan, nan, nan, wins, n, population)
    error = spread * sqrt(1 / n + ratio)
    p = min(1.0, 2 * comparisons * float(stdtr(n - 1, -abs(mean / error))))
    # For one comparison the same number as ever: 1 - 0.05 / 2 is not (1 + 0.95) / 2 in binary digits.
    tail = (1 + CONFIDENCE) / 2 if comparisons == 1 else 1 - (1 - CONFIDENCE) / (2 * comparisons)
    reach = float(stdtrit(n - 1, tail)) * error
    return Paired(mean, error, mean - reach, mean + reach, p, wins, n, population)

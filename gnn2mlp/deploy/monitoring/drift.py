"""How far two samples are apart, and whether chance alone would put them there; both are counts. Imports no torch."""

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from scipy.special import chdtrc, gammaln

from gnn2mlp.evaluate.permutation import holm

# Rows that a part of a chi-square test is expected to hold in either sample: with fewer its p-values are no good.
EXPECTED = 5.0
# Parts over which the index is summed: as is usual, so that its usual limits mean what they mean elsewhere.
PARTS = 10
# Of more rows than this that could have what is counted, an exact test gives way to chi-square.
_EXACT = 20_000


class Limits(NamedTuple):
    """From where on a difference is drift. All of them are sizes of differences but `alpha`.

    With a million rows every difference is beyond chance, with fifty hardly any: drift is what is larger than its limit
    and beyond chance as well.

    Args:
        psi: population stability index of a distribution: 0.1 is little, 0.25 much (Siddiqi, Credit Risk Scorecards,
            2006).
        share: by which the share of gaps, of unknown values or of outliers moves: 0.05 are five points.
        shift: of the mean of a dimension of a vector, in standard deviations of training.
        accuracy: by which the share of right answers falls.
        alpha: probability that a table like that of training is called drifted, over all that is looked at (Holm).

    Example:
        >>> Limits(psi=0.1).alpha
        0.01
    """

    psi: float = 0.2
    share: float = 0.05
    shift: float = 0.5
    accuracy: float = 0.03
    alpha: float = 0.01


class Check(NamedTuple):
    """One thing that was compared.

    Args:
        what: was compared, such as `"values"` or `"gaps"`.
        measure: `"PSI"`, `"points"` (of a share), or `"std"`.
        effect: how large the difference is.
        limit: from which on it counts.
        p: probability of one as large by chance.
        adjusted: the same, for as many checks as there are.
        drifted: whether the effect is above its limit and beyond chance.
        then: what it was in training, where that is one number.
        now: what it is.
    """

    what: str
    measure: str
    effect: float
    limit: float
    p: float
    adjusted: float = 1.0
    drifted: bool = False
    then: float | None = None
    now: float | None = None

    @property
    def size(self) -> float:
        """The effect in units of its limit."""
        return self.effect / self.limit if self.limit else 0.0


def judged(checks: Sequence[Check], alpha: float) -> list[Check]:
    """The checks with p-values for all of them together (Holm), and which of them are drift.

    Example:
        >>> low, high = Check("gaps", "points", 0.2, 0.05, 0.004), Check("values", "PSI", 0.01, 0.2, 0.3)
        >>> [(one.adjusted, one.drifted) for one in judged([high, low], 0.01)]
        [(0.3, False), (0.008, True)]
    """
    adjusted = holm(np.array([one.p for one in checks])).tolist()
    return [
        one._replace(adjusted=p, drifted=bool(one.effect >= one.limit) and p < alpha)
        for one, p in zip(checks, adjusted, strict=True)
    ]


def compare_counts(what: str, then: np.ndarray, now: np.ndarray, ordered: bool, limit: float) -> Check:
    """Two histograms with the same bins: their index, and a test of whether they are of one distribution.

    Args:
        what: they are of.
        then: (bins,) counts.
        now: likewise.
        ordered: whether neighbouring bins are alike, as of numbers.
        limit: of the index.

    Example:
        >>> compare_counts("values", np.array([500, 500]), np.array([100, 300]), False, 0.2).p < 1e-9
        True
    """
    first, second = merged(then, now, ordered)
    return Check(what, "PSI", psi(first, second), limit, chi_square(first, second))


def compare_shares(what: str, then: float, of_then: float, now: float, of_now: float, limit: float) -> Check:
    """How many of so many rows have something, before and now; the effect has the sign of the change."""
    before, after = (part / whole if whole else 0.0 for part, whole in ((then, of_then), (now, of_now)))
    p = share_p(int(then), int(of_then), int(now), int(of_now))
    return Check(what, "points", after - before, limit, p, then=before, now=after)


def psi(then: np.ndarray, now: np.ndarray) -> float:
    """Population stability index Σ (q - p) ln(q / p) of two histograms; half a row is added to each bin.

    Also called Jeffreys' divergence, the sum of KL in both directions.

    Example:
        >>> round(psi(np.array([50, 50]), np.array([20, 80])), 2)
        0.41
    """
    if not then.sum() or not now.sum():
        return 0.0
    p, q = ((counts + 0.5) / (counts.sum() + 0.5 * len(counts)) for counts in (then, now))
    return float(((q - p) * np.log(q / p)).sum())


def merged(then: np.ndarray, now: np.ndarray, ordered: bool, parts: int = PARTS) -> tuple[np.ndarray, np.ndarray]:
    """Both histograms with bins joined until each is expected to hold `EXPECTED` rows of either sample.

    Neighbours are joined where bins have an order, to parts of about equally many rows; else the rarest ones.
    """
    then, now = np.asarray(then, np.float64), np.asarray(now, np.float64)
    both, fewer = then + now, min(then.sum(), now.sum())
    if fewer <= 0:
        return then[:1], now[:1]
    least = EXPECTED / fewer * both.sum()  # rows of both samples in a part
    if ordered:
        groups = _neighbours(both, max(least, 0.999 * both.sum() / parts))
    else:
        order = np.argsort(-both, kind="stable")
        groups = np.empty(len(both), np.int64)
        kept = int((both >= least).sum())
        if kept < len(both) and both[order[kept:]].sum() < least:
            kept = max(0, kept - 1)  # what is left over is too rare even together
        groups[order] = np.minimum(np.arange(len(both)), kept)
    size = int(groups.max()) + 1
    return np.bincount(groups, then, size), np.bincount(groups, now, size)


def _neighbours(both: np.ndarray, least: float) -> np.ndarray:
    """For each bin the number of its part."""
    groups, part, held = np.empty(len(both), np.int64), 0, 0.0
    for place, count in enumerate(both.tolist()):
        groups[place] = part
        held += count
        if held >= least:
            part, held = part + 1, 0.0
    if held < least and part:
        groups[groups == part] = part - 1
    return groups


def chi_square(then: np.ndarray, now: np.ndarray) -> float:
    """p-value of the chi-square test that two histograms are of one distribution; 1 where there are no two bins."""
    both = then + now
    full = both > 0
    if full.sum() < 2 or not then.sum() or not now.sum():
        return 1.0
    statistic = 0.0
    for counts in (then, now):
        expected = both[full] * counts.sum() / both.sum()
        statistic += float(((counts[full] - expected) ** 2 / expected).sum())
    return float(chdtrc(int(full.sum()) - 1, statistic))


def share_p(then: int, of_then: int, now: int, of_now: int) -> float:
    """p-value of two shares being one: Fisher's exact test, chi-square where very many rows have what is counted.

    Example:
        >>> round(share_p(1, 10, 8, 10), 4)
        0.0055
    """
    having, total = then + now, of_then + of_now
    if not of_then or not of_now or having in (0, total):
        return 1.0
    low, high = max(0, having - of_then), min(having, of_now)
    if high - low > _EXACT:
        rest = np.array([of_then - then, then], np.float64), np.array([of_now - now, now], np.float64)
        return chi_square(*rest)
    k = np.arange(low, high + 1, dtype=np.float64)
    log = _log_choose(of_now, k) + _log_choose(of_then, having - k) - _log_choose(total, np.float64(having))
    own = log[now - low]
    return min(1.0, float(np.exp(log[log <= own + 1e-7]).sum()))


def _log_choose(n: float, k: np.ndarray | np.float64) -> np.ndarray:
    found: np.ndarray = gammaln(n + 1) - gammaln(k + 1) - gammaln(n - k + 1)
    return found


def normal_p(z: float) -> float:
    """Two-sided p-value of a standard normal value."""
    return math.erfc(abs(z) / math.sqrt(2))

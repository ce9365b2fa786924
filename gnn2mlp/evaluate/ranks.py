"""Several models over several data sets: average ranks, whether they differ at all, and which of them do.

Demšar, Statistical Comparisons of Classifiers over Multiple Data Sets, JMLR 7, 2006: Friedman's test asks whether the
models differ at all; then pairs are compared. Two rules for pairs are here:

- `"wilcoxon"`: the signed-rank test of each pair, p-values adjusted by Holm's method. Benavoli et al., Should We Really
  Use Post-Hoc Tests Based on Mean-Ranks?, JMLR 17, 2016, recommend it: whether two models differ does not depend on
  which others are in the comparison.
- `"nemenyi"`: two models differ if their average ranks are apart by the critical difference
  q_α √(k (k + 1) / (6 N)), k models and N data sets, q_α the quantile of the studentised range divided by √2.

A model's score on a data set is one number, such as the mean over splits: what splits and initialisations add to the
uncertainty on one data set is told by `gnn2mlp.evaluate.compare`, not here. With few data sets nothing is found.
"""

from collections.abc import Mapping, Sequence
from itertools import combinations
from math import sqrt
from typing import Literal, NamedTuple

import numpy as np
from jaxtyping import Float

from gnn2mlp.core.errors import ConfigError, DataError, nearest
from gnn2mlp.core.showing import short_repr
from gnn2mlp.evaluate.permutation import holm

Rule = Literal["wilcoxon", "nemenyi"]
RULES = ("wilcoxon", "nemenyi")
ALPHA = 0.05


class Ranking(NamedTuple):
    """Models over data sets, the best first.

    Args:
        models: by average rank.
        ranks: average rank of each; 1 is best.
        datasets: over how many.
        friedman: p-value that all models are alike.
        rule: how pairs were compared.
        p: adjusted p-value of each pair, under both orders; of `"nemenyi"` that of its test.
        groups: positions (first, last) in `models` of the largest runs none of whose pairs differ; no run is part of
            another.
        distance: the critical difference of Nemenyi's test; `None` for the other rule.
    """

    models: tuple[str, ...]
    ranks: tuple[float, ...]
    datasets: int
    friedman: float
    rule: Rule
    p: Mapping[tuple[str, str], float]
    groups: tuple[tuple[int, int], ...]
    distance: float | None

    def __repr__(self) -> str:
        return short_repr(self)

    def differ(self, one: str, other: str) -> bool:
        """Whether two models differ, at 5 %."""
        return self.p[one, other] < ALPHA

    @property
    def able(self) -> bool:
        """Whether so many data sets can show a difference at all: that of a model which is ahead on every one of them.

        The signed-rank test of n differences of one sign has p = 2^(1 - n), which Holm multiplies by the number of
        pairs: three models take seven data sets.
        """
        models = len(self.models)
        if self.distance is not None:
            return models - 1 > self.distance
        return models * (models - 1) / 2 * 2.0 ** (1 - self.datasets) < ALPHA


def ranked(scores: Float[np.ndarray, "datasets models"], models: Sequence[str], rule: str = "wilcoxon") -> Ranking:
    """Rank models on each data set, and say which of them differ over data sets.

    Args:
        scores: the higher the better, in any unit that is the same within a data set; finite.
        models: their names.
        rule: `"wilcoxon"` or `"nemenyi"`, see above.

    Raises:
        ConfigError: for another rule.
        DataError: for fewer than two models or data sets, two models of one name, or scores that are not finite.

    Example:
        >>> scores = np.array([[0.9, 0.8, 0.7], [0.8, 0.7, 0.6], [0.9, 0.7, 0.8], [0.6, 0.5, 0.4]])
        >>> found = ranked(scores, ["a", "b", "c"], "nemenyi")
        >>> found.models, found.ranks, round(found.distance, 2)
        (('a', 'b', 'c'), (1.0, 2.25, 2.75), 1.66)
        >>> found.groups  # "a" and "b" could be alike, "b" and "c" too; "a" and "c" differ
        ((0, 1), (1, 2))
    """
    check_rule(rule)
    _check(scores, models)
    ranks = _ranks(scores)
    order = np.argsort(ranks.mean(0), kind="stable")
    names = tuple(models[place] for place in order)
    ordered = scores[:, order]
    mean = ranks.mean(0)[order]
    distance = critical_difference(len(models), len(scores)) if rule == "nemenyi" else None
    p = _nemenyi(mean, len(scores)) if rule == "nemenyi" else _wilcoxon_holm(ordered)
    by_name = {(names[i], names[j]): value for (i, j), value in p.items()}
    return Ranking(
        names,
        tuple(mean.tolist()),
        len(scores),
        friedman(scores),
        "nemenyi" if rule == "nemenyi" else "wilcoxon",
        by_name | {(other, one): value for (one, other), value in by_name.items()},
        _groups(len(names), p),
        distance,
    )


def check_rule(rule: str) -> None:
    """Raise `ConfigError` for a rule for pairs that there is none of."""
    if rule not in RULES:
        raise ConfigError(f"ranks: expected the rule wilcoxon or nemenyi, got {rule!r}{nearest(rule, RULES)}")


def friedman(scores: Float[np.ndarray, "datasets models"]) -> float:
    """P-value of Friedman's test, in the form of Iman and Davenport: F of the chi-square of average ranks.

    F = (N - 1) χ² / (N (k - 1) - χ²), with k - 1 and (k - 1)(N - 1) degrees of freedom.
    """
    from scipy.special import fdtrc

    count, models = scores.shape
    ranks = _ranks(scores)
    # Ties shrink the spread that chance gives to ranks.
    spread = float(((ranks - (models + 1) / 2) ** 2).sum())
    if spread == 0:
        return 1.0
    between = float(((ranks.sum(0) - count * (models + 1) / 2) ** 2).sum())
    chi_square = (models - 1) * between / spread
    left = count * (models - 1) - chi_square
    if left <= 1e-12:  # the same order everywhere
        return 0.0
    return float(fdtrc(models - 1, (models - 1) * (count - 1), (count - 1) * chi_square / left))


def critical_difference(models: int, datasets: int) -> float:
    """How far average ranks have to be apart by Nemenyi's test at 5 %.

    Example:
        >>> round(critical_difference(4, 14), 2)  # the example of Demšar's paper
        1.25
    """
    from scipy.stats import studentized_range

    return float(studentized_range.ppf(1 - ALPHA, models, np.inf)) / sqrt(2) * _step(models, datasets)


def _step(models: int, datasets: int) -> float:
    return sqrt(models * (models + 1) / (6 * datasets))


def _ranks(scores: np.ndarray) -> np.ndarray:
    """Rank of each model on each data set, 1 the best; ties share the mean."""
    from scipy.stats import rankdata

    return np.asarray(rankdata(-scores, axis=1))


def _nemenyi(ranks: np.ndarray, datasets: int) -> dict[tuple[int, int], float]:
    from scipy.stats import studentized_range

    models = len(ranks)
    return {
        (i, j): float(
            studentized_range.sf(sqrt(2) * abs(ranks[i] - ranks[j]) / _step(models, datasets), models, np.inf)
        )
        for i, j in combinations(range(models), 2)
    }


def _wilcoxon_holm(scores: np.ndarray) -> dict[tuple[int, int], float]:
    """The adjusted p-value of each pair of models."""
    pairs = list(combinations(range(scores.shape[1]), 2))
    p = np.array([_signed_rank(scores[:, first] - scores[:, second]) for first, second in pairs])
    return dict(zip(pairs, holm(p).tolist(), strict=True))


def _signed_rank(differences: np.ndarray) -> float:
    from scipy.stats import wilcoxon

    if not differences.any():
        return 1.0
    # Zeros are split evenly between both signs, as Demšar has it.
    return float(wilcoxon(differences, zero_method="zsplit").pvalue)


def _groups(models: int, p: Mapping[tuple[int, int], float]) -> tuple[tuple[int, int], ...]:
    """Largest runs of neighbours by rank none of whose pairs differ."""
    found: list[tuple[int, int]] = []
    for first in range(models):
        last = first
        while last + 1 < models and all(p[i, last + 1] >= ALPHA for i in range(first, last + 1)):
            last += 1
        if last > first and not any(a <= first and last <= b for a, b in found):
            found.append((first, last))
    return tuple(found)


def _check(scores: np.ndarray, models: Sequence[str]) -> None:
    if scores.ndim != 2 or min(scores.shape) < 2 or scores.shape[1] != len(models):
        raise DataError(
            f"ranks: expected scores of at least two models on at least two data sets, got shape {scores.shape} for "
            f"{len(models)} names"
        )
    if len(set(models)) < len(models):
        raise DataError(f"ranks: expected models of different names, got {', '.join(models)}")
    if not np.isfinite(scores).all():
        raise DataError("ranks: expected a score of every model on every data set; leave out those without")

"""Ranks over data sets, against figures of the literature, scipy and direct formulas."""

import numpy as np
import pytest
from scipy import stats

from gnn2mlp.core.errors import ConfigError, DataError
from gnn2mlp.evaluate import critical_difference, friedman, ranked

# AUC of four variants of C4.5 on 14 data sets: table 6 of Demšar, JMLR 2006. Average ranks 3.143, 2.000, 2.893, 1.964.
C45 = np.array([
    [0.763, 0.768, 0.771, 0.798],
    [0.599, 0.591, 0.590, 0.569],
    [0.954, 0.971, 0.968, 0.967],
    [0.628, 0.661, 0.654, 0.657],
    [0.882, 0.888, 0.886, 0.898],
    [0.936, 0.931, 0.916, 0.931],
    [0.661, 0.668, 0.609, 0.685],
    [0.583, 0.583, 0.563, 0.625],
    [0.775, 0.838, 0.866, 0.875],
    [1.000, 1.000, 1.000, 1.000],
    [0.940, 0.962, 0.965, 0.962],
    [0.619, 0.666, 0.614, 0.669],
    [0.972, 0.981, 0.9751, 0.975],
    [0.957, 0.978, 0.946, 0.970],
])  # fmt: skip
NAMES = ("C4.5", "C4.5+m", "C4.5+cf", "C4.5+m+cf")


def test_the_example_of_the_paper() -> None:
    found = ranked(C45, NAMES, "nemenyi")
    ranks = dict(zip(found.models, found.ranks, strict=True))
    assert ranks == pytest.approx({"C4.5": 3.143, "C4.5+m": 2.000, "C4.5+cf": 2.893, "C4.5+m+cf": 1.964}, abs=5e-4)
    assert found.models == ("C4.5+m+cf", "C4.5+m", "C4.5+cf", "C4.5")
    assert found.distance == pytest.approx(1.25, abs=0.005)
    # In the paper the differences to C4.5, 1.179 and 1.143, are below 1.25.
    assert found.groups == ((0, 3),)
    assert found.friedman < 0.05


def test_friedmans_test_is_that_of_scipy_brought_to_f() -> None:
    random = np.random.default_rng(0)
    for scores in (C45, random.normal(size=(9, 5)), random.integers(0, 3, (12, 4)).astype(float)):
        count, models = scores.shape
        chi_square = stats.friedmanchisquare(*scores.T).statistic
        f = (count - 1) * chi_square / (count * (models - 1) - chi_square)
        assert friedman(scores) == pytest.approx(stats.f.sf(f, models - 1, (models - 1) * (count - 1)))
    assert friedman(np.ones((3, 3))) == 1.0
    assert friedman(np.arange(12.0).reshape(4, 3)) == 0.0


def test_critical_differences_are_those_of_the_tables() -> None:
    # q of Demšar's table 5: 1.960 for two models, 2.343 for three, 2.728 for five, 3.164 for ten.
    for models, q in ((2, 1.960), (3, 2.343), (5, 2.728), (10, 3.164)):
        step = (models * (models + 1) / (6 * 7)) ** 0.5
        assert critical_difference(models, 7) / step == pytest.approx(q, abs=1e-3)


def test_pairs_are_compared_by_signed_ranks_and_adjusted_by_holm() -> None:
    random = np.random.default_rng(1)
    scores = random.normal(size=(12, 3)) + np.array([1.5, 0.0, 0.1])
    found = ranked(scores, ["a", "b", "c"])
    pairs = {("a", "b"): (0, 1), ("a", "c"): (0, 2), ("b", "c"): (1, 2)}
    raw = {key: stats.wilcoxon(scores[:, i], scores[:, j]).pvalue for key, (i, j) in pairs.items()}
    first, second, third = sorted(raw, key=lambda key: raw[key])
    wanted = {first: 3 * raw[first]}
    wanted[second] = max(wanted[first], 2 * raw[second])
    wanted[third] = max(wanted[second], raw[third])
    for (one, other), p in wanted.items():
        assert found.p[one, other] == found.p[other, one] == pytest.approx(min(1.0, p))
    assert found.distance is None
    assert found.differ("a", "b") == (wanted["a", "b"] < 0.05)


def test_nemenyis_p_is_at_5_percent_where_ranks_are_apart_by_the_critical_difference() -> None:
    random = np.random.default_rng(2)
    found = ranked(random.normal(size=(30, 4)) + np.array([0.0, 0.4, 0.8, 1.6]), ["a", "b", "c", "d"], "nemenyi")
    assert found.distance is not None
    ranks = dict(zip(found.models, found.ranks, strict=True))
    apart = {pair: abs(ranks[pair[0]] - ranks[pair[1]]) > found.distance for pair in found.p}
    assert {pair: found.differ(*pair) for pair in found.p} == apart
    assert {True, False} == {*apart.values()}


def test_equal_models_are_a_group_and_ties_share_their_rank() -> None:
    scores = np.array([[1.0, 1.0, 0.0]] * 8)
    found = ranked(scores, ["a", "b", "c"])
    assert found.ranks == (1.5, 1.5, 3.0)
    assert found.p["a", "b"] == 1.0
    assert found.groups == ((0, 1),)


@pytest.mark.parametrize(
    ("scores", "names", "match"),
    [
        (np.ones((1, 2)), "ab", "at least two models on at least two data sets"),
        (np.ones((3, 2)), "abc", "for 3 names"),
        (np.ones((3, 2)), "aa", "different names"),
        (np.array([[1.0, np.nan], [0.0, 1.0]]), "ab", "score of every model on every data set"),
    ],
)
def test_what_cannot_be_ranked_is_refused(scores: np.ndarray, names: str, match: str) -> None:
    with pytest.raises(DataError, match=match):
        ranked(scores, [*names])


def test_another_rule_is_refused() -> None:
    with pytest.raises(ConfigError, match="did you mean 'nemenyi'"):
        ranked(C45, NAMES, "nemeny")


@pytest.mark.parametrize("rule", ["wilcoxon", "nemenyi"])
@pytest.mark.parametrize("models", [2, 3, 4])
def test_what_so_many_data_sets_can_show_is_what_the_clearest_scores_show(rule: str, models: int) -> None:
    for datasets in range(2, 12):
        # The same order everywhere, and differences that all differ, so that none of them are ties.
        scores = np.outer(1 + np.arange(datasets) / 100, np.arange(models, 0, -1) ** 1.5)
        found = ranked(scores, "abcd"[:models], rule)
        assert found.able == found.differ(found.models[0], found.models[-1]), (datasets, found.p)

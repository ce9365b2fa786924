from math import isnan, sqrt

import numpy as np
import pytest
from scipy import stats

from gnn2mlp.core.errors import ConfigError, DataError
from gnn2mlp.evaluate.compare import Outcome, paired


def outcomes(*scores: float, first: int = 0, ratio: float = 1.0, split: str | None = None) -> list[Outcome]:
    return [
        Outcome(seed, split or f"split {seed}", score, ratio) for seed, score in enumerate(map(float, scores), first)
    ]


OURS, THEIRS = (0.75, 1.0, 0.25), (0.5, 0.5, 0.25)  # differences 0.25, 0.5, 0: mean 0.25, std 0.25


def test_the_corrected_test_worked_by_hand():
    found = paired(outcomes(*OURS, ratio=2 / 3), outcomes(*THEIRS, ratio=2 / 3))
    # Error 0.25 * sqrt(1/3 + 2/3) = 0.25, t = 1. For two degrees of freedom p = 1 - t / sqrt(2 + t^2), and
    # t_0.975 = 0.95 * sqrt(2 / (1 - 0.95^2)) = 4.302653.
    assert found[:7] == pytest.approx((0.25, 0.25, 0.25 - 1.0756632, 0.25 + 1.0756632, 1 - sqrt(1 / 3), 2, 3))
    assert found.population == "splits"
    assert not found.differs


def test_the_plain_test_worked_by_hand():
    found = paired(outcomes(*OURS), outcomes(*THEIRS), test="plain")
    # Error 0.25 / sqrt(3), t = sqrt(3).
    reach = 0.95 * sqrt(2 / (1 - 0.95**2)) * 0.25 / sqrt(3)
    assert found[:7] == pytest.approx((0.25, 0.25 / sqrt(3), 0.25 - reach, 0.25 + reach, 1 - sqrt(0.6), 2, 3))


def test_several_comparisons_widen_the_interval_and_raise_p():
    random = np.random.default_rng(3)
    ours, theirs = outcomes(*random.random(8)), outcomes(*random.random(8))
    one, many = paired(ours, theirs), paired(ours, theirs, comparisons=40)
    assert many[:2] == one[:2]
    reach = stats.t.ppf(1 - 0.05 / 80, df=7) * one.error
    assert (many.low, many.high) == pytest.approx((one.difference - reach, one.difference + reach))
    assert many.p == min(1, 40 * one.p)
    assert paired(outcomes(0.5, 0.5), outcomes(0.4, 0.6), comparisons=9).p == 1
    with pytest.raises(ConfigError, match=r"compare\.comparisons: expected at least 1, got 0"):
        paired(ours, theirs, comparisons=0)


def test_the_plain_test_is_that_of_scipy():
    ours, theirs = np.random.default_rng(0).random((2, 8))
    reference = stats.ttest_rel(ours, theirs)
    found = paired(outcomes(*ours), outcomes(*theirs), test="plain")
    assert found.p == pytest.approx(reference.pvalue)
    assert found.difference / found.error == pytest.approx(reference.statistic)
    assert (found.low, found.high) == pytest.approx(tuple(reference.confidence_interval()))


def corrected_resampled_t_test(differences: np.ndarray, test_nodes: int, learnt_nodes: int) -> tuple[float, float]:
    """t and p as Nadeau and Bengio (2003, section 3) and Bouckaert and Frank (2004, section 2) write them."""
    n = differences.size
    variance = differences.var(ddof=1)
    t = differences.mean() / np.sqrt((1 / n + test_nodes / learnt_nodes) * variance)
    return float(t), float(2 * stats.t.sf(abs(t), df=n - 1))


@pytest.mark.parametrize(("population", "scored"), [("test", 2135), ("seen", 1708), ("unseen", 427)])
def test_the_corrected_test_is_the_published_formula(population: str, scored: int):
    random = np.random.default_rng(1)
    sizes = {"train": 140, "valid": 210, "seen": 1708, "unseen": 427}
    ours, theirs = random.normal(0.8, 0.01, 10), random.normal(0.78, 0.01, 10)
    records = [
        {"seed": s, "split": {"digest": str(s), **sizes}, "a": {population: a}, "b": {population: b}}
        for s, (a, b) in enumerate(zip(ours, theirs, strict=True))
    ]
    found = paired(*([Outcome.of(record, model, population) for record in records] for model in "ab"))
    t, p = corrected_resampled_t_test(ours - theirs, scored, 350)
    assert found.difference / found.error == pytest.approx(t)
    assert found.p == pytest.approx(p)


def test_production_is_scored_on_all_test_nodes():
    split = {"digest": "d", "train": 30, "valid": 20, "seen": 80, "unseen": 20}
    assert Outcome.of({"seed": 3, "split": split, "mlp": {"production": 0.5}}, "mlp", "production") == (3, "d", 0.5, 2)


def test_overlapping_splits_fool_the_plain_test_and_not_the_corrected_one():
    """Two equally good learners on 400 data sets of 40 rows, each split at random ten times: 20 train, 20 test."""
    random = np.random.default_rng(0)
    found = {"plain": 0, "corrected": 0}
    for _ in range(400):
        # Each learner answers the mean of its own column of the training rows, and is scored on those of the test rows.
        columns = random.normal(size=(2, 40))
        rows = np.stack([random.permutation(40) for _ in range(10)])
        train, test = columns[:, rows[:, :20]], columns[:, rows[:, 20:]]
        scores = -((test - train.mean(axis=2, keepdims=True)) ** 2).mean(axis=2)
        ours, theirs = (outcomes(*side, ratio=1.0) for side in scores)
        for name in found:
            found[name] += paired(ours, theirs, test=name).differs
    assert found["plain"] > 0.3 * 400
    assert found["corrected"] < 0.08 * 400


def test_seeds_are_matched_whatever_their_order():
    assert paired(outcomes(*OURS)[::-1], outcomes(*THEIRS)) == paired(outcomes(*OURS), outcomes(*THEIRS))


def test_seeds_that_only_one_has_are_left_out():
    found = paired(outcomes(1.0, 0.5, 0.5), outcomes(0.25, 0.25, 0.9, first=1))
    assert (found.difference, found.wins, found.n) == (0.25, 2, 2)


def test_one_seed_says_nothing_of_chance():
    found = paired(outcomes(0.75), outcomes(0.5))
    assert (found.difference, found.wins, found.n) == (0.25, 1, 1)
    assert all(map(isnan, (found.error, found.low, found.high, found.p)))
    assert not found.differs


def test_seeds_on_one_published_split_are_initialisations():
    found = paired(outcomes(*OURS, split="public", ratio=5.0), outcomes(*THEIRS, split="public", ratio=5.0))
    plain = paired(outcomes(*OURS), outcomes(*THEIRS), test="plain")
    assert found == (*plain[:-1], "initialisations")


def test_initialisations_of_several_splits_count_by_their_mean():
    splits = ("a", "a", "b", "b", "c", "c")

    def six(*scores: float) -> list[Outcome]:
        return [Outcome(seed, splits[seed], score, 2 / 3) for seed, score in enumerate(scores)]

    found = paired(six(0.5, 1.0, 1.0, 1.0, 0.0, 0.5), six(0.5, 0.5, 0.25, 0.75, 0.25, 0.25))
    assert found == paired(outcomes(*OURS, ratio=2 / 3), outcomes(*THEIRS, ratio=2 / 3))


@pytest.mark.parametrize(("theirs", "difference", "wins"), [((0.7, 0.8), 0.0, 0), ((0.6, 0.7), 0.1, 2)])
def test_equal_differences_tell_nothing_of_chance(theirs, difference, wins):
    """Also where they are equal but for rounding: 0.7 - 0.6 and 0.8 - 0.7 are."""
    found = paired(outcomes(0.7, 0.8), outcomes(*theirs))
    assert found.difference == pytest.approx(difference)
    assert (found.wins, found.n, found.population) == (wins, 2, "splits")
    assert all(map(isnan, (found.error, found.low, found.high, found.p)))
    assert not found.has_interval
    assert not found.differs


def test_a_loss_differs_too():
    assert paired(outcomes(0.25, 0.5), outcomes(0.5, 0.751)).differs


def test_different_splits_are_not_compared():
    with pytest.raises(DataError, match="expected the same split for both, got split 1 and another for seed 1"):
        paired(outcomes(0.5, 0.5), [Outcome(0, "split 0", 0.5, 1.0), Outcome(1, "another", 0.5, 1.0)])


def test_no_seed_in_common():
    with pytest.raises(DataError, match=r"expected a seed that both have, got \[0\] and \[1\]"):
        paired(outcomes(0.5), outcomes(0.5, first=1))


def test_another_test_is_refused():
    with pytest.raises(ConfigError, match="expected the test corrected or plain, got 'correct'; did you mean"):
        paired(outcomes(0.5), outcomes(0.5), test="correct")

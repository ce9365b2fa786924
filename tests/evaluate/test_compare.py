from math import isnan, sqrt

import numpy as np
import pytest
from scipy import stats

from gnn2mlp.core.errors import ConfigError, DataError
from gnn2mlp.evaluate.compare import Outcome, Paired, paired


def outcomes(*scores: float, first: int = 0) -> list[Outcome]:
    return [Outcome(seed, f"split {seed}", score) for seed, score in enumerate(scores, start=first)]


def test_a_comparison_worked_by_hand():
    found = paired(outcomes(0.75, 1.0, 0.25), outcomes(0.5, 0.5, 0.25))
    # Differences 0.25, 0.5, 0: mean 0.25, std 0.25, standard error 0.25 / sqrt(3), t = sqrt(3).
    # For two degrees of freedom p = 1 - t / sqrt(2 + t^2) = 1 - sqrt(3 / 5).
    assert found == pytest.approx(Paired(0.25, 0.25 / sqrt(3), 1 - sqrt(0.6), 2, 3))


def test_is_the_paired_t_test():
    ours, theirs = np.random.default_rng(0).random((2, 8))
    reference = stats.ttest_rel(ours, theirs)
    found = paired(outcomes(*ours), outcomes(*theirs))
    assert found.p == pytest.approx(reference.pvalue)
    assert found.difference / found.error == pytest.approx(reference.statistic)


def test_the_corrected_test_widens_the_error():
    ours, theirs = outcomes(0.75, 1.0, 0.25), outcomes(0.5, 0.5, 0.25)
    plain, corrected = paired(ours, theirs), paired(ours, theirs, overlap=1.0)
    assert corrected.error == pytest.approx(0.25 * sqrt(1 / 3 + 1))
    assert corrected.p > plain.p
    assert corrected.difference == plain.difference


def test_seeds_are_matched_whatever_their_order():
    theirs = outcomes(0.5, 0.25, 0.125)
    assert paired(outcomes(0.75, 0.5, 0.0)[::-1], theirs) == paired(outcomes(0.75, 0.5, 0.0), theirs)


def test_seeds_that_only_one_has_are_left_out():
    found = paired(outcomes(1.0, 0.5, 0.5), outcomes(0.25, 0.25, 0.9, first=1))
    assert found[:1] + found[3:] == (0.25, 2, 2)


def test_one_split_has_no_error():
    found = paired(outcomes(0.75), outcomes(0.5))
    assert (found.difference, found.wins, found.n) == (0.25, 1, 1)
    assert isnan(found.error)
    assert isnan(found.p)


def test_equal_differences():
    assert paired(outcomes(0.5, 0.75), outcomes(0.5, 0.75)) == (0.0, 0.0, 1.0, 0, 2)
    assert paired(outcomes(0.5, 0.75), outcomes(0.25, 0.5)) == (0.25, 0.0, 0.0, 2, 2)


def test_different_splits_are_not_compared():
    with pytest.raises(DataError, match="expected the same split for both, got split 1 and another for seed 1"):
        paired(outcomes(0.5, 0.5), [Outcome(0, "split 0", 0.5), Outcome(1, "another", 0.5)])


def test_no_seed_in_common():
    with pytest.raises(DataError, match=r"expected a seed that both have, got \[0\] and \[1\]"):
        paired(outcomes(0.5), outcomes(0.5, first=1))


def test_a_negative_overlap_is_refused():
    with pytest.raises(ConfigError, match="overlap"):
        paired(outcomes(0.5), outcomes(0.5), overlap=-1.0)

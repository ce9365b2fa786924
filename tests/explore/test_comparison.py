import numpy as np
import pytest
from sklearn.metrics import adjusted_mutual_info_score

from gnn2mlp.explore.comparison import compare_codes


def test_the_same_division_under_other_names_is_matched_wholly() -> None:
    first = np.array([0, 0, 0, 1, 1, 5])
    found = compare_codes(first, np.array([9, 9, 9, 2, 2, 0]))
    assert found.adjusted_mutual_information == pytest.approx(1)
    assert (found.codes.tolist(), found.others.tolist()) == ([0, 1, 5], [9, 2, 0])
    assert found.matched == 1
    assert found.frame()["overlap"].tolist() == [1, 1, 1]


def test_each_code_is_matched_once_and_the_measure_is_scikit_learns() -> None:
    random = np.random.default_rng(0)
    first, second = random.integers(0, 6, 200), random.integers(0, 9, 200)
    found = compare_codes(first, second)
    assert len(set(found.others.tolist())) == found.others.size == 6
    assert found.adjusted_mutual_information == pytest.approx(adjusted_mutual_info_score(first, second))
    row = found.frame().iloc[0]
    both = ((first == found.codes[0]) & (second == row["other"])).sum()
    either = ((first == found.codes[0]) | (second == row["other"])).sum()
    assert row["shared"] == both
    assert row["overlap"] == pytest.approx(both / either)


def test_it_shows_itself_in_one_line() -> None:
    assert len(repr(compare_codes(np.arange(500), np.arange(500)))) < 120

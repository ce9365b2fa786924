import numpy as np
import pytest
import scipy.sparse as sp

from gnn2mlp.explore.typical import Feature, central_rows, typical_features

GROUP = np.array([0, 0, 0, 1, 1, 1, -1, -1])
# "council" is in group 0 alone, "of" everywhere but once, "rare" in one row of group 0.
ROWS = np.array([[1, 1, 1], [1, 1, 0], [1, 1, 0], [0, 1, 0], [0, 1, 0], [0, 1, 0], [0, 1, 0], [0, 0, 0]])
NAMES = ["council", "of", "rare"]


@pytest.mark.parametrize("form", [np.asarray, sp.csr_matrix])
def test_the_word_of_a_group_comes_before_what_one_row_or_every_row_has(form: type) -> None:
    first, second = typical_features(form(ROWS), GROUP, 2, NAMES)
    words = [one for one in first if one.lift is not None]
    assert [one.name for one in words] == ["council", "rare"]
    assert words[0].share == 1
    # (3 + 2 · 3/8) / (3 + 2) over 3/8.
    assert words[0].lift == pytest.approx(0.75 / 0.375)
    assert not [one for one in second if one.lift is not None]


def test_a_number_is_told_by_its_shift() -> None:
    numbers = np.array([1.0, 2.0, 1.0, 9.0, 8.0, 9.0, 5.0, 5.0])[:, None]
    first, second = typical_features(numbers, GROUP, 2, ["likes"])
    assert (first[0].name, second[0].name) == ("likes", "likes")
    spread = numbers.std()
    assert first[0].shift == pytest.approx((4 / 3 - numbers.mean()) / spread)
    assert str(second[0]).startswith("high likes (+")
    assert str(first[0]).startswith("low likes (-")


def test_numbers_below_zero_are_no_words_however_many_are_zero() -> None:
    numbers = np.array([-1.0, -1.0, -1.0, 0, 0, 0, 0, 0])[:, None]
    assert typical_features(numbers, GROUP, 2)[0][0].shift is not None


def test_a_group_without_rows_has_nothing_typical_and_a_constant_is_never_typical() -> None:
    found = typical_features(np.ones((8, 1)), GROUP, 3)
    assert found == [[], [], []]


def test_the_medoid_has_the_smallest_sum_of_squared_distances() -> None:
    rows = np.random.default_rng(0).random((12, 5))
    group = np.repeat([0, 2], 6)
    first, second, third = central_rows(sp.csr_matrix(rows), group, 3, most=2)
    unit = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    squares = ((unit[:6, None] - unit[None, :6]) ** 2).sum(axis=(1, 2))
    assert first[0] == squares.argmin()
    assert (len(first), len(second), set(third) <= set(range(6, 12))) == (2, 0, True)


def test_a_feature_reads_as_words_do() -> None:
    assert str(Feature("council", lift=14.2)) == "council (14×)"
    assert str(Feature("show", lift=2.25)) == "show (2.2×)"

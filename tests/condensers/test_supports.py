import pytest

from gnn2mlp.condensers import Mirage
from gnn2mlp.condensers._supports import least_counts
from gnn2mlp.core.errors import ConfigError


def test_shares_round_up_and_numbers_stay() -> None:
    assert least_counts(0.15, [20, 21], ["a", "b"]) == [3, 4]
    assert least_counts(1, [20, 21], ["a", "b"]) == [1, 1]
    assert least_counts(1.0, [20, 21], ["a", "b"]) == [20, 21]
    assert least_counts((1800.0, 115), [9, 9], ["a", "b"]) == [1800, 115]  # as YAML gives them
    assert least_counts(0.001, [20], ["a"]) == [1]


def test_another_number_of_supports_than_of_classes_is_refused() -> None:
    with pytest.raises(ConfigError, match=r"one for each of 2 classes \(a, b\), got 3"):
        least_counts((1, 2, 3), [20, 21], ["a", "b"])


@pytest.mark.parametrize("support", [0, -1, 1.5, (0.2, 0.0), float("nan"), float("inf")])
def test_what_is_neither_a_share_nor_a_number_is_refused(support: float) -> None:
    with pytest.raises(ConfigError, match="expected a share of the graphs of a class"):
        Mirage(support=support)

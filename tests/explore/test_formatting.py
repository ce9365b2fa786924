import pytest

from gnn2mlp.explore.formatting import factor, measure, percent, plural, points, significant


def test_percent_writes_the_spread_only_where_there_is_one() -> None:
    entry = {"mean": 0.80644, "std": 0.0157}
    assert percent(entry) == "80.64 ± 1.57"
    assert percent(entry, spread=False) == "80.64"
    assert percent(None) == "–"


def test_measure_keeps_the_unit() -> None:
    assert measure({"mean": 4.433, "std": 0.29}) == "4.43 ± 0.29"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (0.01234, "0.0123"),
        (0.1384, "0.138"),
        (1.0, "1.00"),
        (11.94, "11.9"),
        (123.4, "123"),
        (12345.6, "12,346"),
    ],
)
def test_significant(value: float, text: str) -> None:
    assert significant(value) == text


def test_significant_with_one_digit_labels_a_logarithmic_axis() -> None:
    assert [significant(10.0**k, 1) for k in (-2, -1, 0, 1, 3)] == ["0.01", "0.1", "1", "10", "1,000"]


def test_factor_points_and_plural() -> None:
    assert (factor(22.7), factor(1.84), factor(9.96)) == ("23×", "1.8×", "10×")
    assert (points(-0.211), points(0.01), points(0.0)) == ("21.1 points", "1.0 point", "0.0 points")
    assert (plural(1, "seed"), plural(2485, "node")) == ("1 seed", "2,485 nodes")

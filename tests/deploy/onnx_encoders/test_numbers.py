import numpy as np
import pytest

from tests.deploy.onnx_encoders.check import check

pytest.importorskip("onnx")
CHANCE = np.random.default_rng(0)


def with_gaps(values: np.ndarray) -> list[float | None]:
    return [None if row % 5 == 2 else float(value) for row, value in enumerate(values)]


def test_numbers_of_every_size_with_and_without_gaps() -> None:
    table = {
        "small": CHANCE.normal(size=12) * 1e-9,
        "seconds": CHANCE.normal(size=12) * 10 + 1.7e9,  # single precision would leave 128 of them
        "gaps": with_gaps(CHANCE.lognormal(size=12)),
        "flags": np.arange(12) % 2,
        "truths": [True, None, False] * 4,
    }
    encoder = check(table, {**table, "small": [None] * 12, "flags": [None] * 12, "truths": [1, 0, None] * 4})
    assert [column.encoder.name for column in encoder.columns] == ["number"] * 3 + ["raw", "boolean"]


def test_scales_beyond_single_precision() -> None:
    check({"huge": with_gaps(CHANCE.normal(size=10) * 1e60), "tiny": CHANCE.normal(size=10) * 1e-50})


def test_logarithms_have_nodes_of_their_own() -> None:
    table = {"a": with_gaps(np.arange(8.0)), "amount": [0.0, 1e-12, 1.0, 1e3, 1e9, 2.0, 3.0, 4.0], "b": np.arange(8.0)}
    check(table, amount="log")
    check({**table, "amount": with_gaps(np.arange(8.0))}, amount="log", a="log", b="drop")
    check(table, a="raw", amount="raw", b="raw")


def test_dates_before_and_after_1970_at_any_time_of_the_day() -> None:
    days = ["1931-03-02", "1969-12-31T23:59:59", "1970-01-01", "2000-02-29T06:30:00", None, "2024-02-29T18:45:10.5"]
    encoder = check({"since": days, "on": [day and day[:10] for day in days], "n": range(6)}, atol=1e-6)
    assert [column.width for column in encoder.columns] == [8, 6, 1]


def test_dates_without_cycles_and_only_numbers() -> None:
    days = np.array(["2024-01-01", "2024-01-08", "NaT"], dtype="datetime64[D]")
    assert check({"since": days}).num_features == 2


@pytest.mark.parametrize("kinds", [("number",), ("number", "log"), ("raw", "number", "log")])
def test_many_columns_are_one_matrix(kinds: tuple[str, ...]) -> None:
    table = {f"c{number}": with_gaps(CHANCE.lognormal(size=6) + number) for number in range(40)}
    table |= {"kind": ["a", "b", "a", "b", "a", "b"], "since": [f"2024-0{month}-01" for month in range(1, 7)]}
    stated = {f"c{number}": kinds[number % len(kinds)] for number in range(40)}
    check(table, atol=1e-6, **stated)

import numpy as np
import pytest
from scipy.stats import ks_2samp, wasserstein_distance

from gnn2mlp.deploy.monitoring.drift import Limits
from gnn2mlp.deploy.monitoring.number_frame import DateFrame, NumberFrame
from gnn2mlp.encoders.reading import read
from gnn2mlp.encoders.values import Numbers


def numbers(values: np.ndarray) -> Numbers:
    return Numbers("number", "float64", np.asarray(values, np.float64))


def test_every_bin_holds_ten_rows_of_training_and_no_edge_is_a_row() -> None:
    random = np.random.default_rng(0)
    for values in (random.normal(size=317), random.lognormal(3, 2, 1000), np.repeat([0.0, 1.0, 7.0], [900, 9, 91])):
        frame = NumberFrame.fit(numbers(values))
        counts = frame.count(numbers(values))["bins"]
        assert counts.min() >= 10
        assert counts.sum() == len(values)
    odd = random.normal(size=500) * 1e-3 + 1234.5678901
    assert not np.isin(NumberFrame.fit(numbers(odd)).edges, odd).any()


def test_few_values_have_one_bin_and_equal_ones_are_told_from_others() -> None:
    assert not len(NumberFrame.fit(numbers(np.arange(15))).edges)
    always = NumberFrame.fit(numbers(np.ones(500)))
    assert always.count(numbers([0.9, 1.0, 1.0, 1.1]))["bins"].tolist() == [1, 2, 1]
    assert NumberFrame.fit(numbers(np.full(50, np.nan))).count(numbers([np.nan, 1]))["gaps"] == 1


def test_figures_are_close_to_those_of_scipy() -> None:
    random = np.random.default_rng(0)
    then, now = random.normal(size=20_000), random.normal(0.7, 1.5, 5000)
    frame = NumberFrame.fit(numbers(then))
    found = frame.figures(frame.count(numbers(then)), frame.count(numbers(now)))
    assert found["ks"] == pytest.approx(ks_2samp(then, now).statistic, abs=0.02)
    assert found["wasserstein"] == pytest.approx(wasserstein_distance(then, now) / then.std(), rel=0.03)
    assert found["mean now"] == pytest.approx(now.mean())


def test_a_shift_by_half_a_deviation_is_beyond_the_limit() -> None:
    random = np.random.default_rng(0)
    frame = NumberFrame.fit(numbers(random.normal(size=5000)))
    then, now = (frame.count(numbers(random.normal(m, 1, 5000))) for m in (0.0, 0.5))
    check = frame.checks(then, now, Limits())[0]
    assert check.effect > 0.2
    assert check.p < 1e-9


def test_dates_are_told_as_dates() -> None:
    dates = np.datetime64("2024-01-01") + np.arange(100)
    frame = DateFrame.fit(read(dates))
    assert frame.labels()[0] == "2024-01-10"
    assert frame.count(read([str(day) for day in dates]))["bins"].tolist() == frame.count(read(dates))["bins"].tolist()

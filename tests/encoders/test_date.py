import datetime as dt

import numpy as np
import pytest

from gnn2mlp.core.errors import DataError
from gnn2mlp.encoders.date import Date


def names(*dates: str) -> list[str]:
    return [name.removeprefix("x: ") for name in Date().fit(list(dates)).feature_names("x")[1:]]


def test_cycles_that_dates_show() -> None:
    assert names("2024-01-01", "2024-01-08") == []
    assert names("2024-01-01", "2024-01-02") == ["sine of week", "cosine of week"]
    assert names("2024-01-01T09:00", "2024-01-08T09:00") == ["sine of day", "cosine of day"]
    assert names("2024-01-01", "2024-12-30") == ["sine of year", "cosine of year"]


def test_by_hand() -> None:
    encoder = Date().fit(["2024-01-01T00:00", "2024-01-03T12:00"])  # a Monday, and half a day in a Wednesday
    value, *waves = encoder.transform([dt.datetime(2024, 1, 3, 12)])[0]
    assert value == 1.0
    angles = [2 * np.pi * 2.5 / 7, np.pi]
    np.testing.assert_allclose(waves, [f(angle) for angle in angles for f in (np.sin, np.cos)], atol=1e-6)


def test_texts_are_the_dates_that_they_say() -> None:
    encoder = Date().fit([dt.datetime(2024, 1, 1), dt.datetime(2025, 5, 2, 12)])
    east = dt.timezone(dt.timedelta(hours=2))
    moments = [
        dt.datetime(2024, 2, 29),
        dt.datetime(2024, 2, 29, 13, 30),
        dt.datetime(2024, 2, 29, 13, 30, tzinfo=east),
    ]
    texts = ["2024-02-29", "2024-02-29 13:30", "2024-02-29T13:30:00+02:00"]
    np.testing.assert_array_equal(encoder.transform(texts), encoder.transform(moments))


def test_other_texts_are_refused() -> None:
    with pytest.raises(DataError, match="row 1: expected a date such as 2024-02-29 .* got '29.2.2024'"):
        Date().fit(["2024-02-29", "29.2.2024"])


def test_a_gap_has_no_time_of_its_own() -> None:
    """The median of two days lies between them, and shows no time of day."""
    assert "sine of day" not in names("2024-01-01", "2024-01-02", "")
    encoder = Date().fit(["2024-01-01", None, "2024-01-03"])
    np.testing.assert_array_equal(encoder.transform([None])[0, :-1], encoder.transform(["2024-01-02"])[0, :-1])

"""Durations are read as people write them, and anything else is refused."""

from typing import Any

import pytest

from gnn2mlp.core.durations import duration, seconds_of
from gnn2mlp.core.errors import ConfigError


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("10m", 600), ("90s", 90), ("90", 90), ("1h30m", 5400), ("1 h 2 m 3 s", 3723), ("1.5H", 5400), (3, 3), (0.5, 0.5)],
)
def test_durations_are_read(text: Any, seconds: float):
    assert seconds_of(text) == seconds


@pytest.mark.parametrize("wrong", ["", "m", "10x", "m10", "-5", "0s", 0, -1, True, None, float("nan"), float("inf")])
def test_what_is_none_is_refused(wrong: Any):
    with pytest.raises(ConfigError, match="budget: expected a duration such as 10m"):
        seconds_of(wrong, "budget")


def test_durations_are_written():
    assert [duration(value) for value in (0.04, 59.6, 60, 3599, 7260)] == [
        "0.0 s", "1 min", "1 min", "59 min 59 s", "2 h 1 min",
    ]  # fmt: skip

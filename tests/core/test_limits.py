"""Limits: the edge is allowed or not as documented, and the message names the option."""

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import pytest

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.core.limits import check_at_least, check_count, check_part, check_positive, check_share

at_least_one = partial(check_at_least, low=1)


@pytest.mark.parametrize(
    ("check", "value"), [(at_least_one, 1), (check_positive, 1e-9), (check_share, 0.0), (check_part, 1.0)]
)
def test_edge_is_allowed(check: Callable[..., None], value: float) -> None:
    check("teacher", option=value)


@pytest.mark.parametrize(
    ("check", "value", "expected"),
    [
        (at_least_one, 0, "at least 1"),
        (at_least_one, float("inf"), "at least 1"),
        (check_positive, 0.0, "a positive number"),
        (check_positive, float("nan"), "a positive number"),
        (check_positive, float("inf"), "a positive number"),
        (check_part, 0.0, "above 0 and at most 1"),
        (check_part, float("nan"), "above 0 and at most 1"),
        (check_share, 1.0, "from 0 to below 1"),
        (check_share, -0.1, "from 0 to below 1"),
        (check_share, float("nan"), "from 0 to below 1"),
    ],
)
def test_beyond_the_edge_names_the_option(check: Callable[..., None], value: float, expected: str) -> None:
    with pytest.raises(ConfigError, match=rf"teacher\.option: expected .*{expected}.*, got {value}"):
        check("teacher", option=value)


@pytest.mark.parametrize("value", [1.5, 2.0, True, "2", None])
def test_counts_are_whole_numbers(value: Any) -> None:
    with pytest.raises(ConfigError, match=r"top\.k: expected a whole number, got "):
        check_count("top", 1, k=value)
    with pytest.raises(ConfigError, match=r"top\.k: expected at least 1, got 0"):
        check_count("top", 1, k=0)
    check_count("top", 1, k=np.int64(1))  # type: ignore[arg-type]


def test_every_option_is_checked() -> None:
    with pytest.raises(ConfigError, match=r"distill\.second"):
        check_positive("distill", first=1.0, second=-1.0)

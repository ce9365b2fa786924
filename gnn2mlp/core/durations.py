"""Durations as people write them."""

import re
from numbers import Real
from typing import Any

from gnn2mlp.core.errors import ConfigError

_UNITS = {"h": 3600.0, "m": 60.0, "s": 1.0}
_PATTERN = re.compile(r"(?:(\d+(?:\.\d+)?)h)?(?:(\d+(?:\.\d+)?)m)?(?:(\d+(?:\.\d+)?)s?)?")


def seconds_of(value: Any, where: str = "duration") -> float:
    """Seconds of `"10m"`, `"1h30m"`, `"90s"`, `"90"` or a number of seconds.

    Args:
        value: text or number, above 0.
        where: what it is, for messages.

    Raises:
        ConfigError: if it is none of these.

    Example:
        >>> seconds_of("1h30m"), seconds_of("90s"), seconds_of(2.5)
        (5400.0, 90.0, 2.5)
        >>> seconds_of("ten minutes", "budget")
        Traceback (most recent call last):
        gnn2mlp.core.errors.ConfigError: budget: expected a duration such as 10m, 90s or 1h30m, got 'ten minutes'
    """
    found = 0.0
    if isinstance(value, Real) and not isinstance(value, bool):
        found = float(value)
    elif isinstance(value, str) and (match := _PATTERN.fullmatch(value.replace(" ", "").lower())):
        found = sum(float(part) * unit for part, unit in zip(match.groups(), _UNITS.values(), strict=True) if part)
    if not 0 < found < float("inf"):
        raise ConfigError(f"{where}: expected a duration such as 10m, 90s or 1h30m, got {value!r}")
    return found


def duration(seconds: float) -> str:
    """Seconds as people read them.

    Example:
        >>> duration(5400), duration(600), duration(61), duration(7.25)
        ('1 h 30 min', '10 min', '1 min 1 s', '7.2 s')
    """
    if seconds < 10:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    parts = [(whole // 3600, "h"), (whole % 3600 // 60, "min"), (whole % 60 if whole < 3600 else 0, "s")]
    return " ".join(f"{number} {unit}" for number, unit in parts if number)

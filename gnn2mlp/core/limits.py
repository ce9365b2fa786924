"""Limits of numeric options, checked where they are given and not where they would go wrong."""

import math
from numbers import Integral

from gnn2mlp.core.errors import ConfigError


def check_at_least(kind: str, low: float, **options: float) -> None:
    """Raise `ConfigError` for an option of the component `kind` that is below `low`, or is no finite number."""
    for option, value in options.items():
        if not low <= value < math.inf:
            raise ConfigError(f"{kind}.{option}: expected at least {low:g}, got {value}")


def check_count(kind: str, low: int, **options: int) -> None:
    """Raise `ConfigError` for an option of the component `kind` that is no whole number, or below `low`."""
    for option, value in options.items():
        if not isinstance(value, Integral) or isinstance(value, bool):
            raise ConfigError(f"{kind}.{option}: expected a whole number, got {value!r}")
    check_at_least(kind, low, **options)


def check_positive(kind: str, **options: float) -> None:
    """Raise `ConfigError` for an option of the component `kind` that is not above 0, or is no finite number."""
    for option, value in options.items():
        if not 0 < value < math.inf:
            raise ConfigError(f"{kind}.{option}: expected a positive number, got {value}")


def check_part(kind: str, **options: float) -> None:
    """Raise `ConfigError` for an option of the component `kind` outside 0 < value <= 1: a part, or all."""
    for option, value in options.items():
        if not 0 < value <= 1:
            raise ConfigError(f"{kind}.{option}: expected a number above 0 and at most 1, got {value}")


def check_share(kind: str, **options: float) -> None:
    """Raise `ConfigError` for an option of the component `kind` outside 0 <= value < 1, as every dropout must lie."""
    for option, value in options.items():
        if not 0 <= value < 1:
            raise ConfigError(f"{kind}.{option}: expected a number from 0 to below 1, got {value}")

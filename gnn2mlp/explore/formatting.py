"""Numbers as people read them: per cent with their spread, seconds, milliseconds, factors."""

from collections.abc import Mapping
from math import isnan

MISSING = "–"


def percent(entry: Mapping[str, float] | None, spread: bool = True) -> str:
    """`"80.64 ± 1.57"` from a mean and a standard deviation given as fractions; a dash if there is no entry.

    Args:
        entry: `{"mean": m, "std": s}`.
        spread: whether to write the standard deviation; one seed has none.
    """
    return measure(entry, spread, scale=100)


def measure(entry: Mapping[str, float] | None, spread: bool = True, scale: float = 1) -> str:
    """As `percent`, in units of `1 / scale`."""
    if entry is None:
        return MISSING
    mean = f"{scale * entry['mean']:.2f}"
    return f"{mean} ± {scale * entry['std']:.2f}" if spread else mean


def count(entry: Mapping[str, float] | None, spread: bool = True) -> str:
    """A number of things, whole even where it is a mean: nobody has half a node.

    Example:
        >>> count({"mean": 1234.4, "std": 3.2}), count({"mean": 12.0, "std": 0.0}, spread=False)
        ('1,234 ± 3', '12')
    """
    if entry is None:
        return MISSING
    return f"{entry['mean']:,.0f} ± {entry['std']:,.0f}" if spread else f"{entry['mean']:,.0f}"


def significant(value: float, digits: int = 3) -> str:
    """`value` with at least `digits` significant digits and no exponent: `0.0123`, `1.23`, `123`, `12,345`."""
    if value == 0:
        return "0"
    magnitude = len(str(int(abs(value)))) if abs(value) >= 1 else _leading_zeros(abs(value))
    return f"{value:,.{min(9, max(0, digits - magnitude))}f}"


def _leading_zeros(value: float) -> int:
    """Minus the number of zeros after the point: 0 for 0.5, -1 for 0.05."""
    return int(f"{value:e}".split("e")[1]) + 1


def factor(value: float) -> str:
    """`"23×"`, and one decimal below ten: `"1.8×"`."""
    return f"{value:,.0f}×" if value >= 9.95 else f"{value:.1f}×"


def points(difference: float) -> str:
    """A difference of two fractions in percentage points, without a sign.

    Example:
        >>> points(-0.2112), points(0.01)
        ('21.1 points', '1.0 point')
    """
    text = f"{abs(100 * difference):.1f}"
    return f"{text} point" if text == "1.0" else f"{text} points"


def signed_points(difference: float) -> str:
    """The number alone, with its sign; what rounds to zero has none.

    Example:
        >>> signed_points(0.0123), signed_points(-0.2), signed_points(-0.0001)
        ('+1.2', '−20.0', '0.0')
    """
    text = f"{100 * difference:+.1f}"
    return "0.0" if text in ("+0.0", "-0.0") else text.replace("-", "\N{MINUS SIGN}")


def points_interval(low: float, high: float) -> str:
    """The interval of a difference of two shares; NaN: there is none.

    No difference exceeds 100 points: what lies beyond is no part of it. A t-interval over two or three splits knows
    nothing of that; without what cannot be it holds the truth as often.

    Example:
        >>> from math import nan
        >>> points_interval(-0.008, 0.012), points_interval(-0.153, 1.375), points_interval(nan, nan)
        ('−0.8 to +1.2', '−15.3 to +100.0', 'no interval')
    """
    return "no interval" if isnan(low) else f"{signed_points(max(-1.0, low))} to {signed_points(min(1.0, high))}"


def p_value(p: float) -> str:
    """Three decimals; a dash for NaN.

    Example:
        >>> p_value(0.0342), p_value(0.0002)
        ('0.034', '< 0.001')
    """
    return MISSING if isnan(p) else "< 0.001" if p < 0.001 else f"{p:.3f}"


def plural(count: int, noun: str) -> str:
    """`"1 seed"`, `"10 seeds"`, `"2,485 nodes"`."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"

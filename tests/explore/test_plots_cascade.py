"""The curve of a cascade, its ends, its time axis and the chosen threshold."""

import numpy as np
import pytest
from matplotlib.figure import Figure

from gnn2mlp.core.errors import DataError
from gnn2mlp.explore import plot_cascade

CURVE = {
    "threshold": [0.0, 0.6, 0.8, 1.1],
    "deferred": [0.0, 0.25, 0.5, 1.0],
    "accuracy": [0.7, 0.8, 0.85, 0.84],
    "latency_ms": [0.1, 0.6, 1.1, 2.1],
}


def _named(figure: Figure) -> list[str]:
    """What the legend says."""
    return [text.get_text() for text in figure.legends[0].get_texts()]


def test_the_curve_and_its_ends() -> None:
    figure = plot_cascade(CURVE)
    np.testing.assert_allclose(figure.axes[0].lines[0].get_xydata(), [(0, 70), (25, 80), (50, 85), (100, 84)])
    assert _named(figure) == ["Student alone, 70.0%", "Teacher alone, 84.0%"]


def test_the_time_of_a_request_is_above() -> None:
    (above,) = plot_cascade(CURVE).axes[0].child_axes
    assert above.get_xlabel().startswith("milliseconds")
    forward, back = above._functions
    assert (forward(25), back(1.1)) == pytest.approx((0.6, 50))
    assert not plot_cascade(CURVE | {"latency_ms": [np.nan] * 4}).axes[0].child_axes


@pytest.mark.parametrize(("chosen", "share"), [(0.6, 25), (0.7, 25), (0.0, 0), (5.0, 100)])
def test_the_chosen_threshold_is_ringed(chosen: float, share: float) -> None:
    figure = plot_cascade(CURVE, chosen)
    assert figure.axes[0].lines[-1].get_xydata()[0, 0] == share
    assert _named(figure)[-1].startswith(f"confidence below {chosen:.2f}: {share}% asked")


@pytest.mark.parametrize("chosen", [None, 0.0, 0.8, 5.0])
def test_names_stand_below_the_curve_and_cover_nothing(chosen: float | None) -> None:
    figure = plot_cascade(CURVE, chosen)
    figure.draw_without_rendering()
    assert not figure.legends[0].get_window_extent().overlaps(figure.axes[0].get_tightbbox())
    assert not figure.axes[0].texts


def test_a_curve_without_points() -> None:
    with pytest.raises(DataError, match="at least one point"):
        plot_cascade({key: [] for key in CURVE})

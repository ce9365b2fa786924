import numpy as np
import pytest

from gnn2mlp.deploy.monitoring import Check
from gnn2mlp.report.plots_monitor import BINS, MOST, NAMES, plot_bins, plot_names, plot_sizes, short


def check(effect: float, drifted: bool = False) -> Check:
    return Check("values", "PSI", effect, 0.2, 0.0, 0.0, drifted)


def test_bars_are_as_long_as_differences_in_limits_and_the_largest_are_drawn() -> None:
    figure = plot_sizes([f"c{k}" for k in range(30)], [check(0.01 * k, k > 20) for k in range(30)])
    axes = figure.axes[0]
    widths = [bar.get_width() for bar in axes.patches]
    assert len(widths) == MOST
    assert widths == sorted(widths, reverse=True)
    assert widths[0] == pytest.approx(1.45)
    filled = {bar.get_facecolor() for bar in axes.patches}
    assert len(filled) == 2


def test_what_is_far_beyond_its_limit_is_told_as_a_number() -> None:
    axes = plot_sizes(["a", "b"], [check(4.0, True), check(0.0)]).axes[0]
    assert [text.get_text() for text in axes.texts] == ["20 ×"]


def test_bins_are_joined_and_shares_add_up() -> None:
    then = np.full(50, 0.02)
    axes = plot_bins([f"{k}" for k in range(50)], then, then[::-1]).axes[0]
    bars = [bar.get_height() for bar in axes.containers[0]]
    assert len(bars) <= BINS
    assert sum(bars) == pytest.approx(100)


def test_names_that_moved_most_are_drawn() -> None:
    then = np.full(40, 0.025)
    now = then.copy()
    now[[5, 7]] += [0.2, -0.02]
    axes = plot_names([f"name {k}" for k in range(40)], then, now).axes[0]
    labels = [label.get_text() for label in axes.get_yticklabels()]
    assert len(labels) == NAMES
    assert {"name 5", "name 7"} <= set(labels)
    assert "30 that moved less are left out" in axes.get_xlabel()


def test_long_names_are_cut_in_the_middle() -> None:
    assert len(short("a" * 80)) <= 22

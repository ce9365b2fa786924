"""Gains beside homophily."""

from math import nan

import pytest

from gnn2mlp.core.errors import DataError
from gnn2mlp.report.plots_gains import Gain, plot_gains

GAINS = [
    Gain("glnn", "cora", 0.8, 10.0, 5.0, 15.0),
    Gain("glnn", "texas", -0.2, -8.0, -20.0, 4.0),
    Gain("krd", "cora", 0.8, 12.0, nan, nan),
    Gain("krd", "acm", 0.7, 1.0, nan, nan),
]


def test_marks_are_where_the_gains_are_and_filled_beyond_chance() -> None:
    (axes,) = plot_gains(GAINS, "mlp", named=2).axes
    marks = {line.get_gid(): line for line in axes.lines if line.get_gid()}
    assert set(marks) == {"gain-0-cora", "gain-0-texas", "gain-1-cora", "gain-1-acm"}
    assert (marks["gain-0-texas"].get_xdata()[0], marks["gain-0-texas"].get_ydata()[0]) == (-0.2, -8.0)
    filled = {gid for gid, line in marks.items() if line.get_markerfacecolor() != "none"}
    assert filled == {"gain-0-cora"}
    assert [text.get_text() for text in axes.texts] == ["cora", "texas"]
    assert axes.get_ylabel() == "points above mlp"
    low, high = axes.get_ylim()
    assert low < -8 < 12 < high


def test_nothing_to_draw_is_refused() -> None:
    with pytest.raises(DataError, match="at least one difference"):
        plot_gains([], "mlp")

from math import nan

import pytest
from matplotlib.colors import to_hex

from gnn2mlp.core.errors import DataError
from gnn2mlp.evaluate import Paired
from gnn2mlp.explore.theme import MODEL_STYLES, PAPER
from gnn2mlp.report.plots_differences import Difference, drawn, plot_differences

SURE, UNSURE = Difference("sure", 5.0, 1.0, 9.0), Difference("may be $0$", -1.0, -4.0, 2.0)
FOUND = [SURE, UNSURE, Difference("once", 2.0, nan, nan)]


def test_a_mark_is_filled_where_the_interval_leaves_out_0() -> None:
    figure = plot_differences({"one": FOUND}, over="mlp")
    (axes,) = figure.axes
    marks = [line for line in axes.lines if line.get_marker() == "o"]
    assert [line.get_xdata()[0] for line in marks] == [5.0, -1.0, 2.0]
    colour = MODEL_STYLES["student"].colour
    assert [to_hex(line.get_markerfacecolor()) for line in marks] == [colour, PAPER, PAPER]
    intervals = [list(line.get_xdata()) for line in axes.lines if line.get_linewidth() == 2.2]
    assert intervals == [[1.0, 9.0], [-4.0, 2.0]]  # none where there is a single split
    assert [label.get_text() for label in axes.get_yticklabels()][1] == r"may be \$0\$"


def test_panels_share_their_axis_and_empty_ones_are_left_out() -> None:
    figure = plot_differences({"one": FOUND, "none": [], "two": FOUND[:1]}, over="glnn")
    first, second = figure.axes
    assert first.get_xlim() == second.get_xlim()
    assert second.get_xlabel() == "points above glnn"
    assert [axes.get_title(loc="left") for axes in figure.axes] == ["one", "two"]


def test_nothing_to_draw_is_refused() -> None:
    with pytest.raises(DataError, match="expected at least one difference"):
        plot_differences({"one": []}, over="mlp")


def test_long_names_are_cut_to_what_there_is_room_for() -> None:
    figure = plot_differences({"d" * 80: [SURE._replace(model="m" * 80)]}, over="mlp")
    (axes,) = figure.axes
    name, title = axes.get_yticklabels()[0].get_text(), axes.get_title(loc="left")
    assert name.endswith("…")
    assert title.endswith("…")
    assert len(name) + len(title) == 62


def test_what_is_drawn_is_in_points_and_within_what_can_be() -> None:
    wide = Paired(0.5, 0.3, -0.25, 1.5, 0.1, 2, 2, "splits")
    once = Paired(0.1, nan, nan, nan, nan, 1, 1, "splits")
    assert drawn([("wide", wide), ("once", once)]) == [Difference("wide", 50.0, -25.0, 100.0)]

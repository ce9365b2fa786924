from typing import Any

import numpy as np
import pytest
import torch
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection, PathCollection
from matplotlib.colors import to_hex

from gnn2mlp.core.errors import DataError
from gnn2mlp.explore import plot_code_map
from gnn2mlp.explore.projection import CodeMap
from gnn2mlp.explore.theme import PALETTE, UNKNOWN, class_style

CODES = np.array([[0.0, 0.0], [1.0, 0.0], [9.0, 0.0]])
NODES = np.array([[0.1, 0.0], [0.0, 0.1], [0.9, 0.0], [0.8, 0.2]])
PLACES = CodeMap(CODES, NODES, np.array([0, 0, 1, 1]), np.array([2, 2, 0]), (0.6, 0.3))


def _marks(axes: Axes) -> list[PathCollection]:
    return [marks for marks in axes.collections if isinstance(marks, PathCollection)]


def test_classes_have_their_looks_and_the_legend_their_names() -> None:
    figure = plot_code_map(PLACES, groups=torch.tensor([1, 0, 1, -1]), names=["zero", "one"])
    *points, codes = _marks(figure.axes[0])
    drawn = {to_hex(p.get_facecolor()[0]): np.asarray(p.get_offsets()).tolist() for p in points}
    assert drawn == {
        UNKNOWN.colour: NODES[[3]].tolist(),
        class_style(0).colour: NODES[[1]].tolist(),
        class_style(1).colour: NODES[[0, 2]].tolist(),
    }
    assert [text.get_text() for text in figure.legends[0].get_texts()] == ["zero", "one", "unknown"]
    assert np.asarray(codes.get_offsets()).tolist() == CODES[:2].tolist()  # code 2 has no node


def test_values_are_measured_by_a_colour_bar_and_the_large_ones_lie_on_top() -> None:
    figure = plot_code_map(PLACES, values=np.array([4.0, 1.0, 3.0, 2.0]), label="nats")
    axes, bar = figure.axes
    assert bar.get_ylabel() == "nats"
    np.testing.assert_array_equal(np.asarray(_marks(axes)[0].get_array()), [1, 2, 3, 4])
    np.testing.assert_array_equal(np.asarray(_marks(axes)[0].get_offsets()), NODES[[1, 3, 2, 0]])


def test_equal_values_can_be_drawn() -> None:
    assert len(plot_code_map(PLACES, values=np.ones(4)).axes) == 2


def test_codes_that_lie_together_differ_in_colour_and_hold_their_nodes_by_a_line() -> None:
    axes = plot_code_map(PLACES).axes[0]
    (lines,) = [c for c in axes.collections if isinstance(c, LineCollection)]
    np.testing.assert_array_equal(lines.get_segments()[2], [NODES[2], CODES[1]])
    colours = [to_hex(c) for c in _marks(axes)[0].get_facecolor()]
    assert colours[0] == colours[1] != colours[2] == colours[3]


def test_more_codes_than_colours_repeat_a_colour_far_away() -> None:
    x = np.arange(float(len(PALETTE) + 1))
    codes = np.stack([x, 0 * x], axis=1)
    row = CodeMap(codes, codes, np.arange(len(x)), np.arange(len(x), 0, -1), None)
    colours = [to_hex(c) for c in _marks(plot_code_map(row).axes[0])[0].get_facecolor()]
    assert len(set(colours[:-1])) == len(PALETTE)
    assert colours[-1] == colours[0]


def test_a_code_with_more_nodes_has_a_larger_circle() -> None:
    sizes = _marks(plot_code_map(PLACES._replace(usage=np.array([1, 3, 0]))).axes[0])[-1].get_sizes()
    assert sizes[0] < sizes[1]


def test_the_title_tells_the_variance_that_is_seen() -> None:
    assert "60% and 30% of the variance" in plot_code_map(PLACES).axes[0].get_title(loc="left")
    assert plot_code_map(PLACES._replace(explained=None)).axes[0].get_title(loc="left") == ""


@pytest.mark.parametrize("wrong", [{"values": np.ones(3)}, {"groups": torch.zeros(4, 1)}])
def test_values_of_other_nodes_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(DataError, match="expected one value for each of the 4 nodes of the map"):
        plot_code_map(PLACES, **wrong)


def test_two_colourings_at_once_are_refused() -> None:
    with pytest.raises(DataError, match="expected groups or values, got both"):
        plot_code_map(PLACES, groups=np.zeros(4, dtype=int), values=np.ones(4))

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


def test_classes_have_their_colours_and_the_legend_their_names() -> None:
    figure = plot_code_map(PLACES, groups=torch.tensor([1, 0, 1, -1]), names=["zero", "one"])
    *points, codes = _marks(figure.axes[0])
    drawn = {
        tuple(place): to_hex(colour)
        for p in points
        for place, colour in zip(np.asarray(p.get_offsets()).tolist(), p.get_facecolor(), strict=True)
    }
    assert drawn == {
        tuple(NODES[0]): class_style(1).colour,
        tuple(NODES[1]): class_style(0).colour,
        tuple(NODES[2]): class_style(1).colour,
        tuple(NODES[3]): UNKNOWN.colour,
    }
    assert [text.get_text() for text in figure.legends[0].get_texts()] == ["zero", "one", "unknown"]
    assert np.asarray(codes.get_offsets()).tolist() == [[0.0, 0.0], [0.9, 0.0]]  # in the frame; code 2 has no node


def test_codes_are_numbered() -> None:
    assert [text.get_text() for text in plot_code_map(PLACES).axes[0].texts] == ["0", "1"]


def _crowd(nodes: int) -> CodeMap:
    random = np.random.default_rng(0)
    return CodeMap(np.zeros((1, 2)), random.normal(size=(nodes, 2)), np.zeros(nodes, int), np.array([nodes]), None)


@pytest.mark.parametrize("classes", [2, len(PALETTE) + 2])  # of one mark, and of two
def test_no_class_is_drawn_before_the_others(classes: int) -> None:
    groups = np.sort(np.arange(4000) % classes)
    figure = plot_code_map(_crowd(4000), groups=groups)
    *points, _ = _marks(figure.axes[0])
    first = to_hex(class_style(0).colour)
    # The eleventh class has the first one's colour, and another mark.
    turns = [to_hex(colour) == first for p in points for colour in p.get_facecolor()]
    ranks = np.flatnonzero(turns) / len(turns)
    assert 0.42 < ranks.mean() < 0.58  # neither before the others nor after them


def test_values_are_in_no_order_either_and_the_bar_is_opaque() -> None:
    values = np.linspace(0, 1, 4000)
    axes, bar = plot_code_map(_crowd(4000), values=values, label="nats").axes
    assert bar.get_ylabel() == "nats"
    drawn = np.asarray(_marks(axes)[0].get_array())
    assert sorted(drawn) == values.tolist()
    assert abs(np.corrcoef(drawn, np.arange(4000))[0, 1]) < 0.1


def test_a_crowd_is_transparent_and_one_that_is_alone_is_not() -> None:
    nodes = np.array([[0.0, 0.0]] * 50 + [[1.0, 1.0]] * 2)
    layout = CodeMap(np.zeros((1, 2)), nodes, np.zeros(52, int), np.array([52]), None)
    (points, _) = _marks(plot_code_map(layout, groups=np.zeros(52, dtype=int)).axes[0])
    places = [tuple(place) for place in np.asarray(points.get_offsets()).tolist()]
    alpha = dict(zip(places, np.asarray(points.get_facecolor())[:, 3].tolist(), strict=True))
    assert alpha[0.0, 0.0] < 0.2
    assert alpha[max(places)] > 0.6


def test_an_outlier_is_put_at_the_rim_and_the_title_says_so() -> None:
    layout = _crowd(2000)
    layout.nodes[0] = [1e4, 0]
    axes = plot_code_map(layout).axes[0]
    assert np.asarray(_marks(axes)[0].get_offsets()).max() < 10
    assert "at the rim" in axes.get_title(loc="left")


def test_a_sample_is_told_and_takes_its_part_of_what_is_given_for_all() -> None:
    layout = PLACES._replace(explained=None, projection="tsne", rows=np.array([0, 2, 4, 6]), total=8)
    figure = plot_code_map(layout, values=np.arange(8.0))
    assert "t-SNE of a sample: 4 of 8 nodes" in figure.axes[0].get_title(loc="left")
    assert sorted(np.asarray(_marks(figure.axes[0])[0].get_array())) == [0, 2, 4, 6]


def test_equal_values_can_be_drawn() -> None:
    assert len(plot_code_map(PLACES, values=np.ones(4)).axes) == 2


def test_codes_that_lie_together_differ_in_colour_and_hold_their_nodes_by_a_line() -> None:
    axes = plot_code_map(PLACES).axes[0]
    (lines,) = [c for c in axes.collections if isinstance(c, LineCollection)]
    np.testing.assert_array_equal(lines.get_segments()[2], [NODES[2], [0.9, 0.0]])
    points = _marks(axes)[0]
    place = {tuple(p): to_hex(c) for p, c in zip(np.asarray(points.get_offsets()), points.get_facecolor(), strict=True)}
    assert place[tuple(NODES[0])] == place[tuple(NODES[1])] != place[tuple(NODES[2])] == place[tuple(NODES[3])]
    assert "name them." in axes.get_title(loc="left")


def test_a_code_with_more_nodes_has_a_larger_circle() -> None:
    sizes = _marks(plot_code_map(PLACES._replace(usage=np.array([1, 3, 0]))).axes[0])[-1].get_sizes()
    assert sizes[0] < sizes[1]


def test_the_title_tells_how_nodes_were_laid_out() -> None:
    assert "60% and 30% of the variance" in plot_code_map(PLACES).axes[0].get_title(loc="left")
    other = PLACES._replace(explained=None, projection="umap")
    assert plot_code_map(other).axes[0].get_title(loc="left").startswith("UMAP. Neighbours stay together")


@pytest.mark.parametrize("wrong", [{"values": np.ones(3)}, {"groups": torch.zeros(4, 1)}])
def test_values_of_other_nodes_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(DataError, match="expected one value for each of the 4 nodes of the map"):
        plot_code_map(PLACES, **wrong)


def test_two_colourings_at_once_are_refused() -> None:
    with pytest.raises(DataError, match="expected groups or values, got both"):
        plot_code_map(PLACES, groups=np.zeros(4, dtype=int), values=np.ones(4))

import numpy as np
import torch
from matplotlib.collections import LineCollection, PathCollection
from matplotlib.colors import to_hex

from gnn2mlp.explore import behind_code, plot_behind_code
from gnn2mlp.explore.neighbourhoods import BehindCode, EgoGraph
from gnn2mlp.explore.plots_neighbourhoods import ring_positions
from gnn2mlp.explore.theme import class_style
from tests.helpers import tiny_graph
from tests.tiny import random_knowledge

# 7 in the middle, 3 and 5 around it, 9 behind 5.
EGO = EgoGraph(
    7, np.array([7, 3, 5, 9]), np.array([0, 1, 1, 2]), np.array([0, 1, 0, -1]), np.array([[7, 5, 5], [3, 7, 9]])
)
ALONE = EgoGraph(4, np.array([4]), np.array([0]), np.array([0]), np.zeros((2, 0), dtype=int))


def _behind(*egos: EgoGraph) -> BehindCode:
    count = len(egos)
    nodes = np.array([ego.node for ego in egos], dtype=int)
    degrees = np.array([int((ego.hops == 1).sum()) for ego in egos], dtype=int)
    return BehindCode(3, nodes, np.ones(count), np.zeros(count, dtype=int), degrees, np.zeros((count, 2), int), egos)


def test_a_hop_is_a_circle_sorted_by_class() -> None:
    # Node 5 is of class 0 and comes first, on top; node 9 is alone on the second circle.
    position = ring_positions(EGO)
    np.testing.assert_allclose(position[:3], [[0, 0], [0, -1], [0, 1]], atol=1e-12)
    np.testing.assert_allclose(np.hypot(*position.T), EGO.hops)


def test_no_two_nodes_of_a_neighbourhood_coincide() -> None:
    graph = tiny_graph()
    knowledge = random_knowledge(torch.arange(graph.num_nodes))
    found = behind_code(knowledge, graph.edge_index, graph.labels, 0, hops=2)
    assert found.nodes.size > 1
    for ego in found.neighbourhoods:
        assert len({tuple(position) for position in ring_positions(ego).round(6)}) == ego.nodes.size


def test_a_panel_draws_every_node_in_the_look_of_its_class_and_every_edge() -> None:
    figure = plot_behind_code(_behind(EGO, ALONE), ["zero", "one"])
    first, second = figure.axes
    assert [a.get_title() for a in figure.axes] == ["node 7 · 2 neighbours", "node 4 · 0 neighbours"]
    edges = [c for c in first.collections if isinstance(c, LineCollection)]
    assert sorted(len(c.get_segments()) for c in edges) == [1, 2]
    middle = [c for c in first.collections if isinstance(c, PathCollection)][-1]
    assert to_hex(middle.get_facecolor()[0]) == class_style(0).colour
    assert sum(len(c.get_offsets()) for c in first.collections if isinstance(c, PathCollection)) == 4
    assert [text.get_text() for text in figure.legends[0].get_texts()] == ["zero", "one", "unknown"]
    assert second.collections


def test_an_edge_joins_the_places_of_its_ends() -> None:
    axes = plot_behind_code(_behind(EGO)).axes[0]
    lines = [c for c in axes.collections if isinstance(c, LineCollection)]
    position = dict(zip(EGO.nodes.tolist(), ring_positions(EGO).round(6).tolist(), strict=True))
    drawn = {frozenset(tuple(end) for end in s.round(6)) for c in lines for s in c.get_segments()}
    assert drawn == {frozenset((tuple(position[a]), tuple(position[b]))) for a, b in EGO.edges.T.tolist()}


def test_only_the_most_typical_are_drawn() -> None:
    figure = plot_behind_code(_behind(*[ALONE] * 5), most=4)
    assert sum(bool(axes.collections) for axes in figure.axes) == 4
    assert figure.get_suptitle() == "code 3: 5 nodes, of which the 4 most typical"
    assert plot_behind_code(_behind(ALONE)).get_suptitle() == "code 3: 1 node"


def test_a_code_without_nodes_says_so() -> None:
    assert plot_behind_code(_behind()).get_suptitle() == "code 3: 0 nodes"

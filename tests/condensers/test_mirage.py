import re
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import Tensor
from torch_geometric.nn import GINConv, SAGEConv

from gnn2mlp.condensers import Mirage, unroll
from gnn2mlp.condensers.counting import count_trees
from gnn2mlp.condensers.mirage import trees_as_graphs
from gnn2mlp.core.errors import ConfigError, DataError
from gnn2mlp.data import GraphBatch
from gnn2mlp.teachers import TEACHERS
from gnn2mlp.teachers._graph_level import reads_of
from tests.condensers.sets import graph_set, observed

WIDTH = 8


def _rows(batch: GraphBatch) -> Tensor:
    return torch.nn.functional.one_hot(batch.node_codes[:, 0], WIDTH).double()


def _gin(layers: int) -> Callable[[GraphBatch], Tensor]:
    maps = [
        GINConv(torch.nn.Sequential(torch.nn.Linear(WIDTH, WIDTH), torch.nn.Tanh())).double() for _ in range(layers)
    ]
    return lambda batch: _stacked(maps, batch)


def _sage(layers: int) -> Callable[[GraphBatch], Tensor]:
    maps = [SAGEConv(WIDTH, WIDTH).double() for _ in range(layers)]
    return lambda batch: _stacked(maps, batch)


def _stacked(maps: list[torch.nn.Module], batch: GraphBatch) -> Tensor:
    x = _rows(batch)
    for one in maps:
        x = one(x, batch.edge_index).tanh()
    return x


def _gcn(layers: int) -> Callable[[GraphBatch], Tensor]:
    """x_i <- tanh(W Σ_j x_j / sqrt((d_i + 1)(d_j + 1))), j over neighbours and i, with the degrees that are stored."""
    maps = [torch.nn.Linear(WIDTH, WIDTH).double() for _ in range(layers)]

    def forward(batch: GraphBatch) -> Tensor:
        counted = torch.bincount(batch.edge_index[1], minlength=batch.num_nodes)
        scale = (1 + (counted if batch.degrees is None else batch.degrees)).double().rsqrt()[:, None]
        x = _rows(batch)
        for one in maps:
            sent = (x * scale)[batch.edge_index[0]]
            x = (one((x * scale).index_add(0, batch.edge_index[1], sent) * scale)).tanh()
        return x

    return forward


@pytest.mark.parametrize("network", [_gin, _sage, _gcn])
@pytest.mark.parametrize("depth", [1, 3])
def test_a_network_says_of_a_root_what_it_says_in_the_graph(network: Callable, depth: int) -> None:
    torch.manual_seed(0)
    graphs = graph_set()
    forward = network(depth)
    counted = count_trees(graphs, depth)
    roots = np.arange(0, graphs.num_nodes, 3)
    trees = unroll(roots, depth, graphs.edge_index.numpy(), counted.colours, counted.edge_labels)
    written = trees_as_graphs(graphs, trees)
    with torch.no_grad():
        here, there = forward(graphs.batch(range(60)))[roots], forward(written.batch(range(len(roots))))
    assert (here - there[written.roots]).abs().max() < 1e-6
    deeper = network(depth + 2)
    with torch.no_grad():
        here, there = deeper(graphs.batch(range(60)))[roots], deeper(written.batch(range(len(roots))))
    assert (here - there[written.roots]).abs().max() > 1e-3  # such a network sees beyond the trees


def test_a_gcn_needs_the_degrees() -> None:
    torch.manual_seed(0)
    graphs, forward = graph_set(), _gcn(2)
    counted = count_trees(graphs, 2)
    trees = unroll(np.arange(20), 2, graphs.edge_index.numpy(), counted.colours, counted.edge_labels)
    batch = trees_as_graphs(graphs, trees).batch(range(20))
    assert (forward(batch) - forward(replace(batch, degrees=None)))[batch.roots].abs().max() > 1e-3


def test_frequent_sets_are_counted_by_class_and_trees_stored_once() -> None:
    small = Mirage(depth=1, support=0.4).condense(observed())
    facts = small.card["classes"]
    assert [one["support"] for one in facts] == [6, 6]
    assert [one["sets"] for one in facts] == torch.bincount(small.set_class).tolist()
    assert bool((small.set_frequency >= 6).all())
    assert small.parts.num_graphs == len(set(small.set_parts.tolist())) < small.set_parts.numel()
    for one in facts:
        assert 0 < one["nodes_covered"] < one["graphs_covered"] <= 1
        assert one["trees"] < one["distinct_trees"]


def test_a_higher_support_takes_sets_away() -> None:
    seen = observed()
    sizes = [len(Mirage(support=support).condense(seen)) for support in (2, 4, 0.33)]
    assert sizes[0] > sizes[1] > sizes[2]
    one_each = Mirage(depth=1, support=(0.3, 0.5)).condense(seen).card["classes"]
    assert [one["support"] for one in one_each] == [5, 8]


def test_weights_follow_frequencies_unless_uniform() -> None:
    small = Mirage(depth=1, support=0.4).condense(observed())
    first = small.set_class == 0
    ratio = small.set_weight[first] / small.set_frequency[first]
    assert ratio.max() == pytest.approx(float(ratio.min()))
    uniform = Mirage(depth=1, support=0.4, sets="uniform").condense(observed())
    assert len(set(uniform.set_weight[first].tolist())) == 1


def test_leaves_keep_the_degree_that_most_of_their_kind_have() -> None:
    # Chains a-b-c of three and of four nodes: the leaf below b has degree 1 in one of three, and 2 in two.
    chains = [[0, 1], [1, 2], [3, 4], [4, 5], [5, 6], [7, 8], [8, 9], [9, 10]]
    graphs = graph_set(
        labels=[0, 0, 1],
        graph_of_node=[0] * 3 + [1] * 4 + [2] * 4,
        edge_index=np.array(chains).T,
        edge_codes=None,
        node_codes=[5, 6, 7, 5, 6, 7, 7, 5, 6, 7, 7],
    )
    small = Mirage(depth=1, support=1).condensed(_training(graphs), 0)
    tree = next(
        one
        for one in range(small.parts.num_graphs)
        if small.parts.batch([one]).node_codes.flatten().tolist() == [6, 5, 7]
    )
    assert small.parts.batch([tree]).degrees.tolist() == [2, 1, 2]


def _training(graphs):
    from gnn2mlp.condensers import Training

    return Training(
        graphs, tuple(np.flatnonzero(graphs.labels.numpy() == number) for number in (0, 1)), graphs.class_names
    )


def test_a_class_without_a_frequent_set_names_the_largest_support() -> None:
    with pytest.raises(
        ConfigError, match=r"none for 'no' at support 1 \(15 of 15 graphs\); the largest .* is 0.\d+ \("
    ):
        Mirage(support=1.0).condense(observed())
    graphs = graph_set()
    most = int(re.findall(r"\((\d+) graphs\)", _message(1.0))[0])
    assert len(Mirage(support=(most, 1)).condense(observed(graphs)))
    with pytest.raises(ConfigError, match="none for 'no'"):
        Mirage(support=(most + 1, 1)).condense(observed(graphs))


def test_all_classes_without_a_frequent_set_are_named_at_once() -> None:
    assert _message(1.0).count("the largest support that gives one is") == 2


def _message(support: float) -> str:
    with pytest.raises(ConfigError) as error:
        Mirage(support=support).condense(observed())
    return str(error.value)


def test_graphs_without_edges_are_refused() -> None:
    with pytest.raises(DataError, match="class 'no': expected graphs with edges, got none in 15 training graphs"):
        Mirage().condense(observed(graph_set(edge_index=np.zeros((2, 0), int), edge_codes=None)))


def test_too_many_sets_are_refused() -> None:
    with pytest.raises(ConfigError, match="at most 20 frequent sets"):
        Mirage(support=2, most_sets=20).condense(observed())


@pytest.mark.parametrize("name", ["graph_gin", "graph_gcn", "graph_gat"])
def test_teachers_say_of_roots_what_they_say_in_the_graph(name: str) -> None:
    graphs = graph_set()
    teacher = TEACHERS.get(name)(hidden=8, layers=2, dropout=0.0)
    torch.manual_seed(0)
    network = teacher.build(reads_of(graphs), 2).double().eval()
    counted = count_trees(graphs, 2)
    roots = np.arange(0, graphs.num_nodes, 5)
    trees = unroll(roots, 2, graphs.edge_index.numpy(), counted.colours, counted.edge_labels)
    written = trees_as_graphs(graphs, trees)
    before = torch.get_default_dtype()
    torch.set_default_dtype(torch.float64)
    try:
        with torch.no_grad():
            here = network.nodes(graphs.batch(range(60)))[roots]
            there = network.nodes(written.batch(range(len(roots))))[written.roots]
    finally:
        torch.set_default_dtype(before)
    assert (here - there).abs().max() < 1e-6

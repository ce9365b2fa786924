"""`GraphSet`: parts of it are what they were, and its digest tells contents apart."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from gnn2mlp.core.errors import DataError
from gnn2mlp.data import GraphSet
from tests.graph_sets import tiny_set


@pytest.fixture(scope="module")
def graphs() -> GraphSet:
    made = tiny_set(features=True)
    nodes = made.num_nodes
    return replace(
        made,
        weights=torch.arange(40).float(),
        roots=torch.arange(nodes) % 2 == 0,
        degrees=torch.arange(nodes),
        graph_names=np.array([f"g{number}" for number in range(40)]),
    )


def test_a_batch_has_each_graph_as_it_is_alone(graphs: GraphSet) -> None:
    ids = [7, 0, 7, 39]
    batch = graphs.batch(ids)
    assert batch.num_graphs == 4
    for place, number in enumerate(ids):
        first, last = graphs.node_offsets[number : number + 2].tolist()
        inside = batch.graph_of_node == place
        for name in ("node_codes", "features", "roots", "degrees"):
            assert torch.equal(getattr(batch, name)[inside], getattr(graphs, name)[first:last])
        columns = slice(*graphs.edge_offsets[number : number + 2].tolist())
        mine = inside[batch.edge_index[0]]
        shift = int(inside.nonzero()[0])
        assert torch.equal(batch.edge_index[:, mine] - shift, graphs.edge_index[:, columns] - first)
        assert batch.edge_codes is not None
        assert graphs.edge_codes is not None
        assert torch.equal(batch.edge_codes[mine], graphs.edge_codes[columns])
    assert batch.weights is not None
    assert batch.weights.tolist() == ids


def test_the_nodes_of_graphs_are_those_of_their_batch(graphs: GraphSet) -> None:
    ids = [7, 0, 39]
    assert graphs.node_codes is not None
    assert torch.equal(graphs.node_codes[graphs.nodes_of(ids)], graphs.batch(ids).node_codes)  # type: ignore[arg-type]
    with pytest.raises(DataError, match="expected numbers of graphs in 0..39, got 40..40"):
        graphs.nodes_of([40])


def test_taking_keeps_what_a_graph_is(graphs: GraphSet) -> None:
    ids = torch.tensor([9, 4, 30])
    taken = graphs.take(ids)
    assert taken.labels.tolist() == graphs.labels[ids].tolist()
    assert taken.graph_names is not None
    assert taken.graph_names.tolist() == ["g9", "g4", "g30"]
    assert taken.weights is not None
    assert taken.weights.tolist() == [9, 4, 30]
    for place, number in enumerate(ids):
        one, other = taken.graph(place), graphs.graph(int(number))
        for name, value in vars(other).items():
            assert torch.equal(getattr(one, name), value) if isinstance(value, torch.Tensor) else True
    assert taken.code_sizes == graphs.code_sizes
    assert graphs.take(torch.arange(40)).digest == graphs.digest


def test_batches_go_through_all_graphs(graphs: GraphSet) -> None:
    found = list(graphs.batches(16))
    assert [batch.num_graphs for batch in found] == [16, 16, 8]
    assert torch.equal(torch.cat([batch.features for batch in found]), graphs.features)  # type: ignore[arg-type, misc]
    assert [batch.num_graphs for batch in graphs.batches(2, [5, 1, 0])] == [2, 1]


def test_an_empty_batch_is_possible_and_an_empty_set_is_not(graphs: GraphSet) -> None:
    assert graphs.batch([]).num_nodes == 0
    with pytest.raises(DataError, match="expected at least one graph to take, got none"):
        graphs.take([])


@pytest.mark.parametrize(
    ("ids", "told"),
    [([40], r"in 0\.\.39, got 40\.\.40"), ([-1, 3], r"got -1\.\.3"), ([0.5], "integers"), ([True], "nonzero")],
)
def test_what_is_no_graph_is_refused(graphs: GraphSet, ids: list[int], told: str) -> None:
    with pytest.raises(DataError, match=told):
        graphs.batch(ids)


def test_the_digest_tells_contents_apart_and_ignores_names(graphs: GraphSet) -> None:
    assert graphs.node_codes is not None
    codes = graphs.node_codes.clone()
    codes[0, 0] = (codes[0, 0] + 1) % 3
    others = [
        replace(graphs, node_codes=codes),
        replace(graphs, labels=1 - graphs.labels),
        replace(graphs, code_sizes=(3, 5)),
        replace(graphs, weights=None),
        replace(graphs, directed=True),
        graphs.take(torch.arange(39)),
    ]
    assert len({graphs.digest, *(one.digest for one in others)}) == 7
    assert replace(graphs, graph_names=None, name="other", notes={"duplicates": 1}).digest == graphs.digest


def test_sizes_are_told() -> None:
    assert repr(tiny_set(10, tasks=3)).startswith("GraphSet('graphs': 10 graphs, ")
    assert repr(tiny_set(10, tasks=3)).endswith("7 node codes, 2 edge codes, 3 tasks)")
    assert len(tiny_set(10)) == 10
    assert int(tiny_set(10).edges_per_graph.sum()) == tiny_set(10).num_edges

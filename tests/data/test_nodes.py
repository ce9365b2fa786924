"""What every kind of node data promises, asked of graphs and of hypergraphs."""

from collections.abc import Callable
from dataclasses import FrozenInstanceError, replace

import numpy as np
import pytest
import torch
from torch import Tensor

from gnn2mlp.core.errors import DataError
from gnn2mlp.data.graph import GraphData, graph_from_arrays
from gnn2mlp.data.hypergraph import HypergraphData, hypergraph_from_arrays
from gnn2mlp.data.nodes import NodeData
from gnn2mlp.nn.csr import CSR, gather
from gnn2mlp.tasks import NodeClassification
from tests.helpers import tiny_graph, tiny_hypergraph

# Three nodes, the last of them unlabelled; nodes 0 and 1 are linked.
X, Y, LINK = np.eye(3), [0, 1, -1], [[0, 1], [1, 0]]
GRAPH = graph_from_arrays(X, Y, LINK, name="g")
HYPERGRAPH = hypergraph_from_arrays(X, Y, [[0, 1], [0, 0]], name="h")


@pytest.fixture(params=["graph", "hypergraph", "sparse graph", "sparse hypergraph"])
def data(request: pytest.FixtureRequest) -> NodeData:
    make = tiny_hypergraph if "hypergraph" in request.param else tiny_graph
    return make(sparse="sparse" in request.param)


def changed(tensor: Tensor) -> Tensor:
    return ~tensor if tensor.dtype == torch.bool else tensor + 1


def test_sizes_by_hand() -> None:
    assert GRAPH.sizes == {"nodes": 3, "edges": 1, "features": 3, "classes": 2}
    assert HYPERGRAPH.sizes == {"nodes": 3, "hyperedges": 1, "incidences": 2, "features": 3, "classes": 2}


def test_it_shows_its_kind_name_and_sizes() -> None:
    large = graph_from_arrays(np.ones((1234, 1)), [0] * 1234, LINK, name="large")
    assert repr(large) == "GraphData('large': 1,234 nodes, 1 edges, 1 features, 1 classes)"
    assert repr(HYPERGRAPH) == ("HypergraphData('h': 3 nodes, 1 hyperedges, 2 incidences, 3 features, 2 classes)")


def test_what_links_nodes_gives_their_degrees() -> None:
    assert GRAPH.degree.tolist() == HYPERGRAPH.degree.tolist() == [1, 1, 0]
    assert int(tiny_graph().degree.sum()) == 2 * tiny_graph().num_edges
    assert int(tiny_hypergraph().degree.sum()) == tiny_hypergraph().sizes["incidences"]


def test_the_kind_that_is_expected_passes() -> None:
    assert GraphData.expect(GRAPH, "it") is GRAPH
    assert HypergraphData.expect(HYPERGRAPH, "it") is HYPERGRAPH
    assert NodeData.expect(HYPERGRAPH, "it") is HYPERGRAPH


def test_the_other_kind_is_refused() -> None:
    with pytest.raises(DataError, match="^teacher 'gcn' works on a graph; h is a hypergraph$"):
        GraphData.expect(HYPERGRAPH, "teacher 'gcn'")
    with pytest.raises(DataError, match="^teacher 'hgnn' works on a hypergraph; g is a graph$"):
        HypergraphData.expect(GRAPH, "teacher 'hgnn'")


def test_data_are_frozen(data: NodeData) -> None:
    with pytest.raises(FrozenInstanceError):
        data.name = "other"  # type: ignore[misc]


def test_equal_data_have_equal_digests() -> None:
    for make in (tiny_graph, tiny_hypergraph):
        assert make().digest == make().digest
        assert make().digest != make(seed=1).digest
        assert make().digest != make(sparse=True).digest


def test_the_digest_covers_everything_that_links_the_nodes(data: NodeData) -> None:
    assert data.structure
    for array, values in data.structure.items():
        assert replace(data, **{array: changed(values)}).digest != data.digest, array


def test_the_digest_covers_features_labels_and_classes(data: NodeData) -> None:
    x = data.features
    others = [x.with_values(2 * x.values)] if isinstance(x, CSR) else [2 * x]
    others += [gather(x, torch.arange(data.num_nodes).roll(1))]  # which moves the entries of sparse rows
    digests = [replace(data, features=other).digest for other in others]
    digests.append(replace(data, labels=data.labels.roll(1)).digest)
    digests.append(replace(data, task=NodeClassification(("a", "b", "c", "d"))).digest)
    assert len({data.digest, *digests}) == 5


def test_the_digest_covers_the_names_of_features(data: NodeData) -> None:
    names = tuple(f"f{number}" for number in range(data.num_features))
    others = [replace(data, feature_names=given) for given in (None, names, names[::-1])]
    assert len({other.digest for other in others}) == 3


@pytest.mark.parametrize("make", [tiny_graph, tiny_hypergraph])
def test_the_digest_covers_the_width_of_sparse_rows(make: Callable[..., NodeData]) -> None:
    data = make(sparse=True)
    x = data.features
    assert isinstance(x, CSR)
    wide = CSR(x.indptr, x.indices, x.values, (x.shape[0], x.shape[1] + 20))
    assert replace(data, features=wide).digest != data.digest


def test_the_digest_does_not_cover_names_splits_and_notes(data: NodeData) -> None:
    split = {"train": torch.tensor([0]), "test": torch.tensor([1])}
    other = replace(data, name="other", task=NodeClassification(range(3)), own_splits=(split,), notes={"duplicates": 1})
    assert other.digest == data.digest


def test_a_subgraph_has_the_rows_of_its_nodes_and_no_splits(data: NodeData) -> None:
    split = {"train": torch.tensor([0]), "test": torch.tensor([1])}
    ids = torch.tensor([40, 3, 7])
    names = tuple(f"f{number}" for number in range(data.num_features))
    named = replace(data, own_splits=(split,), notes={"duplicates": 1}, feature_names=names)
    sub = named.subgraph(ids)
    assert sub.feature_names == named.subgraph(torch.arange(data.num_nodes)).feature_names == names
    rows, whole = (x.to_dense() if isinstance(x, CSR) else x for x in (sub.features, data.features))
    assert torch.equal(rows, whole[ids])
    assert isinstance(sub.features, CSR) == isinstance(data.features, CSR)
    assert sub.labels.tolist() == [40 % 3, 0, 1]
    assert (type(sub), sub.name, sub.class_names) == (type(data), data.name, data.class_names)
    assert (sub.own_splits, sub.notes) == ((), {})


def test_feature_names_are_one_per_feature_and_different() -> None:
    make: list[Callable[..., NodeData]] = [
        lambda names: graph_from_arrays(X, Y, LINK, name="d", feature_names=names),
        lambda names: hypergraph_from_arrays(X, Y, [[0, 1], [0, 0]], name="d", feature_names=names),
    ]
    for build in make:
        assert build(np.array(["a", "b", "c"])).feature_names == ("a", "b", "c")
        assert build(None).feature_names is None
        with pytest.raises(DataError, match="d: expected a feature name for each of 3 features, got 2"):
            build(["a", "b"])
        with pytest.raises(DataError, match="d: expected different feature names, got 'a' more than once; rename"):
            build(["a", "b", "a"])


@pytest.mark.parametrize("make", [tiny_graph, tiny_hypergraph])
def test_without_keeps_what_belongs_to_the_nodes_that_are_left(make: Callable[..., NodeData]) -> None:
    data = replace(
        make(),
        node_names=np.array([f"n{row}" for row in range(60)]),
        own_splits=({"train": torch.tensor([0, 1, 2]), "test": torch.tensor([58, 59])},),
        split_keys={"time": torch.arange(60) * 2},
        notes={"self_loops": 1},
    )
    left = data.without(torch.tensor([1, 59]))
    assert left.node_names is not None
    assert left.node_names.tolist() == [f"n{row}" for row in range(60) if row not in (1, 59)]
    assert {part: ids.tolist() for part, ids in left.own_splits[0].items()} == {"train": [0, 1], "test": [57]}
    assert left.split_keys["time"].tolist() == [2 * row for row in range(60) if row not in (1, 59)]
    assert left.notes == data.notes
    assert left.digest == data.subgraph(torch.tensor([row for row in range(60) if row not in (1, 59)])).digest
    assert data.without() is data


def said(data: NodeData) -> NodeData:
    """The same nodes, each with a text."""
    return replace(data, texts=tuple(f"secret {row}" for row in range(data.num_nodes)))


def test_texts_are_part_of_the_digest(data: NodeData) -> None:
    other = replace(said(data), texts=(*said(data).texts[:-1], "another"))  # type: ignore[index]
    assert len({data.digest, said(data).digest, other.digest}) == 3


def test_texts_are_cut_with_their_nodes(data: NodeData) -> None:
    ids = torch.tensor([5, 2, 9])
    assert said(data).subgraph(ids).texts == ("secret 5", "secret 2", "secret 9")
    assert said(data).subgraph(torch.arange(data.num_nodes)).texts == said(data).texts
    assert said(data).without(torch.arange(2, data.num_nodes)).texts == ("secret 0", "secret 1")
    assert said(data).without_links_of(ids).texts == said(data).texts
    assert data.subgraph(ids).texts is None


def test_texts_are_never_shown(data: NodeData) -> None:
    assert "secret" not in repr(said(data)) + str(said(data).sizes)
    assert repr(said(data)) == repr(data)

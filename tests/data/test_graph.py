from collections.abc import Callable
from dataclasses import FrozenInstanceError, replace

import numpy as np
import pytest
import scipy.sparse as sp
import torch

from gnn2mlp.core.errors import DataError, DataWarning
from gnn2mlp.data.graph import GraphData, graph_from_arrays
from gnn2mlp.nn.csr import CSR
from gnn2mlp.tasks import NodeClassification
from tests.cuda import needs_cuda

X = np.array([[1.0, 0.0], [0.0, 1.0], [1.0, 1.0], [0.0, 0.0]])
Y = [0, 1, 0, -1]
EDGES = [
    [0, 1, 1, 2],
    [1, 0, 2, 2],
]  # 0-1 in both directions, 1-2, a self-loop at 2; node 3 is isolated


def test_a_small_graph_worked_by_hand() -> None:
    graph = graph_from_arrays(X, Y, EDGES, name="hand", class_names=["a", "b"])
    assert graph.edge_index.tolist() == [[0, 1, 1, 2], [1, 0, 2, 1]]
    assert (graph.num_nodes, graph.num_edges, graph.num_features, graph.task.num_outputs) == (4, 2, 2, 2)
    assert graph.notes == {"self_loops": 1}
    assert graph.labels.tolist() == Y
    assert repr(graph) == "GraphData('hand': 4 nodes, 2 edges, 2 features, 2 classes)"


def test_adjacency_rows_hold_the_neighbours() -> None:
    adjacency = graph_from_arrays(X, Y, EDGES).adjacency
    assert adjacency.to_dense().tolist() == [[0, 1, 0, 0], [1, 0, 1, 0], [0, 1, 0, 0], [0, 0, 0, 0]]


@needs_cuda
@pytest.mark.parametrize("sparse", [False, True])
def test_arrays_of_any_device_make_a_graph_on_the_cpu(sparse: bool) -> None:
    x, y, edges = torch.tensor(X), torch.tensor(Y), torch.tensor(EDGES)
    form = CSR.from_dense(x) if sparse else x
    weight, split = torch.ones(4), {"train": torch.tensor([0, 1]), "test": torch.tensor([2])}
    there = {"sample_weight": weight.cuda(), "own_splits": [{part: ids.cuda() for part, ids in split.items()}]}
    graph = graph_from_arrays(form.to("cuda"), y.cuda(), edges.cuda(), **there)
    assert graph.features.device.type == graph.labels.device.type == graph.edge_index.device.type == "cpu"
    assert graph.digest == graph_from_arrays(form, y, edges, sample_weight=weight, own_splits=[split]).digest


def test_canonical_form_is_idempotent(tiny_graph: Callable[..., GraphData]) -> None:
    graph = tiny_graph(sparse=True)
    again = graph_from_arrays(graph.features, graph.labels, graph.edge_index, task=graph.task)
    assert again.digest == graph.digest


def test_sparse_features_stay_sparse() -> None:
    graph = graph_from_arrays(sp.csr_matrix(X), Y, EDGES)
    assert isinstance(graph.features, CSR)
    assert graph.features.nnz == 4
    assert torch.equal(graph.features.to_dense(), torch.from_numpy(X))


def test_arguments_are_not_changed() -> None:
    x, edges = X.copy(), np.array(EDGES)
    graph_from_arrays(x, Y, edges)
    assert np.array_equal(x, X)
    assert edges.tolist() == EDGES


def test_a_graph_is_frozen(tiny_graph: Callable[..., GraphData]) -> None:
    with pytest.raises(FrozenInstanceError):
        tiny_graph().name = "other"  # type: ignore[misc]


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("form", [np.asarray, sp.csr_matrix, torch.from_numpy])
def test_features_must_be_finite(bad: float, form: Callable[[np.ndarray], object]) -> None:
    x = X.copy()
    x[1, 0] = bad
    with pytest.raises(DataError, match=r"must be finite, got NaN or infinity in 1 of 4 rows \(first: row 1\)"):
        graph_from_arrays(form(x), Y, EDGES)


@pytest.mark.parametrize(
    ("change", "match"),
    [
        ({"features": X[:3]}, "one label per node, 3 in all"),
        ({"features": X[:, :0]}, "at least one feature"),
        ({"features": [["a"]] * 4}, "numeric"),
        ({"labels": [0, 1]}, "one label per node, 4 in all"),
        ({"labels": [0, 1, 5, -1], "class_names": ["a", "b"]}, r"labels must lie in 0\.\.1"),
        ({"edge_index": [[0], [4]]}, r"edge ends must lie in 0\.\.3, got 4"),
        ({"edge_index": np.zeros((2, 0), dtype=int)}, "at least one edge between two nodes, got none"),
        ({"edge_index": [[2], [2]]}, "at least one edge between two nodes, got none"),
        ({"edge_weight": [1, 2]}, r"edge_weight: expected one for each of 4 edges, got shape \(2,\)"),
        ({"edge_weight": ["a"] * 4}, "edge_weight must be numbers, got <U1; give each edge a number above 0"),
        (
            {"edge_weight": [1, 0, -1, np.nan]},
            r"edge_weight: expected finite numbers above 0, got 0\.0 for edge 1, from node 1 to 0, and 2 more",
        ),
        ({"edge_weight": [1, 1, 1e-60, 1]}, "finite numbers above 0, got 1e-60 for edge 2"),
        ({"edge_weight": [1, 1, 1e60, 1]}, "finite numbers above 0, got 1e.60 for edge 2"),
        (
            {"edge_index": [[0, 0, 1, 2], [1, 1, 2, 0]], "edge_weight": [3e38, 3e38, 1, 1]},
            "the sum over duplicates of an edge is infinite",
        ),
    ],
)
def test_bad_input_is_refused(change: dict[str, object], match: str) -> None:
    arrays = {"features": X, "labels": Y, "edge_index": EDGES, **change}
    with pytest.raises(DataError, match=match):
        graph_from_arrays(**arrays)  # type: ignore[arg-type]


def test_duplicates_are_merged_and_counted() -> None:
    graph = graph_from_arrays(X, Y, [[0, 0, 0], [1, 1, 1]])
    assert graph.num_edges == 1
    assert graph.notes == {"duplicates": 2}


def test_subgraph_renumbers_and_keeps_the_inner_edges() -> None:
    graph = graph_from_arrays(X, Y, EDGES, own_splits=[{"train": [0], "test": [1]}])
    sub = graph.subgraph(torch.tensor([1, 2, 3]))
    assert sub.edge_index.tolist() == [[0, 1], [1, 0]]  # 1-2 became 0-1
    assert sub.labels.tolist() == [1, 0, -1]
    assert torch.equal(sub.features, torch.from_numpy(X[1:]))
    assert sub.own_splits == ()


def test_subgraph_in_any_order_is_canonical(tiny_graph: Callable[..., GraphData]) -> None:
    graph = tiny_graph(sparse=True)
    ids = torch.randperm(60, generator=torch.Generator().manual_seed(0))[:40]
    sub = graph.subgraph(ids)
    assert torch.equal(sub.adjacency.to_dense(), graph.adjacency.to_dense()[ids][:, ids])
    keys = sub.edge_index[0] * 40 + sub.edge_index[1]
    assert bool((keys.diff() > 0).all())


def test_cold_nodes_keep_their_place_and_lose_their_edges() -> None:
    path = graph_from_arrays(torch.eye(4), [0, 1, 0, 1], [[0, 1, 2], [1, 2, 3]], edge_weight=[2.0, 0.5, 3.0])
    cold = path.without_links_of(torch.tensor([3, 0]))
    assert cold.edge_index.tolist() == [[1, 2], [2, 1]]
    assert cold.edge_weight is not None
    assert cold.edge_weight.tolist() == [0.5, 0.5]
    assert cold.num_nodes == 4
    assert cold.features is path.features


def test_digest_follows_the_content(tiny_graph: Callable[..., GraphData]) -> None:
    graph = tiny_graph()
    assert graph.digest == tiny_graph().digest
    changed = graph.features.clone()
    changed[5, 5] += 1
    assert replace(graph, features=changed).digest != graph.digest
    assert replace(graph, labels=graph.labels.roll(1)).digest != graph.digest
    assert replace(graph, edge_index=graph.edge_index[:, 2:]).digest != graph.digest
    assert replace(graph, task=NodeClassification(("a", "b", "c", "d"))).digest != graph.digest
    assert replace(graph, name="other").digest == graph.digest


def test_the_subgraph_on_all_nodes_shares_its_arrays(tiny_graph: Callable[..., GraphData]) -> None:
    graph = tiny_graph()
    same = graph.subgraph(torch.arange(graph.num_nodes))
    assert same.edge_index is graph.edge_index
    assert same.features is graph.features
    assert same.digest == graph.digest
    turned = graph.subgraph(torch.arange(graph.num_nodes).flip(0))
    assert torch.equal(turned.labels, graph.labels.flip(0))
    assert torch.equal(turned.adjacency.to_dense(), graph.adjacency.to_dense().flip(0, 1))


# Weights of EDGES: 0-1 weighs 2 there and 3 back, 1-2 weighs 5, the self-loop at 2 does not matter.
WEIGHT = [2.0, 3.0, 5.0, 7.0]


def test_a_weighted_graph_worked_by_hand() -> None:
    graph = graph_from_arrays(X, Y, EDGES, edge_weight=WEIGHT)
    assert graph.edge_weight is not None
    assert graph.edge_weight.tolist() == [2.5, 2.5, 5, 5]
    assert graph.adjacency.to_dense().tolist() == [[0, 2.5, 0, 0], [2.5, 0, 5, 0], [0, 5, 0, 0], [0, 0, 0, 0]]
    assert graph.degree.tolist() == [1, 2, 1, 0]
    assert graph.num_edges == 2
    assert graph.notes == {"self_loops": 1, "unequal_directions": 1}


def test_a_directed_graph_worked_by_hand() -> None:
    graph = graph_from_arrays(X, Y, EDGES, edge_weight=WEIGHT, directed=True)
    assert graph.edge_index.tolist() == [[1, 0, 1], [0, 1, 2]]  # by target
    assert graph.adjacency.to_dense().tolist() == [[0, 3, 0, 0], [2, 0, 0, 0], [0, 5, 0, 0], [0, 0, 0, 0]]
    assert graph.degree.tolist() == [1, 1, 1, 0]
    assert (graph.num_edges, graph.receiving.tolist(), graph.sending.tolist()) == (3, [0, 1, 2], [1, 0, 1])
    assert repr(graph) == "GraphData('graph': 4 nodes, 3 edges, 2 features, 2 classes)"


@pytest.mark.parametrize("directed", [False, True])
@pytest.mark.parametrize("weighted", [False, True])
def test_any_graph_stays_as_it_is_and_its_subgraph_is_that_of_its_matrix(
    tiny_graph: Callable[..., GraphData], weighted: bool, directed: bool
) -> None:
    graph = tiny_graph(weighted=weighted, directed=directed)
    again = graph_from_arrays(
        graph.features,
        graph.labels,
        graph.edge_index,
        edge_weight=graph.edge_weight,
        directed=directed,
        task=graph.task,
    )
    assert again.digest == graph.digest
    ids = torch.randperm(60, generator=torch.Generator().manual_seed(0))[:40]
    for chosen in (ids, ids.sort().values):
        sub = graph.subgraph(chosen)
        assert torch.equal(sub.adjacency.to_dense(), graph.adjacency.to_dense()[chosen][:, chosen])
        keys = sub.receiving * 40 + sub.sending
        assert bool((keys.diff() > 0).all())
        assert sub.directed == directed
        assert (sub.edge_weight is not None) == weighted
    assert graph.subgraph(torch.arange(60)).edge_weight is graph.edge_weight


def test_weights_of_one_say_nothing(tiny_graph: Callable[..., GraphData]) -> None:
    plain = graph_from_arrays(X, Y, EDGES)
    assert graph_from_arrays(X, Y, EDGES, edge_weight=[1, 1, 1, 1]).digest == plain.digest
    graph = graph_from_arrays(X, Y, [[0, 1, 2], [1, 2, 3]], edge_weight=[1.0, 1.0, 2.0])
    sub = graph.subgraph(torch.tensor([0, 1, 2]))  # 2-3 is gone, and with it the only weight that tells anything
    assert sub.edge_weight is None


def test_the_digest_knows_weights_and_direction(tiny_graph: Callable[..., GraphData]) -> None:
    made = [tiny_graph(weighted=weighted, directed=directed) for weighted in (0, 1) for directed in (0, 1)]
    assert len({graph.digest for graph in made}) == 4
    assert set(made[0].structure) == {"edge_index"}  # a graph without either has the digest that it always had
    assert replace(made[2], edge_weight=2 * made[2].edge_weight).digest != made[2].digest
    assert replace(made[1], directed=False).digest != made[1].digest


@pytest.mark.parametrize("scale", [1e-3, 1e3])
def test_weights_far_from_that_of_the_node_itself_are_warned_of(scale: float) -> None:
    with pytest.warns(DataWarning, match="graph: edge weights are .* on average.*divide weights by their mean"):
        graph_from_arrays(X, Y, EDGES, edge_weight=scale * np.array(WEIGHT))


def test_the_list_of_edges_is_not_changed() -> None:
    edges, weight = np.array(EDGES), np.array(WEIGHT)
    for directed in (False, True):
        graph_from_arrays(X, Y, edges, edge_weight=weight, directed=directed)
    assert (edges.tolist(), weight.tolist()) == (EDGES, WEIGHT)


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("directed", [False, True])
def test_without_nodes_and_edges_equals_a_graph_that_never_had_them(
    tiny_graph: Callable[..., GraphData], weighted: bool, directed: bool
) -> None:
    graph = tiny_graph(weighted=weighted, directed=directed)
    gone, edge = torch.tensor([0, 17, 59]), graph.edge_index[:, 40:43]
    pairs = {tuple(pair) for pair in edge.T.tolist()} | (set() if directed else {(b, a) for a, b in edge.T.tolist()})
    kept = [
        place
        for place, pair in enumerate(graph.edge_index.T.tolist())
        if tuple(pair) not in pairs and not set(pair) & set(gone.tolist())
    ]
    ids = [node for node in range(60) if node not in gone.tolist()]
    expected = graph_from_arrays(
        graph.features[ids],
        graph.labels[ids],
        np.searchsorted(ids, graph.edge_index[:, kept].numpy()),
        edge_weight=None if graph.edge_weight is None else graph.edge_weight[kept],
        directed=directed,
    )
    assert graph.without(gone, edge).digest == expected.digest
    assert graph.without().digest == graph.digest

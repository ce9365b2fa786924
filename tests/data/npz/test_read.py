from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from gnn2mlp.core.errors import DataError, DataWarning
from gnn2mlp.data.graph import GraphData, graph_from_arrays
from gnn2mlp.data.hypergraph import HypergraphData
from gnn2mlp.data.npz import read_npz
from gnn2mlp.data.npz.arrays import Arrays
from gnn2mlp.data.npz.read import read_named
from tests.helpers import tiny_arrays

X, Y, EDGES = tiny_arrays(nodes=12, features=4)
GRAPH = {"x": X, "y": Y, "edge_index": EDGES}


def read(*, ignore: tuple[str, ...] = (), **changes: Any) -> Any:
    arrays = {key: np.asarray(values) for key, values in {**GRAPH, **changes}.items() if values is not None}
    return read_named(Arrays(arrays, "mine"), ignore=ignore)


def test_all_that_a_file_holds(tmp_path: Path) -> None:
    mask = np.arange(12) < 6
    more = {"class_names": np.array(["a", "b", "c"]), "feature_names": np.array(["p", "q", "r", "s"])}
    np.savez(tmp_path / "g.npz", **GRAPH, **more, train_mask=mask, test_mask=~mask)
    graph = read_npz(tmp_path / "g.npz", "mine")
    assert isinstance(graph, GraphData)
    assert (graph.name, graph.class_names, graph.feature_names) == ("mine", ("a", "b", "c"), ("p", "q", "r", "s"))
    assert torch.equal(graph.features, torch.from_numpy(X))
    assert graph.labels.tolist() == Y.tolist()
    assert graph.num_edges == EDGES.shape[1]
    assert graph.own_splits[0]["train"].tolist() == list(range(6))
    assert graph.notes == {}


def test_hyperedges_make_a_hypergraph() -> None:
    made = read(edge_index=None, hyperedge_index=np.stack([np.arange(12), np.arange(12) // 4]))
    assert isinstance(made, HypergraphData)
    assert made.num_hyperedges == 3


def test_features_that_are_to_be_constructed_are_ones_so_far() -> None:
    made = read_named(Arrays({**GRAPH, "feature_names": np.array(["a"])}, "mine"), form="one_hot")
    assert made.features.tolist() == [[1]] * 12


def test_labels_keep_their_values_and_weights() -> None:
    graph = read(y=10 * Y + 10, sample_weight=np.arange(12) / 4)
    assert graph.task.classes == (10, 20, 30)
    assert graph.labels.tolist() == Y.tolist()
    assert graph.sample_weight.tolist() == [number / 4 for number in range(12)]
    with pytest.raises(DataError, match="sample_weight: expected one for each of 12 nodes"):
        read(sample_weight=np.ones(11))


def test_what_is_not_used_is_named_and_noted() -> None:
    with pytest.warns(DataWarning, match="mine: views of the file not used"):
        graph = read(views=np.arange(12))
    assert graph.notes == {"unused array views": 12}


def test_what_looks_like_a_part_of_the_data_is_refused_unless_told() -> None:
    with pytest.raises(DataError, match=r"in edge_weight, .* above 0, got 0 .* dataset.ignore=\[edge_weight\]"):
        read(edge_weight=np.arange(EDGES.shape[1]))
    assert read(edge_weight=np.arange(EDGES.shape[1]), ignore=("edge_weight",)).digest == read().digest
    with pytest.raises(DataError, match="the array stopping_mask looks like splits"):
        read(stopping_mask=np.zeros(12))


def test_edges_have_the_weights_and_the_direction_of_the_file() -> None:
    weight = 1 + np.arange(EDGES.shape[1]) / 4
    graph = read(edge_weight=weight, directed=True)
    assert graph.directed
    assert graph.digest == graph_from_arrays(X, Y, EDGES, edge_weight=weight, directed=True).digest
    arrays = {**GRAPH, "directed": np.array([1])}
    assert not read_named(Arrays(arrays, "mine"), directed=False).directed
    assert read_named(Arrays(GRAPH, "mine"), directed=True).num_edges == EDGES.shape[1]
    assert read(directed=False).digest == read().digest
    with pytest.raises(DataError, match=r"mine: expected one true or false in directed, got shape \(2,\)"):
        read(directed=[True, False])
    hypergraph = {"x": X, "y": Y, "hyperedge_index": np.stack([np.arange(12), np.arange(12) // 4])}
    with pytest.raises(DataError, match="mine: expected edges with a direction, got hyperedges"):
        read_named(Arrays(hypergraph, "mine"), directed=True)


def test_numbers_of_rows_must_agree() -> None:
    with pytest.raises(DataError, match="mine: expected one label per node, got 10 rows of features and 12 labels"):
        read(x=X[:10])
    with pytest.raises(DataError, match="mine: expected hyperedges of the relations a, got a graph"):
        read_named(Arrays(GRAPH, "mine"), ["a"])

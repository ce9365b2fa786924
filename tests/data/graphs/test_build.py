"""From arrays to a set of graphs."""

from typing import Any

import numpy as np
import pytest
import torch

from gnn2mlp.core.errors import DataError
from gnn2mlp.data import degree_codes, graph_set_from_arrays
from gnn2mlp.tasks import GraphMultiTask, MultiLabel
from tests.graph_sets import tiny_set

TWO: dict[str, Any] = {
    "labels": [0, 1],
    "graph_of_node": [0, 0, 1, 1, 1],
    "edge_index": [[0, 2, 3], [1, 3, 4]],
    "node_codes": [0, 1, 0, 0, 1],
}


def test_nodes_in_any_order_give_the_same_set() -> None:
    graphs = graph_set_from_arrays(**TWO)
    order = np.array([2, 0, 3, 4, 1])  # within each graph as before
    place = np.argsort(order)
    mixed = graph_set_from_arrays(
        [0, 1],
        np.array(TWO["graph_of_node"])[order],
        place[np.array(TWO["edge_index"])],
        node_codes=np.array(TWO["node_codes"])[order],
    )
    assert mixed.digest == graphs.digest
    assert graphs.node_offsets.tolist() == [0, 2, 5]
    assert graphs.edge_offsets.tolist() == [0, 2, 6]


def test_building_again_changes_nothing() -> None:
    graphs = tiny_set(features=True)
    again = graph_set_from_arrays(
        graphs.labels,
        graphs.graph_of_node,
        graphs.edge_index,
        node_codes=graphs.node_codes,
        features=graphs.features,
        edge_codes=graphs.edge_codes,
        code_sizes=graphs.code_sizes,
        edge_code_sizes=graphs.edge_code_sizes,
    )
    assert again.digest == graphs.digest
    assert again.notes == {}


def test_graphs_of_one_node_and_without_edges_are_kept() -> None:
    graphs = graph_set_from_arrays([0, 1, 0], [0, 1, 1, 2], [[1], [2]], features=np.eye(4))
    assert graphs.nodes_per_graph.tolist() == [1, 2, 1]
    assert graphs.edges_per_graph.tolist() == [0, 1, 0]
    assert graph_set_from_arrays([0, 1], [0, 1], np.zeros((2, 0), dtype=int), node_codes=[0, 1]).num_edges == 0


def test_names_and_categories_are_kept() -> None:
    graphs = graph_set_from_arrays(
        **TWO,
        edge_codes=[0, 1, 1],
        node_fields=["atom"],
        edge_fields=["bond"],
        categories={"atom": ["C", "N"], "bond": ["single", "double"]},
        graph_names=["one", "two"],
        own_splits=[{"train": [0], "test": [1]}],
    )
    assert graphs.categories == {"atom": ("C", "N"), "bond": ("single", "double")}
    assert graphs.own_splits[0]["test"].tolist() == [1]
    assert graphs.graph_names is not None
    assert graphs.graph_names.tolist() == ["one", "two"]


def test_degrees_are_codes() -> None:
    assert degree_codes([[0, 1, 0, 3], [1, 0, 2, 3]], 4).tolist() == [[2], [1], [1], [0]]


def test_several_tasks_with_gaps() -> None:
    labels = [[1, np.nan], [0, 1]]
    graphs = graph_set_from_arrays(**{**TWO, "labels": labels}, task=GraphMultiTask(["a", "b"]))
    assert graphs.labels.dtype == torch.float32
    assert graphs.labels.isnan().sum() == 1


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"edge_index": [[0, 1], [1, 2]]}, "edge 1 from a node of graph 0 to one of graph 1, and 0 more"),
        ({"graph_of_node": [0, 0, 0, 0, 0]}, "at least one node in each of 2 graphs, got none in graph 1 and 0 more"),
        ({"graph_of_node": [0, 0, 1, 1, 2]}, r"numbers of 2 labelled graphs, 0\.\.1, got 0\.\.2"),
        ({"graph_of_node": [0.0, 0, 1, 1, 1]}, "expected the number of a graph for each node"),
        ({"node_codes": None}, "expected node_codes or features, got neither"),
        ({"node_codes": [0, 1, 0]}, r"node_codes: expected shape \(5, fields\), got \(3, 1\)"),
        ({"node_codes": [0, 1, 0, 0, -1]}, "expected codes from 0, got -1"),
        ({"node_codes": [0, 1, 0, 0, 0.5]}, "values that are none; give quantities as features"),
        ({"code_sizes": [1]}, r"expected sizes of at least \(2,\), one for each field, got \(1,\)"),
        ({"code_sizes": [2, 2]}, "one for each field, got"),
        ({"edge_codes": [0, 1]}, r"edge_codes: expected shape \(3, fields\)"),
        ({"features": np.eye(4)}, "a row of features for each of 5 nodes, got 4"),
        ({"task": MultiLabel(["a"])}, "expected a task of graphs, .* whose labels are of a node"),
        ({"labels": [0, 7], "class_names": ["a", "b"]}, r"labels must lie in 0\.\.1"),
        ({"graph_names": ["a", "a"]}, "expected different names, got 'a' more than once"),
        ({"graph_names": ["a"]}, "one for each of 2 graphs"),
        ({"node_fields": ["a", "b"]}, "node_fields: expected a name for each of 1 fields, got 2"),
        ({"categories": {"atom": ["C"]}}, "expected names of fields, got 'atom'"),
        ({"node_fields": ["atom"], "categories": {"atom": ["C"]}}, "expected 2, one for each code, got 1"),
        ({"own_splits": [{"train": [0], "test": [0]}]}, "in one part at most"),
    ],
)
def test_what_cannot_be_a_set_of_graphs_is_told(given: dict[str, Any], told: str) -> None:
    with pytest.raises(DataError, match=told):
        graph_set_from_arrays(**{**TWO, **given})


def test_class_names_beside_a_task_are_refused() -> None:
    with pytest.raises(DataError, match="leave out class_names"):
        graph_set_from_arrays(**TWO, class_names=["a", "b"], task=GraphMultiTask(["a"]))

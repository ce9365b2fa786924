"""Sets of graphs as folders of tables."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from gnn2mlp.core.errors import DataError
from gnn2mlp.core.spec import Spec
from gnn2mlp.data import graph_set_from_arrays, load_graph_set, write_graph_tables
from gnn2mlp.data.graphs.seen_categories import with_seen_categories
from tests.graph_sets import tiny_set


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    graphs = load_graph_set(Spec("motif-graphs", graphs=20))
    split = {"train": torch.arange(10), "valid": torch.arange(10, 15), "test": torch.arange(15, 20)}
    labels = graphs.labels.clone()
    labels[3] = -1
    graphs = replace(graphs, own_splits=(split,), labels=labels, graph_names=np.array([f"g{n}" for n in range(20)]))
    write_graph_tables(tmp_path / "out", graphs)
    again = load_graph_set(str(tmp_path / "out"))
    assert again.digest == graphs.digest
    assert again.own_splits[0]["valid"].tolist() == list(range(10, 15))
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        "edges.parquet",
        "graphs.parquet",
        "nodes.parquet",
    ]


def test_tasks_with_gaps_and_features(tmp_path: Path) -> None:
    graphs = tiny_set(features=True, tasks=2)
    write_graph_tables(tmp_path, graphs)
    again = load_graph_set(Spec("graph_tables", path=str(tmp_path), label=["t0", "t1"]))
    assert torch.equal(again.labels.nan_to_num(-1), graphs.labels.nan_to_num(-1))
    assert torch.equal(again.features, graphs.features)  # type: ignore[arg-type]
    assert torch.equal(again.edge_index, graphs.edge_index)
    assert again.node_fields == ("code_0", "code_1")


def test_trees_are_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="expected whole graphs with undirected edges"):
        write_graph_tables(tmp_path, replace(tiny_set(), directed=True))


def test_a_category_that_training_did_not_have_is_left_empty(tmp_path: Path) -> None:
    known = {"node_fields": ["element"], "categories": {"element": ["C", "N", "O"]}, "open_categories": True}
    graphs = graph_set_from_arrays([0, 1], [0, 0, 1], [[0], [1]], node_codes=[0, 2, 1], **known)  # type: ignore[arg-type]
    write_graph_tables(tmp_path, with_seen_categories(graphs, torch.tensor([0])))
    again = load_graph_set(str(tmp_path))
    assert again.node_codes is not None
    assert [again.categories["element"][code] for code in again.node_codes.flatten().tolist()] == ["C", "O", "missing"]
    gaps = replace(graphs, categories={"element": ("C", "N", "missing")})
    with pytest.raises(DataError, match="element: expected categories that training had, got 1 values of others"):
        write_graph_tables(tmp_path, with_seen_categories(gaps, torch.tensor([0])))


def test_gaps_and_the_type_of_a_column_stay(tmp_path: Path) -> None:
    known = {"node_fields": ["charge"], "categories": {"charge": [1, 7, "missing"]}, "open_categories": True}
    graphs = graph_set_from_arrays([0, 1], [0, 0, 1], [[0], [1]], node_codes=[0, 2, 1], **known)  # type: ignore[arg-type]
    write_graph_tables(tmp_path, graphs)
    again = load_graph_set(str(tmp_path))
    assert again.categories == graphs.categories
    assert again.digest == graphs.digest

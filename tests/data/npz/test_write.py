from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from gnn2mlp.core.errors import DataError
from gnn2mlp.data.graph import graph_from_arrays
from gnn2mlp.data.hypergraph import hypergraph_from_arrays, hypergraph_of
from gnn2mlp.data.nodes import NodeData
from gnn2mlp.data.npz import read_npz, write_npz
from gnn2mlp.nn.csr import CSR
from gnn2mlp.tasks import NodeClassification, Regression
from tests.helpers import tiny_arrays, tiny_graph, tiny_hypergraph

SPLIT = {"train": torch.arange(6), "valid": torch.arange(6, 9), "test": torch.arange(9, 60)}


@pytest.mark.parametrize("make", [tiny_graph, tiny_hypergraph])
@pytest.mark.parametrize("sparse", [False, True])
def test_what_is_written_is_read_again(tmp_path: Path, make: Callable[..., NodeData], sparse: bool) -> None:
    names = tuple(f"f{number}" for number in range(12))
    data = replace(
        make(sparse=sparse), task=NodeClassification(("a", "b", "c")), feature_names=names, own_splits=(SPLIT, SPLIT)
    )
    data.labels[:3] = -1
    again = read_npz(write_npz(tmp_path / "new" / "mine.npz", data), data.name)
    assert isinstance(again.features, CSR) == sparse
    assert again.digest == data.digest
    assert (again.class_names, again.feature_names) == (data.class_names, data.feature_names)
    assert [{part: ids.tolist() for part, ids in split.items()} for split in again.own_splits] == [
        {part: ids.tolist() for part, ids in SPLIT.items()}
    ] * 2


def test_classes_and_weights_are_written_as_they_are(tmp_path: Path) -> None:
    weight = torch.arange(60.0)
    data = replace(tiny_graph(), task=NodeClassification((2019, 2020, 2021)), sample_weight=weight)
    again = read_npz(write_npz(tmp_path / "mine.npz", data), "tiny")
    assert again.task == data.task
    assert again.digest == data.digest


@pytest.mark.parametrize("directed", [False, True])
@pytest.mark.parametrize("weighted", [False, True])
def test_weights_and_direction_are_read_again(tmp_path: Path, weighted: bool, directed: bool) -> None:
    x, y, edges = tiny_arrays()
    weight = 0.5 + np.arange(edges.shape[1]) / edges.shape[1] if weighted else None
    data = graph_from_arrays(x, y, edges, edge_weight=weight, directed=directed)
    again = read_npz(write_npz(tmp_path / "mine.npz", data), "tiny")
    assert again.digest == data.digest
    assert again.link_counts == data.link_counts


def test_relations_are_written_apart(tmp_path: Path) -> None:
    index = {"paper": [[0, 1, 2], [0, 0, 1]], "venue": [[0, 2], [0, 0]]}
    data = hypergraph_from_arrays([[1.0], [2.0], [3.0]], [0, 1, 0], index, hyperedge_weight={"venue": [2.0]})
    again = read_npz(write_npz(tmp_path / "mine.npz", data), "hypergraph")
    assert again.digest == data.digest
    assert again.relation_names == ("paper", "venue")


def test_what_a_file_cannot_say_is_refused(tmp_path: Path) -> None:
    bare = {part: SPLIT[part] for part in ("train", "test")}
    with pytest.raises(DataError, match=r"ends in .npz, got .*mine.pt"):
        write_npz(tmp_path / "mine.pt", tiny_graph())
    with pytest.raises(DataError, match="tiny: its hyperedges have anchors"):
        write_npz(tmp_path / "mine.npz", hypergraph_of(tiny_graph()))
    with pytest.raises(DataError, match="tiny: expected splits of the same parts"):
        write_npz(tmp_path / "mine.npz", replace(tiny_graph(), own_splits=(SPLIT, bare)))
    assert list(tmp_path.iterdir()) == []


def test_numbers_are_read_again_as_numbers(tmp_path: Path) -> None:
    data = replace(tiny_graph(), task=Regression(["age"], flat=False), labels=torch.arange(60.0)[:, None])
    again = read_npz(write_npz(tmp_path / "mine.npz", data), "tiny", target="numbers")
    assert again.task == data.task
    assert torch.equal(again.labels, data.labels)

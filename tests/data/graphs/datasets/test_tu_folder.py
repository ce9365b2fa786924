"""Folders in TU's format: labels as codes, degrees where there are none, attributes as features."""

from pathlib import Path

import pytest
import torch

from gnn2mlp.core.errors import DataError
from gnn2mlp.core.spec import Spec
from gnn2mlp.data import GraphSet, load_graph_set
from tests.data.graphs.datasets.tu_files import write_tu


def load(folder: Path, **options: int | bool) -> GraphSet:
    return load_graph_set(Spec("tu", path=str(folder), **options))


def test_labels_are_codes_that_say_what_they_stand_for(tmp_path: Path) -> None:
    write_tu(tmp_path / "S", "S", edge_labels=True)
    graphs = load(tmp_path / "S")
    assert graphs.node_codes is not None
    assert graphs.node_codes[:, 0].tolist() == [0, 2, 0, 0, 1, 4]
    assert graphs.categories == {"label": (3, 4, 5, 6, 7), "bond": (1, 2)}
    assert graphs.code_sizes == (5,)
    assert graphs.class_names == ("-1", "1")
    assert graphs.labels.tolist() == [1, 0, 1]
    assert graphs.edge_codes is not None
    assert graphs.edge_codes[:, 0].tolist() == [0, 0, 1, 1, 0, 0]
    assert graphs.edges_per_graph.tolist() == [2, 1, 0]


def test_degrees_stand_in_where_nodes_have_no_labels(tmp_path: Path) -> None:
    write_tu(tmp_path / "S", "S", node_labels=False)
    graphs = load(tmp_path / "S", degrees=1)
    assert graphs.node_codes is not None
    assert graphs.node_codes[:, 0].tolist() == [1, 1, 1, 1, 1, 0]
    assert graphs.categories == {"degree": (0, 1)}


def test_attributes_are_features_in_place_of_degrees(tmp_path: Path) -> None:
    write_tu(tmp_path / "S", "S", node_labels=False)
    (tmp_path / "S" / "S_node_attributes.txt").write_text("".join(f"{n}.5, {-n}\n" for n in range(6)))
    graphs = load(tmp_path / "S")
    assert graphs.node_codes is None
    assert graphs.features is not None
    assert graphs.features[1].tolist() == [1.5, -1]
    assert load(tmp_path / "S", attributes=False).features is None


def test_labels_that_are_spread_as_ids_are_numbered(tmp_path: Path) -> None:
    write_tu(tmp_path / "S", "S")
    (tmp_path / "S" / "S_node_labels.txt").write_text("5\n5\n1000000000\n5\n7\n7\n")
    graphs = load(tmp_path / "S")
    assert graphs.node_codes is not None
    assert torch.equal(graphs.node_codes[:, 0], torch.tensor([0, 0, 2, 0, 1, 1]))
    assert graphs.categories == {"label": (5, 7, 1000000000)}


def test_what_is_no_such_folder_is_told(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"expected a folder with one file NAME_A.txt, got 0"):
        load(tmp_path)
    write_tu(tmp_path / "S", "S", node_labels=False)
    (tmp_path / "S" / "S_A.txt").write_text("1, 9\n")
    with pytest.raises(DataError, match=r"S: edge ends must lie in 1\.\.6, got 1\.\.9"):
        load(tmp_path / "S")

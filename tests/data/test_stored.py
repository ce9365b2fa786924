from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from gnn2mlp.core.errors import ArtefactError
from gnn2mlp.data import GraphData, NodeData, graph_from_arrays, load_data, save_data
from gnn2mlp.tasks import MultiLabel, NodeClassification, Regression
from tests.helpers import tiny_graph, tiny_hypergraph

CASES = {
    "plain": tiny_graph(),
    "sparse": tiny_graph(sparse=True),
    "weighted": tiny_graph(weighted=True),
    "directed": tiny_graph(directed=True),
    "hypergraph": tiny_hypergraph(),
    "task": replace(tiny_graph(), task=NodeClassification((10, 20, 30), metric="macro_f1")),
    "numbers": graph_from_arrays(torch.eye(3), [[1.5], [2.5], [float("nan")]], [[0], [1]], task=Regression(["y"])),
    "labels": graph_from_arrays(torch.eye(2), [[1, 0], [0, 1]], [[0], [1]], task=MultiLabel(["a", "b"])),
}


@pytest.mark.parametrize("case", CASES)
def test_every_bit_comes_back(case: str, tmp_path: Path) -> None:
    data = CASES[case]
    save_data(tmp_path / "data.safetensors", data)
    again = load_data(tmp_path / "data.safetensors")
    assert again.digest == data.digest
    assert (again.name, again.kind, again.sizes) == (data.name, data.kind, data.sizes)
    assert again.task == data.task
    assert isinstance(again, GraphData) == isinstance(data, GraphData)


def more(names: np.ndarray) -> NodeData:
    return replace(
        tiny_graph(),
        node_names=names,
        feature_names=tuple("abcdefghijkl"),
        sample_weight=torch.linspace(0, 1, 60),
        own_splits=({"train": torch.arange(5), "test": torch.arange(9, 60)}, {"train": torch.arange(2, 9)}),
        split_keys={"roles of seed 3": torch.arange(60)},
        notes={"self_loops": 2},
        texts=tuple(f"text {row} ☃\n" for row in range(60)),
    )


@pytest.mark.parametrize("names", [np.array([f"näme {row}" for row in range(60)]), np.arange(60) + 7])
def test_names_weights_and_splits_come_back(names: np.ndarray, tmp_path: Path) -> None:
    data = more(names)
    save_data(tmp_path / "data.safetensors", data)
    again = load_data(tmp_path / "data.safetensors")
    assert again.node_names is not None
    assert again.node_names.tolist() == names.tolist()
    assert (again.feature_names, again.notes, again.texts) == (data.feature_names, data.notes, data.texts)
    assert [sorted(split) for split in again.own_splits] == [["test", "train"], ["train"]]
    assert again.own_splits[1]["train"].tolist() == [*range(2, 9)]
    assert again.split_keys["roles of seed 3"].tolist() == [*range(60)]
    assert again.digest == data.digest


def test_an_altered_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "data.safetensors"
    save_data(path, tiny_graph())
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(bytes(content))
    with pytest.raises(ArtefactError, match="does not match its checksum"):
        load_data(path)

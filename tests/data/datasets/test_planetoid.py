from pathlib import Path

import pytest
import torch

from gnn2mlp.core.errors import DataError
from gnn2mlp.data.datasets import load_dataset, resolve_dataset
from gnn2mlp.data.datasets.planetoid import _without_fillers
from gnn2mlp.data.split import SPLITTERS


@pytest.mark.parametrize(("name", "train"), [("cora", 140), ("citeseer", 120)])
def test_the_public_split_is_the_default(data_root: Path, name: str, train: int) -> None:
    graph = load_dataset(name, data_root)
    split = resolve_dataset(name).default_split().build(SPLITTERS).split(graph, 0)
    assert split.sizes == {"train": train, "valid": 500, "seen": 1000, "unseen": 0}
    assert split.train.tolist() == list(range(train))
    assert split.valid.tolist() == list(range(train, train + 500))
    assert graph.labels[split.train].bincount().unique().tolist() == [20]


def test_citeseers_fillers_are_unlabelled(data_root: Path) -> None:
    graph = load_dataset("citeseer", data_root)
    fillers = (graph.labels < 0).nonzero()[:, 0]
    assert fillers.numel() == 15
    assert graph.features.rows(fillers).nnz == 0
    assert int((load_dataset("cora", data_root).labels < 0).sum()) == 0


def test_fillers_are_the_gaps_among_the_test_nodes() -> None:
    labels = torch.tensor([0, 1, 2, 1, 0, 2])
    assert _without_fillers(labels, torch.tensor([3, 5])).tolist() == [0, 1, 2, 1, -1, 2]
    assert labels.tolist() == [0, 1, 2, 1, 0, 2]


def test_damaged_files_are_a_data_error(data_root: Path, tmp_path: Path) -> None:
    folder = tmp_path / "Planetoid" / "Cora" / "raw"
    folder.mkdir(parents=True)
    for file in (data_root / "Planetoid/Cora/raw").iterdir():
        (folder / file.name).write_bytes(file.read_bytes()[:100])
    with pytest.raises(DataError, match="holds no readable Planetoid files"):
        load_dataset("cora", tmp_path)

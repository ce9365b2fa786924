from pathlib import Path

import numpy as np
import pytest

from gnn2mlp.core.errors import DataError
from gnn2mlp.data.datasets import load_dataset, resolve_dataset
from gnn2mlp.data.split import SPLITTERS
from gnn2mlp.explore.homophily import homophily

PLACES = {
    "chameleon": "wikipedia/chameleon.npz",
    "chameleon-filtered": "wikipedia/chameleon_filtered.npz",
    "squirrel": "wikipedia/squirrel.npz",
    "squirrel-filtered": "wikipedia/squirrel_filtered.npz",
    "minesweeper": "HeterophilousGraphDataset/minesweeper/raw/minesweeper.npz",
    "roman-empire": "HeterophilousGraphDataset/roman_empire/raw/roman_empire.npz",
}


def arrays(classes: int = 2) -> dict[str, np.ndarray]:
    """Twelve nodes on a path, in three splits."""
    role = (np.arange(12)[None, :] + np.arange(3)[:, None]) % 4
    return {
        "node_features": np.eye(12, 4, dtype=np.float32),
        "node_labels": np.arange(12) // 4 % classes,
        "edges": np.stack([np.arange(11), np.arange(1, 12)], axis=1),
        "train_masks": role < 2,
        "val_masks": role == 2,
        "test_masks": role == 3,
    }


def write(root: Path, name: str, **changed: np.ndarray) -> None:
    path = root / PLACES[name]
    path.parent.mkdir(parents=True, exist_ok=True)
    np.savez(path, **{**arrays(), **changed})


@pytest.mark.parametrize("name", PLACES)
def test_published_masks_are_the_default_splits(tmp_path: Path, name: str) -> None:
    write(tmp_path, name)
    graph = load_dataset(name, tmp_path)
    assert graph.sizes == {"nodes": 12, "edges": 11, "features": 4, "classes": 2}
    splitter = resolve_dataset(name).default_split().build(SPLITTERS)
    for seed in (0, 2, 3):
        split = splitter.split(graph, seed)
        masks = arrays()
        assert split.train.tolist() == masks["train_masks"][seed % 3].nonzero()[0].tolist()
        assert split.valid.tolist() == masks["val_masks"][seed % 3].nonzero()[0].tolist()
        assert split.test.tolist() == masks["test_masks"][seed % 3].nonzero()[0].tolist()


def test_two_classes_are_judged_by_roc_auc_and_more_by_accuracy(tmp_path: Path) -> None:
    write(tmp_path, "minesweeper")
    assert load_dataset("minesweeper", tmp_path).task.metric == "roc_auc"
    write(tmp_path, "squirrel", **arrays(classes=3))
    assert load_dataset("squirrel", tmp_path).task.metric == "accuracy"


def test_a_file_of_another_layout_is_refused(tmp_path: Path) -> None:
    (tmp_path / "wikipedia").mkdir()
    np.savez(tmp_path / PLACES["squirrel"], x=np.eye(2))
    with pytest.raises(DataError, match="squirrel: expected features, labels and edges in the arrays node_features"):
        load_dataset("squirrel", tmp_path)


@pytest.mark.parametrize(
    ("name", "share"),
    [("chameleon", 0.23), ("chameleon-filtered", 0.24), ("squirrel", 0.22), ("squirrel-filtered", 0.21)],
)
def test_homophily_is_that_of_the_literature(data_root: Path, name: str, share: float) -> None:
    graph = load_dataset(name, data_root)
    assert homophily(graph.edge_index.numpy(), graph.labels.numpy()).edge == pytest.approx(share, abs=0.006)  # type: ignore[attr-defined]
    assert len(graph.own_splits) == 10

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import scipy.sparse as sp
import torch

from gnn2mlp.core.errors import DataError
from gnn2mlp.data.datasets import load_dataset, resolve_dataset
from gnn2mlp.data.graph import GraphData
from gnn2mlp.data.split import SPLITTERS, Split
from gnn2mlp.nn.csr import CSR
from tests.helpers import tiny_arrays

X, Y, EDGES = tiny_arrays()


def save(path: Path, **changes: Any) -> str:
    arrays = {"x": X, "y": Y, "edge_index": EDGES, **changes}
    np.savez(path, **{key: value for key, value in arrays.items() if value is not None})
    return str(path)


def default_split(path: str, graph: GraphData, seed: int = 0) -> Split:
    return resolve_dataset(path).default_split().build(SPLITTERS).split(graph, seed)


def mask(*ids: range) -> np.ndarray:
    rows = np.zeros((len(ids), 60), dtype=bool)
    for row, positions in zip(rows, ids, strict=True):
        row[list(positions)] = True
    return rows


def test_dense_features(tmp_path: Path) -> None:
    graph = load_dataset(save(tmp_path / "mine.npz", class_names=np.array(["a", "b", "c"])))
    assert graph.name == "mine"
    assert torch.equal(graph.features, torch.from_numpy(X))
    assert graph.labels.tolist() == Y.tolist()
    assert graph.num_edges == EDGES.shape[1]
    assert graph.class_names == ("a", "b", "c")


def test_csr_parts_stay_sparse(tmp_path: Path) -> None:
    m = sp.csr_matrix(X)
    parts = {
        "x_data": m.data.astype(np.uint8),
        "x_indices": m.indices,
        "x_indptr": m.indptr,
        "x_shape": np.array(m.shape),
    }
    graph = load_dataset(save(tmp_path / "mine.npz", x=None, **parts))
    assert isinstance(graph.features, CSR)
    assert torch.equal(graph.features.to_dense(), torch.from_numpy(X))


def test_labels_that_start_at_1_are_renumbered(tmp_path: Path) -> None:
    y = np.where(np.arange(60) < 5, -1, np.array([1, 2, 7])[Y])
    graph = load_dataset(save(tmp_path / "mine.npz", y=y))
    assert graph.class_names == ("1", "2", "7")
    assert graph.labels.tolist() == [-1] * 5 + Y[5:].tolist()


def test_without_a_split_of_its_own_fractions_are_drawn(tmp_path: Path) -> None:
    path = save(tmp_path / "mine.npz")
    split = default_split(path, load_dataset(path))
    assert split.sizes == {"train": 6, "valid": 6, "seen": 48, "unseen": 0}


@pytest.mark.parametrize("dtype", [bool, np.uint8])
def test_masks_are_the_default_split(tmp_path: Path, dtype: type) -> None:
    masks = {
        "train_mask": mask(range(6))[0].astype(dtype),
        "val_mask": mask(range(6, 12))[0].astype(dtype),
        "test_mask": mask(range(12, 30))[0].astype(dtype),
    }
    path = save(tmp_path / "mine.npz", **masks)
    split = default_split(path, load_dataset(path))
    assert split.train.tolist() == list(range(6))
    assert split.valid.tolist() == list(range(6, 12))
    assert split.seen.tolist() == list(range(12, 30))


def test_several_masks_go_by_seed(tmp_path: Path) -> None:
    masks = {
        "train_mask": mask(range(6), range(9)),
        "val_mask": mask(range(9, 12), range(9, 12)),
        "test_mask": mask(range(12, 30), range(12, 60)),
    }
    path = save(tmp_path / "mine.npz", **masks)
    graph = load_dataset(path)
    assert default_split(path, graph, seed=2).sizes == {"train": 6, "valid": 3, "seen": 18, "unseen": 0}
    assert default_split(path, graph, seed=3).sizes == {"train": 9, "valid": 3, "seen": 48, "unseen": 0}


def test_published_training_sets_leave_the_rest_to_test(tmp_path: Path) -> None:
    y = Y.copy()
    y[59] = -1
    train = np.array([range(6), range(3, 9)], dtype=np.int32)
    path = save(tmp_path / "mine.npz", y=y, train_idx=train)
    graph = load_dataset(path)
    split = default_split(path, graph, seed=1)
    assert split.train.tolist() == list(range(3, 9))
    assert sorted(split.valid.tolist() + split.seen.tolist()) == [0, 1, 2, *range(9, 59)]


def test_a_relative_path_is_looked_up_here_then_in_the_data_root(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here, root = tmp_path / "here", tmp_path / "root"
    here.mkdir()
    (root / "sub").mkdir(parents=True)
    monkeypatch.chdir(here)
    save(root / "sub" / "g.npz")
    assert load_dataset("sub/g.npz", root).num_nodes == 60
    (here / "sub").mkdir()
    save(here / "sub" / "g.npz", x=X[:30], y=Y[:30], edge_index=EDGES[:, (EDGES < 30).all(0)])
    assert load_dataset("sub/g.npz", root).num_nodes == 30
    with pytest.raises(DataError, match=r"expected an .npz file at absent.npz or .*root/absent.npz, found none"):
        load_dataset("absent.npz", root)


@pytest.mark.parametrize(
    ("changes", "match"),
    [
        ({"x": None}, "expected features in the arrays x, or x_data, x_indices, .* the file has edge_index, y"),
        ({"edge_index": None}, "expected edges in the arrays edge_index; the file has x, y"),
        ({"y": None}, "expected labels in the arrays y; the file has edge_index, x"),
        ({"edge_index": None, "hyperedge_index": EDGES}, "hypergraph .* does not read; expected edge_index"),
        ({"edge_index": None, "hyperedge_index_paper": EDGES}, "hypergraph"),
        ({"x": X[:50]}, "one label per node, 50 in all"),
        ({"x": np.full_like(X, np.nan)}, "must be finite"),
        ({"edge_index": EDGES + 30}, r"edge ends must lie in 0\.\.59"),
        ({"y": np.full(60, -1)}, "every node is unlabelled"),
        ({"y": Y.astype(float) + 0.5}, "labels must be integers"),
        ({"class_names": np.array(["a"])}, r"labels must lie in 0\.\.0"),
        ({"train_mask": mask(range(6))[0], "test_mask": mask(range(6), range(7))}, "as many training as"),
        ({"test_mask": mask(range(6))[0]}, "as many training as validation and test sets, got {'test': 1}"),
        ({"train_mask": mask(range(6))[0], "test_mask": mask(range(5, 9))[0]}, "listed twice"),
    ],
)
def test_unusable_files_are_refused(tmp_path: Path, changes: dict[str, Any], match: str) -> None:
    path = save(tmp_path / "mine.npz", **changes)
    with pytest.raises(DataError, match=match):
        load_dataset(path)


@pytest.mark.parametrize(
    ("path", "sizes"),
    [
        ("attributed/acm.npz", (3025, 13128, 1870, 3)),
        ("attributed/blogcatalog.npz", (5196, 171743, 8189, 6)),
        ("attributed/uai.npz", (3067, 28308, 4973, 19)),
        ("musae/twitch_PT.npz", (1912, 31299, 3170, 2)),
        ("wikipedia/chameleon_filtered.npz", (890, 8854, 2325, 5)),
    ],
)
def test_real_files_have_their_published_sizes(data_root: Path, path: str, sizes: tuple[int, ...]) -> None:
    graph = load_dataset(path, data_root)
    assert (graph.num_nodes, graph.num_edges, graph.num_features, graph.num_classes) == sizes


@pytest.mark.parametrize(
    ("path", "match"),
    [
        ("attributed/polblogs.npz", "expected features"),
        ("fb100/reed98.npz", "expected features"),
        ("hypergraph/cocitation_cora.npz", "hypergraph"),
        ("hypergraph/zoo.npz", "hypergraph"),
        ("text_attributed/cora_cane/graph.npz", "expected features"),
        ("pubmed_structure/pubmed_structure.npz", "one label per node, 1060 in all"),
    ],
)
def test_real_files_without_features_or_edges_say_so(data_root: Path, path: str, match: str) -> None:
    with pytest.raises(DataError, match=match):
        load_dataset(path, data_root)

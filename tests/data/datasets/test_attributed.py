from pathlib import Path

import numpy as np
import pytest
import scipy.sparse as sp

from gnn2mlp.core.errors import DataError
from gnn2mlp.data.datasets import load_dataset
from gnn2mlp.explore.homophily import homophily
from tests.data.datasets.test_gnn_benchmark import parts

FILES = {"blogcatalog": "blogcatalog", "flickr": "flickr", "acm": "acm", "uai2010": "uai"}


def write(root: Path, name: str, **more: np.ndarray) -> Path:
    (root / "attributed").mkdir()
    words = parts("x", sp.csr_matrix(np.array([[2, 0], [0, 1], [1, 1], [0, 0]], dtype=np.int32)))
    np.savez(root / "attributed" / f"{FILES[name]}.npz", **words, **more)
    return root


@pytest.mark.parametrize("name", FILES)
def test_labels_are_renumbered_without_gaps(tmp_path: Path, name: str) -> None:
    edges = np.array([[0, 1, 2], [1, 2, 2]], dtype=np.int32)
    graph = load_dataset(name, write(tmp_path, name, edge_index=edges, y=np.array([3, 1, -1, 3])))
    assert graph.labels.tolist() == [1, 0, -1, 1]
    assert graph.class_names == ("1", "3")
    assert graph.features.to_dense().tolist() == [[2, 0], [0, 1], [1, 1], [0, 0]]
    assert graph.edge_index.tolist() == [[0, 1, 1, 2], [1, 0, 2, 1]]  # type: ignore[attr-defined]


def test_a_file_of_another_layout_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="acm: expected links and labels in the arrays edge_index and y"):
        load_dataset("acm", write(tmp_path, "acm", y=np.zeros(4, dtype=int)))


def test_nothing_is_downloaded() -> None:
    with pytest.raises(DataError, match="attributed/acm.npz has no public download; pass the folder"):
        load_dataset("acm")


@pytest.mark.parametrize(("name", "share"), [("blogcatalog", 0.40), ("flickr", 0.24), ("acm", 0.82), ("uai2010", 0.36)])
def test_homophily_is_that_of_the_literature(data_root: Path, name: str, share: float) -> None:
    graph = load_dataset(name, data_root)
    assert homophily(graph.edge_index.numpy(), graph.labels.numpy()).edge == pytest.approx(share, abs=0.006)  # type: ignore[attr-defined]

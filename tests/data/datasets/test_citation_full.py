from pathlib import Path

import numpy as np
import pytest
import scipy.sparse as sp

from gnn2mlp.data.datasets import load_dataset
from gnn2mlp.explore.homophily import homophily
from tests.data.datasets.test_gnn_benchmark import parts


@pytest.mark.parametrize(("name", "file"), [("cora-ml", "cora_ml"), ("citeseer-full", "citeseer")])
def test_a_file_with_python_objects_beside_its_arrays_is_read(tmp_path: Path, name: str, file: str) -> None:
    folder = tmp_path / "CitationFull" / file / "raw"
    folder.mkdir(parents=True)
    adjacency = sp.csr_matrix(np.array([[0, 1, 0], [0, 0, 1], [0, 0, 1]], dtype=np.float32))
    words = sp.csr_matrix(np.array([[0, 3], [1, 0], [0, 0]], dtype=np.float32))
    names = np.array({"0": "a paper"}, dtype=object)
    arrays = {**parts("adj", adjacency), **parts("attr", words), "labels": np.array([0, 1, 1])}
    np.savez(folder / f"{file}.npz", **arrays, idx_to_node=names)
    graph = load_dataset(name, tmp_path)
    assert graph.features.to_dense().tolist() == [[0, 1], [1, 0], [0, 0]]
    assert graph.sizes["edges"] == 2
    assert graph.name == name


@pytest.mark.parametrize(("name", "share"), [("cora-ml", 0.79), ("citeseer-full", 0.95)])
def test_homophily_is_that_of_the_literature(data_root: Path, name: str, share: float) -> None:
    graph = load_dataset(name, data_root)
    assert homophily(graph.edge_index.numpy(), graph.labels.numpy()).edge == pytest.approx(share, abs=0.006)  # type: ignore[attr-defined]

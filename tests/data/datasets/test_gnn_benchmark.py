from pathlib import Path

import numpy as np
import pytest
import scipy.sparse as sp

from gnn2mlp.core.errors import DataError
from gnn2mlp.data.datasets._base import RawFiles
from gnn2mlp.data.datasets._gnn_benchmark import read_gnn_benchmark
from gnn2mlp.nn.csr import CSR


def parts(prefix: str, matrix: sp.csr_matrix) -> dict[str, np.ndarray]:
    values = {"data": matrix.data, "indices": matrix.indices, "indptr": matrix.indptr, "shape": np.array(matrix.shape)}
    return {f"{prefix}_{key}": value for key, value in values.items()}


@pytest.fixture
def arrays() -> dict[str, np.ndarray]:
    adjacency = sp.csr_matrix(np.array([[0, 1, 0], [0, 1, 1], [0, 0, 0]], dtype=np.float32))
    attributes = sp.csr_matrix(np.array([[0, 3], [1, 0], [0, 0]], dtype=np.float32))
    return {
        **parts("adj", adjacency),
        **parts("attr", attributes),
        "labels": np.array([0, 1, 1], dtype=np.int8),
        "class_names": np.array(["left", "right"]),
    }


def read(tmp_path: Path, arrays: dict[str, np.ndarray], binary: bool = False) -> object:
    (tmp_path / "CPF").mkdir(exist_ok=True)
    np.savez(tmp_path / "CPF" / "tiny.npz", **arrays)
    return read_gnn_benchmark(RawFiles(tmp_path), "CPF/tiny.npz", "tiny", binary)


def test_a_file_worked_by_hand(tmp_path: Path, arrays: dict[str, np.ndarray]) -> None:
    graph = read(tmp_path, arrays)
    assert graph.edge_index.tolist() == [[0, 1, 1, 2], [1, 0, 2, 1]]
    assert graph.notes == {"self_loops": 1}
    assert isinstance(graph.features, CSR)
    assert graph.features.to_dense().tolist() == [[0, 3], [1, 0], [0, 0]]
    assert graph.class_names == ("left", "right")


def test_counts_become_binary_where_asked(tmp_path: Path, arrays: dict[str, np.ndarray]) -> None:
    assert read(tmp_path, arrays, binary=True).features.to_dense().tolist() == [[0, 1], [1, 0], [0, 0]]


@pytest.mark.parametrize("key", ["labels", "adj_indices", "attr_data"])
def test_a_missing_array_is_named(tmp_path: Path, arrays: dict[str, np.ndarray], key: str) -> None:
    del arrays[key]
    with pytest.raises(DataError, match=f"got (no|none called) {key}"):
        read(tmp_path, arrays)

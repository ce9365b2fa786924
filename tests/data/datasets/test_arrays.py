from pathlib import Path

import numpy as np
import pytest
import scipy.sparse as sp

from gnn2mlp.core.errors import DataError
from gnn2mlp.data.datasets._arrays import csr_from_parts, read_arrays

PARTS = {
    "x_data": np.array([1.0, 2.0]),
    "x_indices": np.array([1, 0]),
    "x_indptr": np.array([0, 1, 2]),
    "x_shape": np.array([2, 3]),
}


def test_what_was_saved_is_read(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", x=np.arange(3), names=np.array(["a", "b"]))
    arrays = read_arrays(tmp_path / "a.npz", "a")
    assert sorted(arrays) == ["names", "x"]
    assert arrays["x"].tolist() == [0, 1, 2]


@pytest.mark.parametrize("content", [b"", b"not an archive", b"PK\x03\x04 truncated"])
def test_damaged_files_are_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.npz").write_bytes(content)
    with pytest.raises(DataError, match="expected an .npz file of plain arrays at"):
        read_arrays(tmp_path / "a.npz", "a")


def test_a_truncated_archive_is_refused(tmp_path: Path) -> None:
    np.savez_compressed(tmp_path / "a.npz", x=np.random.default_rng(0).random(1000))
    whole = (tmp_path / "a.npz").read_bytes()
    (tmp_path / "a.npz").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(DataError, match="expected an .npz file"):
        read_arrays(tmp_path / "a.npz", "a")


def test_python_objects_are_not_unpickled(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", x=np.array([{"a": 1}], dtype=object))
    with pytest.raises(DataError, match="Object arrays cannot be loaded"):
        read_arrays(tmp_path / "a.npz", "a")


def test_a_lone_array_is_refused(tmp_path: Path) -> None:
    np.save(tmp_path / "a.npy", np.arange(3))
    (tmp_path / "a.npy").rename(tmp_path / "a.npz")
    with pytest.raises(DataError, match="expected an .npz file of plain arrays"):
        read_arrays(tmp_path / "a.npz", "a")


def test_csr_parts_make_the_matrix() -> None:
    matrix = csr_from_parts(PARTS, "x", "g")
    assert isinstance(matrix, sp.csr_matrix)
    assert matrix.toarray().tolist() == [[0, 1, 0], [2, 0, 0]]


def test_a_missing_part_is_named() -> None:
    with pytest.raises(DataError, match="got none called x_indptr"):
        csr_from_parts({k: v for k, v in PARTS.items() if k != "x_indptr"}, "x", "g")


@pytest.mark.parametrize(
    "change", [{"x_indices": np.array([1, 3])}, {"x_indptr": np.array([0, 1, 5])}, {"x_shape": np.array([5, 3])}]
)
def test_parts_that_do_not_fit_are_refused(change: dict[str, np.ndarray]) -> None:
    with pytest.raises(DataError, match="form no sparse matrix"):
        csr_from_parts({**PARTS, **change}, "x", "g")

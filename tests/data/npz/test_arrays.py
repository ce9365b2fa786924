from pathlib import Path

import numpy as np
import pytest
import scipy.sparse as sp

from gnn2mlp.core.errors import ConfigError, DataError
from gnn2mlp.data.npz.arrays import Arrays, csr_from_parts, csr_parts, has_csr, read_arrays, texts
from gnn2mlp.nn.csr import CSR

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
    np.savez(tmp_path / "a.npz", x=np.arange(3), y=np.array([[0], [1, 2]], dtype=object))
    with pytest.raises(DataError, match="a: expected plain arrays, got Python objects in 'y', which only pickle"):
        read_arrays(tmp_path / "a.npz", "a")


def test_a_lone_array_is_refused(tmp_path: Path) -> None:
    np.save(tmp_path / "a.npy", np.arange(3))
    (tmp_path / "a.npy").rename(tmp_path / "a.npz")
    with pytest.raises(DataError, match="expected an .npz file of plain arrays"):
        read_arrays(tmp_path / "a.npz", "a")


def test_csr_parts_make_the_matrix() -> None:
    matrix = csr_from_parts(Arrays(PARTS, "g"), "x")
    assert isinstance(matrix, sp.csr_matrix)
    assert matrix.toarray().tolist() == [[0, 1, 0], [2, 0, 0]]


def test_a_missing_part_is_named() -> None:
    with pytest.raises(DataError, match="g: .* got none called x_indptr"):
        csr_from_parts(Arrays({k: v for k, v in PARTS.items() if k != "x_indptr"}, "g"), "x")


@pytest.mark.parametrize(
    "change", [{"x_indices": np.array([1, 3])}, {"x_indptr": np.array([0, 1, 5])}, {"x_shape": np.array([5, 3])}]
)
def test_parts_that_do_not_fit_are_refused(change: dict[str, np.ndarray]) -> None:
    with pytest.raises(DataError, match="form no sparse matrix"):
        csr_from_parts(Arrays({**PARTS, **change}, "g"), "x")


def test_parts_of_a_matrix_make_it_again() -> None:
    arrays = Arrays(csr_parts(CSR.from_scipy(sp.eye(3, 4)), "m"), "g")
    assert has_csr(arrays, "m")
    assert not has_csr(arrays, "x")
    assert csr_from_parts(arrays, "m").toarray().tolist() == np.eye(3, 4).tolist()


def test_arrays_remember_which_were_read() -> None:
    arrays = Arrays({"x": np.arange(3), "y": np.arange(2), "z": np.arange(1)}, "mine")
    assert (len(arrays), list(arrays), "x" in arrays, "w" in arrays) == (3, ["x", "y", "z"], True, False)
    assert arrays.unread == ["x", "y", "z"]  # looking for one is not reading it
    assert arrays["y"].tolist() == [0, 1]
    arrays.mark_read("z")
    assert arrays.unread == ["x"]


def test_arrays_that_are_not_wanted_are_forgotten() -> None:
    arrays = Arrays({"x": np.arange(3), "weight": np.arange(2)}, "mine")
    arrays.leave_out(["weight"])
    assert list(arrays) == arrays.unread == ["x"]
    with pytest.raises(ConfigError, match=r"dataset.ignore: mine has no array 'X'; did you mean 'x'\? \(it has x\)"):
        arrays.leave_out(["X"])


def test_one_of_several_names() -> None:
    arrays = Arrays({"y": np.arange(3), "x": np.arange(3), "labels": np.arange(2)}, "mine")
    assert arrays.one_of("features", ("x", "node_features")) == "x"
    assert arrays.one_of("edges", ("edge_index",)) is None
    with pytest.raises(DataError, match=r"mine: expected labels in one array, got y and labels; .*ignore=\[labels\]"):
        arrays.one_of("labels", ("y", "labels"))


def test_what_is_missing_is_told_with_what_is_there() -> None:
    assert str(Arrays({"b": np.ones(1), "a": np.ones(1)}, "mine").missing("labels", "y")) == (
        "mine: expected labels in the arrays y; the file has a, b"
    )
    assert str(Arrays({}, "mine").missing("labels", "y")).endswith("the file has none")


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (np.array(["a", "é"]), ["a", "é"]),
        (np.array([b"a", "é".encode()]), ["a", "é"]),
        (np.array([3, 1]), ["3", "1"]),
        (np.array([], dtype=str), []),
    ],
)
def test_names_as_text(values: np.ndarray, expected: list[str]) -> None:
    assert texts(values, "names") == expected


def test_names_that_are_no_text_are_refused() -> None:
    with pytest.raises(DataError, match=r"mine: expected text, or bytes in UTF-8, got b'caf\\xe9'; decode them"):
        texts(np.array(["café".encode("latin-1")]), "mine")
    with pytest.raises(DataError, match=r"mine: expected one name after another, got an array of shape \(1, 2\)"):
        texts(np.array([["a", "b"]]), "mine")

from pathlib import Path

import numpy as np
import pytest
import scipy.sparse as sp
from scipy.io import savemat

from gnn2mlp.core.errors import DataError
from gnn2mlp.data.datasets import load_dataset
from gnn2mlp.explore.homophily import homophily

# status, gender, major, second major, dormitory, year, high school
STUDENTS = np.array([[1, 2, 7, 0, 9, 2006, 1], [1, 0, 7, 0, 9, 2006, 1], [2, 1, 8, 0, 9, 2007, 1]], dtype=np.int32)


def write_mat(root: Path, **changed: object) -> Path:
    (root / "fb100" / "raw").mkdir(parents=True)
    friends = sp.csc_matrix(np.array([[0, 1, 0], [1, 0, 1], [0, 1, 0]], dtype=float))
    savemat(root / "fb100" / "raw" / "Reed98.mat", {"A": friends, "local_info": STUDENTS, **changed})
    return root


def write_npz(root: Path, **arrays: np.ndarray) -> Path:
    (root / "fb100").mkdir(parents=True)
    np.savez(root / "fb100" / "reed98.npz", **arrays)
    return root


def test_both_layouts_give_the_same_graph_without_gender_as_a_feature(tmp_path: Path) -> None:
    mat = load_dataset("fb100-reed", write_mat(tmp_path / "mat"))
    edges = np.array([[0, 1], [1, 2]])
    npz = load_dataset("fb100-reed", write_npz(tmp_path / "npz", edge_index=edges, metadata=STUDENTS))
    assert mat.digest == npz.digest
    assert mat.labels.tolist() == [1, -1, 0]
    assert mat.feature_names == (
        "status=1", "status=2", "major=7", "major=8", "second_major_minor=0", "dorm_house=9", "year=2006", "year=2007",
        "high_school=1",
    )  # fmt: skip
    assert mat.features.to_dense().tolist() == [
        [1, 0, 1, 0, 1, 1, 1, 0, 1],
        [1, 0, 1, 0, 1, 1, 1, 0, 1],
        [0, 1, 0, 1, 1, 1, 0, 1, 1],
    ]
    assert mat.edge_index.tolist() == [[0, 1, 1, 2], [1, 0, 2, 1]]  # type: ignore[attr-defined]


def test_files_of_another_layout_are_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="expected friendships and properties in the arrays edge_index and metadata"):
        load_dataset("fb100-reed", write_npz(tmp_path / "npz", metadata=STUDENTS))
    with pytest.raises(DataError, match="expected the columns status, gender, .* got shape \\(3, 6\\)"):
        load_dataset("fb100-reed", write_mat(tmp_path / "mat", local_info=STUDENTS[:, 1:]))
    (tmp_path / "mat" / "fb100" / "raw" / "Reed98.mat").write_bytes(b"no matrix at all" * 20)
    with pytest.raises(DataError, match="expected the arrays A and local_info in"):
        load_dataset("fb100-reed", tmp_path / "mat")


@pytest.mark.parametrize(
    ("name", "share", "unknown"), [("reed", 0.52, 97), ("amherst", 0.53, 203), ("hopkins", 0.55, 418)]
)
def test_homophily_is_that_of_the_literature(data_root: Path, name: str, share: float, unknown: int) -> None:
    graph = load_dataset(f"fb100-{name}", data_root)
    assert homophily(graph.edge_index.numpy(), graph.labels.numpy()).edge == pytest.approx(share, abs=0.006)  # type: ignore[attr-defined]
    assert int((graph.labels < 0).sum()) == unknown

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gnn2mlp.core.errors import DataError
from gnn2mlp.texts import Stored, text_digest, write_vectors

TEXTS, VECTORS = ["first secret", "second"], np.array([[1.0, 2.0], [3.0, 4.0]])


def parquet(path: Path, **columns: Any) -> str:
    arrow = pytest.importorskip("pyarrow")
    pytest.importorskip("pyarrow.parquet").write_table(arrow.table(columns), path)
    return str(path)


@pytest.mark.parametrize("key", ["digest", "text"])
def test_a_parquet_file_is_looked_up_by_text(tmp_path: Path, key: str) -> None:
    given = TEXTS if key == "text" else [text_digest(text) for text in TEXTS]
    path = parquet(tmp_path / "v.parquet", node=[7, 8], hop=[0, 1], **{key: given}, vector=VECTORS.tolist())
    assert Stored(path).encode(TEXTS[::-1]).tolist() == [[3.0, 4.0], [1.0, 2.0]]


@pytest.mark.parametrize("key", ["digest", "text"])
def test_an_npz_file_too(tmp_path: Path, key: str) -> None:
    given = TEXTS if key == "text" else [text_digest(text) for text in TEXTS]
    np.savez(tmp_path / "v.npz", **{key: np.array(given)}, vector=VECTORS)
    assert Stored(str(tmp_path / "v.npz")).encode(["second"]).tolist() == [[3.0, 4.0]]


def test_what_is_written_by_id_holds_no_text(tmp_path: Path) -> None:
    path = write_vectors(tmp_path / "v.npz", TEXTS, VECTORS, ids=[1, 0], model="a 7-billion-parameter model")
    assert Stored(str(path)).encode(TEXTS).tolist() == [[3.0, 4.0], [1.0, 2.0]]
    with np.load(path) as file:
        assert str(file["model"]) == "a 7-billion-parameter model"
        assert not any("secret" in str(file[key]) for key in file.files)


def test_what_does_not_fit_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="vectors: expected one for each of 2 nodes, got 3"):
        write_vectors(tmp_path / "v.npz", TEXTS, np.ones((3, 2)))
    with pytest.raises(DataError, match="ids: expected nodes in 0..1, got 2, -1"):
        write_vectors(tmp_path / "v.npz", TEXTS, VECTORS, ids=[2, -1])
    with pytest.raises(DataError, match="vectors: expected finite numbers of shape \\(nodes, width\\)"):
        write_vectors(tmp_path / "v.npz", TEXTS, VECTORS * np.nan)
    path = write_vectors(tmp_path / "v.npz", TEXTS, VECTORS)
    with pytest.raises(DataError, match="1 of 2 texts have no row in .*v.npz, numbers 1; encode them too") as told:
        Stored(str(path)).encode(["second", "third secret"])
    assert "secret" not in str(told.value)
    with pytest.raises(DataError, match="expected a .parquet or .npz file at .*, found none"):
        Stored(str(tmp_path / "absent.npz")).encode(["a"])
    with pytest.raises(DataError, match="expected the columns digest \\(or text\\) and vector, got node"):
        Stored(parquet(tmp_path / "a.parquet", node=[1])).encode(["a"])
    with pytest.raises(DataError, match="expected vectors of 2 numbers, as the first, got others in rows 1"):
        Stored(parquet(tmp_path / "b.parquet", text=TEXTS, vector=[[1.0, 2.0], [1.0]])).encode(["a"])
    np.savez(tmp_path / "c.npz", vector=VECTORS)
    with pytest.raises(DataError, match="expected the arrays digest .or text. and vector, got vector"):
        Stored(str(tmp_path / "c.npz")).encode(["a"])

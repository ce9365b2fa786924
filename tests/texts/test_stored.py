import tracemalloc
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


def test_vectors_that_are_none_are_named(tmp_path: Path) -> None:
    arrow = pytest.importorskip("pyarrow")
    wrong = {
        "lists of numbers in the column 'vector', got double": [1.0, 2.0],
        "lists of numbers in the column 'vector', got list": [["x"], ["y"]],
        "finite numbers for each of 2 texts, got gaps, NaN, or numbers beyond": [[1.0], [None]],
        "finite numbers for each of 2 texts, got .* beyond single precision": [[1.0], [1e300]],
        "vectors of 1 numbers, as the first, got others in rows 1": [[1.0], None],
    }
    for number, (told, vectors) in enumerate(wrong.items()):
        with pytest.raises(DataError, match=told):
            Stored(parquet(tmp_path / f"{number}.parquet", text=TEXTS, vector=vectors)).encode(["second"])
    with pytest.raises(DataError, match="expected a text in each row of 'text', got none in rows 1"):
        Stored(parquet(tmp_path / "t.parquet", text=["second", None], vector=VECTORS.tolist())).encode(["second"])
    np.savez(tmp_path / "b.npz", digest=np.array([text_digest(text).encode() for text in TEXTS]), vector=VECTORS)
    with pytest.raises(DataError, match="expected a text in each row of 'digest', got none in rows 0, 1"):
        Stored(str(tmp_path / "b.npz")).encode(["second"])
    np.savez(tmp_path / "s.npz", text=np.array(TEXTS), vector=np.array([["x"], ["y"]]))
    with pytest.raises(DataError, match="finite numbers for each of 2 texts, got <U1 of shape"):
        Stored(str(tmp_path / "s.npz")).encode(["second"])
    with pytest.raises(DataError, match="expected the name of an .npz file, which stored reads as such, got v.vec"):
        write_vectors(tmp_path / "v.vec", TEXTS, VECTORS)
    fixed = arrow.array(VECTORS.tolist(), arrow.list_(arrow.float32(), 2))
    assert Stored(parquet(tmp_path / "f.parquet", text=TEXTS, vector=fixed)).encode(["second"]).tolist() == [[3.0, 4.0]]


def test_vectors_of_a_table_are_never_objects_of_python(tmp_path: Path) -> None:
    """100,000 numbers would be 5 MB of objects and lists of them."""
    arrow = pytest.importorskip("pyarrow")
    vectors = arrow.FixedSizeListArray.from_arrays(arrow.array(np.arange(100_000, dtype=np.float32)), 1000)
    path = parquet(tmp_path / "v.parquet", text=[str(row) for row in range(100)], vector=vectors)
    Stored(parquet(tmp_path / "w.parquet", text=TEXTS, vector=VECTORS.tolist())).encode(TEXTS)  # imports
    tracemalloc.start()
    try:
        assert Stored(path).encode(["7"])[0, :2].tolist() == [7000.0, 7001.0]
        assert tracemalloc.get_traced_memory()[1] < 2_000_000
    finally:
        tracemalloc.stop()

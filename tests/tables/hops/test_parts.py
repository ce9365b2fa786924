from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from gnn2mlp.core.errors import ArtefactError
from gnn2mlp.tables.hops.parts import HopParts, Notes
from gnn2mlp.tables.hops.plan import HopPlan


def parts_in(folder: Path, width: int = 3) -> HopParts:
    return HopParts(folder, 1, HopPlan(rows=6, width=width, part_bits=2, block_bits=3), "page")


def test_a_part_is_a_table_that_others_read(tmp_path: Path) -> None:
    parts, rows = parts_in(tmp_path), np.arange(12, dtype=np.float32).reshape(4, 3)
    first = parts.write(0, pa.array(["a", "b", "c", "d"]), rows)
    table = pq.read_table(parts.path(0))
    assert table.column_names == ["page", "features"]
    assert table["features"].to_pylist() == rows.tolist()
    assert np.array_equal(parts.rows(0), rows)
    assert parts.ids(0).to_pylist() == ["a", "b", "c", "d"]
    assert parts.write(0, pa.array(["a", "b", "c", "d"]), rows) == first
    assert parts.write(0, pa.array(["a", "b", "c", "e"]), rows) != first


def test_a_block_is_its_parts_one_after_the_other(tmp_path: Path) -> None:
    parts, rows = parts_in(tmp_path), np.random.default_rng(0).random((6, 3), dtype=np.float32)
    parts.write(0, pa.array(range(4)), rows[:4])
    parts.write(1, pa.array(range(4, 6)), rows[4:])
    assert np.array_equal(parts.block(0, np.empty((8, 3), dtype=np.float32)), rows)


@pytest.mark.parametrize("what", ["missing", "short", "flipped", "rows", "width"])
def test_what_is_wrong_with_a_file_is_said(tmp_path: Path, what: str) -> None:
    parts = parts_in(tmp_path)
    count = 3 if what == "rows" else 4
    parts.write(0, pa.array(range(count)), np.ones((count, 3), dtype=np.float32))
    path = parts.path(0)
    content = bytearray(path.read_bytes())
    if what == "missing":
        path.unlink()
    elif what == "short":
        path.write_bytes(content[: len(content) // 2])
    elif what == "flipped":
        content[content.index(np.ones(12, dtype=np.float32).tobytes()) + 20] ^= 1
        path.write_bytes(content)
    wrong = parts_in(tmp_path, width=4) if what == "width" else parts
    with pytest.raises(ArtefactError, match="part-000000.parquet"):
        wrong.rows(0)


def test_a_step_is_finished_once_it_is_noted(tmp_path: Path) -> None:
    notes = Notes(tmp_path / "work")
    assert notes.read("hop", 1, 0) is None
    notes.write({"digests": ["x"]}, "hop", 1, 0)
    assert notes.read("hop", 1, 0) == {"digests": ["x"]}
    (tmp_path / "work" / "hop-1-0.json").write_text("{")
    assert notes.read("hop", 1, 0) is None

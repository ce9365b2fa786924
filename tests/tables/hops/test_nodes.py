from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from gnn2mlp.core import parquet
from gnn2mlp.core.errors import DataError
from gnn2mlp.tables.features import FeatureTable
from gnn2mlp.tables.hops.nodes import write_nodes
from gnn2mlp.tables.hops.parts import HopParts, Notes
from gnn2mlp.tables.hops.plan import HopPlan


@pytest.mark.parametrize("batch", [2, 3, 100])
def test_parts_hold_the_rows_in_their_order(tmp_path: Path, batch: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parquet, "BATCH_ROWS", batch)
    columns = {"node_id": list("gfedcba"), "size": range(7), "kind": ["x", "y", None, "x", "y", "x", "x"]}
    pq.write_table(pa.table(columns), tmp_path / "nodes.parquet")
    table = FeatureTable(tmp_path / "nodes.parquet")
    parts = HopParts(tmp_path, 0, HopPlan(7, 3, part_bits=2, block_bits=2), "node_id")
    notes = Notes(tmp_path / "work")
    digests = write_nodes(table, parts, notes)
    assert [parts.ids(part).to_pylist() for part in range(2)] == [list("gfed"), list("cba")]
    assert parts.rows(0).tolist() == [[0, 1, 0], [1, 0, 1], [2, 0, 0], [3, 1, 0]]
    before = parts.path(0).stat().st_mtime_ns
    parts.path(1).unlink()
    assert write_nodes(table, parts, notes) == digests
    assert parts.path(0).stat().st_mtime_ns == before
    assert parts.path(1).exists()


def test_lists_that_change_their_length_half_way_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parquet, "BATCH_ROWS", 2)
    rows = [np.ones(3)] * 4 + [np.ones(2)] * 2
    pq.write_table(pa.table({"node_id": range(6), "features": rows}), tmp_path / "nodes.parquet")
    parts = HopParts(tmp_path, 0, HopPlan(6, 3, part_bits=1, block_bits=1), "node_id")
    with pytest.raises(DataError, match="lists of one length throughout, got 3 and 2 numbers"):
        write_nodes(FeatureTable(tmp_path / "nodes.parquet"), parts, Notes(tmp_path / "work"))

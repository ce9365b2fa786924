"""What tasks of the Spark engine do, without Spark; the rest is in tests/integration/test_spark_propagate.py."""

import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.tables.hops import propagate_hops
from gnn2mlp.tables.hops.links import degrees_of, read_links
from gnn2mlp.tables.hops.plan import HopPlan
from gnn2mlp.tables.hops.spark_engine import _BlockWriter, _Runner
from tests.hops import draw, write_graph


def test_without_pyspark_the_extra_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyspark", None)
    with pytest.raises(ConfigError, match="install the extra: pip install 'gnn2mlp.spark.'"):
        propagate_hops(*write_graph(tmp_path, *draw()), tmp_path / "hops", engine="spark")


def test_a_task_writes_its_blocks_and_counts_loops(tmp_path: Path) -> None:
    plan = HopPlan(rows=8, width=1, part_bits=1, block_bits=2)
    pairs = [(0, 1), (0, 1), (1, 5), (6, 2), (6, 6)]
    key = [(((r >> 2) << 30 | s >> 2) << 4) | (r & 3) << 2 | s & 3 for r, s in pairs]
    batches = [pa.record_batch({"key": pa.array(part, pa.int64())}) for part in (key[:1], key[1:4], key[4:])]
    told = [row for batch in _BlockWriter(tmp_path, plan)(iter(batches)) for row in batch.to_pylist()]
    assert told == [
        {"block": 0, "links": 2, "senders": [0, 1]},
        {"block": 1, "links": 1, "senders": [0]},
        {"block": -1, "links": 5, "senders": [1]},
    ]
    links = [*read_links(tmp_path, 0, [0, 1])]
    assert [(each.receiver.tolist(), each.sender.tolist()) for each in links] == [([0], [1]), ([1], [1])]
    np.testing.assert_array_equal(degrees_of(tmp_path, 1), [1, 1, 2, 1])


def test_a_task_runs_the_blocks_that_it_is_given() -> None:
    done: list[int] = []
    batches = [pa.record_batch({"id": [0, 2]}), pa.record_batch({"id": [1]})]
    assert [*_Runner(done.append, [7, 8, 9])(iter(batches))] == batches
    assert done == [7, 9, 8]

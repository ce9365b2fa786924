"""Rows in order, on disk where they must be; nothing is left, and what goes wrong is told as what it is."""

import sys
from collections.abc import Iterator
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pytest

from gnn2mlp.core.errors import ArtefactError, ConfigError, DataError
from gnn2mlp.tables import sorting
from gnn2mlp.tables.sorting import sorter

WIDTH = 256
SCHEMA = pa.schema([("bucket", pa.int32()), ("id", pa.int64()), ("row", pa.binary(WIDTH))])


def batches(count: int, rows: int = 1000) -> Iterator[pa.RecordBatch]:
    random = np.random.default_rng(0)
    for ids in np.array_split(random.permutation(count * rows), count):
        row = np.repeat(ids.astype("<i8")[:, None], WIDTH // 8, axis=1)
        packed = pa.FixedSizeBinaryArray.from_buffers(pa.binary(WIDTH), rows, [None, pa.py_buffer(row.copy())])
        yield pa.record_batch([pa.array((ids % 7).astype(np.int32)), pa.array(ids), packed], schema=SCHEMA)


def test_rows_come_in_order_and_whole(tmp_path: Path) -> None:
    with sorter(tmp_path) as disk:
        both = [disk.ordered(batches(5), SCHEMA, "bucket, id") for _ in "ab"]
        tables = [pa.Table.from_batches(list(order)) for order in both]
    for table in tables:
        pairs = list(zip(table["bucket"].to_pylist(), table["id"].to_pylist(), strict=True))
        assert pairs == sorted((i % 7, i) for i in range(5000))
        assert all(
            row == i.to_bytes(8, "little") * (WIDTH // 8)
            for (_, i), row in zip(pairs, table["row"].to_pylist(), strict=True)
        )


def test_what_does_not_fit_into_memory_lies_on_disk_until_the_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sorting, "MEMORY", "64MiB")
    monkeypatch.setattr(sorting, "THREADS", 1)
    with sorter(tmp_path) as disk:
        order = disk.ordered(batches(200), SCHEMA, "bucket, id")
        rows = next(order).num_rows
        assert sum(path.stat().st_size for path in tmp_path.rglob("*")) > 2**20
        assert rows + sum(batch.num_rows for batch in order) == 200_000
    assert list(tmp_path.iterdir()) == []


def test_what_the_rows_raise_is_raised(tmp_path: Path) -> None:
    def broken() -> Iterator[pa.RecordBatch]:
        yield from batches(2)
        raise DataError("expected rows, got none")

    with sorter(tmp_path) as disk, pytest.raises(DataError, match="^expected rows, got none$"):
        list(disk.ordered(broken(), SCHEMA, "id"))
    assert list(tmp_path.iterdir()) == []


def test_a_disk_that_cannot_be_written_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sorting, "MEMORY", "64MiB")
    (tmp_path / "file").touch()
    with (
        pytest.raises(ArtefactError, match="could not sort rows on disk in .*free some space"),
        sorter(tmp_path / "file" / "below") as disk,
    ):
        list(disk.ordered(batches(400), SCHEMA, "id"))


def test_without_duckdb_the_extra_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert duckdb.__version__
    monkeypatch.setitem(sys.modules, "duckdb", None)
    with pytest.raises(ConfigError, match=r"install the extra: pip install 'gnn2mlp\[parquet\]'"), sorter(tmp_path):
        pass

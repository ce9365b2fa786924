import datetime
import uuid
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from gnn2mlp.core.errors import ArtefactError, DataError
from gnn2mlp.tables.hops import duckdb_engine, propagate_hops
from gnn2mlp.tables.hops.table import HopTable
from tests.hops import cut_finely, dense_hops, draw, write_graph

IDS: dict[str, Any] = {
    "text": [f"page {i * 7919 % 60}" for i in range(60)],
    "bytes": [i.to_bytes(3, "big") for i in range(60)],
    "unsigned": pa.array([2**63 + i for i in range(60)], pa.uint64()),
    "dates": [datetime.date(2020, 1, 1) + datetime.timedelta(i) for i in range(60)],
    "uuids": pa.array([uuid.UUID(int=i).bytes for i in range(60)], pa.binary(16)),
    "floats": np.arange(60) * 2.0,
    "categories": pa.array([f"n{i}" for i in range(60)]).dictionary_encode(),
}


def rows_of(table: HopTable) -> np.ndarray:
    return np.concatenate([chunk.x for chunk in table.chunks()])


@pytest.mark.parametrize("kind", IDS)
def test_ids_of_any_type(tmp_path: Path, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    cut_finely(monkeypatch)
    x, pairs = draw()
    table = propagate_hops(*write_graph(tmp_path, x, pairs, ids=IDS[kind]), tmp_path / "hops", hops=1)
    assert np.abs(rows_of(table) - dense_hops(x, pairs, 1)).max() < 1e-5
    ids = [value for chunk in table.chunks() for value in chunk.ids.to_pylist()]
    assert ids == pa.array(IDS[kind]).to_pylist()


def test_what_joins_no_two_nodes_is_left_out_and_counted(tmp_path: Path) -> None:
    x, _ = draw(nodes=4, edges=20)
    columns = {"source": pa.array([0, 0, 9, 2, None, 1, 1]), "target": pa.array([1, 0, 1, 77, 1, 0, 3])}
    nodes, edges = write_graph(tmp_path, x, np.zeros((2, 1), dtype=int), ids=range(4))
    pq.write_table(pa.table(columns), edges)
    table = propagate_hops(nodes, edges, tmp_path / "hops", hops=2)
    assert table.counts == {"nodes": 4, "edges": 7, "dangling": 3, "self_loops": 1, "links": 4}
    assert np.abs(rows_of(table) - dense_hops(x, np.array([[0, 1], [1, 3]]), 2)).max() < 1e-5


def test_repeated_ids_and_foreign_edges_are_named(tmp_path: Path) -> None:
    x, pairs = draw()
    nodes, edges = write_graph(tmp_path, x, pairs, ids=["b", "a", "b", *map(str, range(57))])
    with pytest.raises(DataError, match="expected each id once, got 1 more than once .first: 'b'."):
        propagate_hops(nodes, edges, tmp_path / "hops")
    nodes, _ = write_graph(tmp_path, x, pairs)
    pq.write_table(pa.table({"source": [1, 2], "target": [4, 5]}), edges)
    with pytest.raises(DataError, match="got 2, none of which joins two of them: they have ids such as 1, while .* 3"):
        propagate_hops(nodes, edges, tmp_path / "other")


def test_an_error_in_the_stream_of_edges_is_raised_as_it_is(tmp_path: Path) -> None:
    x, pairs = draw()
    nodes, edges = write_graph(tmp_path, x, pairs, weight=np.r_[np.ones(199), np.nan])
    with pytest.raises(DataError, match="finite weights above 0, got nan"):
        propagate_hops(nodes, edges, tmp_path / "hops")


def test_a_full_disk_is_an_error_in_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    nodes, edges = write_graph(tmp_path, *draw())
    monkeypatch.setattr(duckdb_engine, "_query", lambda graph: "SELECT error('No space left on device') AS key")
    with pytest.raises(ArtefactError, match="could not sort links in .*--spill"):
        propagate_hops(nodes, edges, tmp_path / "hops")

"""Hops by Spark, on a cluster of two workers, are those of DuckDB."""

import uuid
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from gnn2mlp.core.errors import ArtefactError, DataError
from gnn2mlp.tables.hops import HopTable, propagate_hops
from tests.hops import cut_finely, dense_hops, draw, write_graph

pytestmark = pytest.mark.integration

IDS: dict[str, Any] = {
    "numbers": None,
    "text": [f"page {i * 7919 % 60}" for i in range(60)],
    "unsigned": pa.array([2**63 + i for i in range(60)], pa.uint64()),
    "uuids": pa.array([uuid.UUID(int=i).bytes for i in range(60)], pa.binary(16)),
}


def _rows(table: HopTable) -> np.ndarray:
    return np.concatenate([chunk.x for chunk in table.chunks()])


@pytest.mark.parametrize("kind", IDS)
def test_hops_are_the_products(spark: Any, tmp_path: Path, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    cut_finely(monkeypatch)
    x, pairs = draw()
    graph = write_graph(tmp_path, x, pairs, ids=IDS[kind])
    table = propagate_hops(*graph, tmp_path / "spark", hops=2, engine="spark")
    assert np.abs(_rows(table) - dense_hops(x, pairs, 2)).max() < 1e-5
    same = propagate_hops(*graph, tmp_path / "duckdb", hops=2)
    assert table.counts == same.counts
    np.testing.assert_allclose(_rows(table), _rows(same), rtol=1e-5, atol=1e-6)  # sums are cut elsewhere


@pytest.mark.parametrize("directed", [False, True])
def test_weights_and_directions_count(
    spark: Any, tmp_path: Path, directed: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    cut_finely(monkeypatch)
    x, pairs = draw()
    weight = np.random.default_rng(1).random(pairs.shape[1]) + 0.5
    nodes, edges = write_graph(tmp_path, x, pairs, weight=weight)
    table = propagate_hops(nodes, edges, tmp_path / "spark", hops=1, engine="spark", directed=directed)
    same = propagate_hops(nodes, edges, tmp_path / "duckdb", hops=1, directed=directed)
    assert table.counts == same.counts
    np.testing.assert_allclose(_rows(table), _rows(same), rtol=1e-6, atol=1e-6)


def test_what_cannot_be_is_said_as_by_any_engine(spark: Any, tmp_path: Path) -> None:
    x, pairs = draw()
    nodes, edges = write_graph(tmp_path, x, pairs, ids=["b", "a", "b", *map(str, range(57))])
    with pytest.raises(DataError, match="expected each id once, got 1 more than once .first: 'b'."):
        propagate_hops(nodes, edges, tmp_path / "hops", engine="spark")
    nodes, _ = write_graph(tmp_path, x, pairs)
    pq.write_table(pa.table({"source": [1, 2], "target": [4, 5]}), edges)
    with pytest.raises(DataError, match="none of which joins two of them: they have ids such as 1, while .* 3"):
        propagate_hops(nodes, edges, tmp_path / "other", engine="spark")


def test_what_fails_in_a_task_is_told_and_the_same_call_goes_on(
    spark: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cut_finely(monkeypatch)
    graph, told = write_graph(tmp_path, *draw()), list[str]()

    def damage(done: int, total: int, note: str = "") -> None:
        told.append(note)
        if note == "hop 1 of 2" and told.count(note) == 1:
            (tmp_path / "hops" / "hop-1" / "part-000000.parquet").write_bytes(b"cut short")

    with pytest.raises(ArtefactError, match="Spark could not multiply: .*part-000000.parquet.*; what was finished"):
        propagate_hops(*graph, tmp_path / "hops", hops=2, engine="spark", progress=damage)
    (tmp_path / "hops" / "hop-1" / "part-000000.parquet").unlink()
    again = propagate_hops(*graph, tmp_path / "hops", hops=2, engine="spark")
    whole = propagate_hops(*graph, tmp_path / "whole", hops=2)
    np.testing.assert_allclose(_rows(again), _rows(whole), rtol=1e-5, atol=1e-6)

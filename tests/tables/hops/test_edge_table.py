from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from gnn2mlp.core.errors import ConfigError, DataError
from gnn2mlp.tables.hops.edge_table import EdgeTable
from gnn2mlp.tables.ids import Ids


def table_of(folder: Path, columns: dict[str, Any], **options: Any) -> EdgeTable:
    pq.write_table(pa.table(columns), folder / "edges.parquet")
    return EdgeTable(folder / "edges.parquet", **options)


def test_edges_with_a_gap_are_left_out_and_ids_are_those_of_the_nodes(tmp_path: Path) -> None:
    table = table_of(tmp_path, {"src": pa.array([1, None, 3], pa.int32()), "dst": pa.array([7, 8, None], pa.uint16())})
    (batch,) = table.batches(table.joined_ids(Ids("integer"), "nodes"))
    assert batch.to_pydict() == {"source": [1], "target": [7]}
    assert batch.schema == table.schema(Ids("integer"))
    assert (table.rows, table.ends, table.weight) == (3, ("src", "dst"), None)


def test_weights_are_taken_by_their_name(tmp_path: Path) -> None:
    columns = {"a": ["x", "y"], "b": ["y", "y"], "weight": [1, 2]}
    (batch,) = table_of(tmp_path, columns).batches(Ids("text"))
    assert batch.column("weight").to_pylist() == [1.0, 2.0]


@pytest.mark.parametrize("weight", [0.0, -1.0, float("nan"), float("inf"), 1e60, None])
def test_weights_that_are_none_are_refused(tmp_path: Path, weight: Any) -> None:
    table = table_of(tmp_path, {"a": [1, 2], "b": [2, 1], "weight": pa.array([1.0, weight])})
    with pytest.raises(DataError, match="finite weights above 0"):
        list(table.batches(Ids("integer")))


def test_ids_of_another_kind_and_unknown_columns_are_refused(tmp_path: Path) -> None:
    table = table_of(tmp_path, {"a": ["x"], "b": ["y"]})
    with pytest.raises(DataError, match="whole numbers.*text"):
        table.joined_ids(Ids("integer"), "nodes")
    with pytest.raises(ConfigError, match="no column 'aa'.*'a'"):
        EdgeTable(table.path, source="aa", target="b")
    with pytest.raises(ConfigError, match="expected both columns of the edges, or neither"):
        EdgeTable(table.path, source="a")
    with pytest.raises(ConfigError, match="got 'a' for both ends"):
        EdgeTable(table.path, source="a", target="a")

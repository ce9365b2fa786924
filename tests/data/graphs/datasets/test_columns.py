"""Columns of tables of graphs; `test_graph_tables` has what is made of them."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from gnn2mlp.data.graphs.datasets._columns import GraphTable


def table(folder: Path, **columns: object) -> GraphTable:
    pq.write_table(pa.table(columns), folder / "t.parquet")
    return GraphTable.open(folder / "t.parquet")


def test_ids_of_other_widths_and_kinds_of_text_are_found(tmp_path: Path) -> None:
    ids = table(tmp_path, graph=pa.array([7, 3], pa.int32())).ids("graph")
    assert table(tmp_path, graph=pa.array([3, 7, 3], pa.int64())).places("graph", ids, "g").tolist() == [1, 0, 1]
    texts = table(tmp_path, graph=pa.array(["b", "a"]).dictionary_encode()).ids("graph")
    assert table(tmp_path, graph=pa.array(["a"], pa.large_string())).places("graph", texts, "g").tolist() == [1]


def test_codes_are_in_the_order_of_the_values_whatever_that_of_the_rows(tmp_path: Path) -> None:
    one = table(tmp_path, a=["x", "c", "x", "a"]).fields((), ())
    other = table(tmp_path, a=pa.array(["c", "x", "a", "x"]).dictionary_encode()).fields((), ())
    assert one.categories == other.categories == {"a": ["a", "c", "x"]}
    assert one.codes is not None
    assert np.array_equal(one.codes[:, 0], [2, 1, 2, 0])
    assert one.sizes == [3]


def test_a_table_without_rows_has_no_codes(tmp_path: Path) -> None:
    found = table(tmp_path, a=pa.array([], pa.string()))
    assert found.rows == 0
    assert found.fields((), ()).categories == {"a": []}

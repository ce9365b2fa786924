"""Columns of tables of graphs; `test_graph_tables` has what is made of them."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from gnn2mlp.core.errors import DataError
from gnn2mlp.data.graphs.datasets._columns import GraphTable, labels_of


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


def test_ids_that_are_floats_are_whole_numbers_or_refused(tmp_path: Path) -> None:
    ids = table(tmp_path, graph=pa.array([2.0, 3.0])).ids("graph")
    assert table(tmp_path, graph=[3, 2]).places("graph", ids, "g").tolist() == [1, 0]
    big = table(tmp_path, graph=[2**53, 2**53 + 2]).ids("graph")
    with pytest.raises(
        DataError, match=r"t\.parquet: graph: ids are float64 from 2\^53 on, where several ids become one"
    ):
        table(tmp_path, graph=pa.array([2.0**53])).places("graph", big, "g")  # which 2^53 + 1 is as well
    with pytest.raises(DataError, match="expected whole numbers as ids"):
        table(tmp_path, graph=[0.5]).ids("graph")


def test_an_index_of_pandas_is_no_field(tmp_path: Path) -> None:
    frame = pd.DataFrame({"a": ["x", "y", "x"], "b": [1.0, 2.0, 3.0]})
    frame[frame["a"] == "x"].to_parquet(tmp_path / "t.parquet")
    found = GraphTable.open(tmp_path / "t.parquet").fields((), ())
    assert (list(found.categories), found.feature_names) == (["a"], ["b"])


@pytest.mark.parametrize(
    ("values", "codes", "classes"),
    [
        (["b", "", "a", None], [1, -1, 0, -1], ["a", "b"]),
        (pa.array([2.0, None, 1.0]), [1, -1, 0], [1, 2]),
        ([True, None, False], [1, -1, 0], [False, True]),
    ],
)
def test_missing_labels_are_no_class(tmp_path: Path, values: Any, codes: list[int], classes: list[Any]) -> None:
    task, found = labels_of(table(tmp_path, label=values), "label", None)
    assert found.tolist() == codes
    assert list(task.answers.classes) == classes


def test_numbers_with_decimals_are_no_classes(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"label: expected classes, got numbers with decimals such as 0\.5"):
        labels_of(table(tmp_path, label=[0.5, 1.0]), "label", None)


def test_a_table_without_rows_has_no_codes(tmp_path: Path) -> None:
    found = table(tmp_path, a=pa.array([], pa.string()))
    assert found.rows == 0
    assert found.fields((), ()).categories == {"a": []}


def test_a_text_that_says_it_is_missing_is_a_gap(tmp_path: Path) -> None:
    found = table(tmp_path, element=["zinc", "missing", None, "carbon"]).fields((), ())
    assert found.codes is not None
    assert found.codes.ravel().tolist() == [1, 2, 2, 0]
    assert found.categories == {"element": ["carbon", "zinc", "missing"]}

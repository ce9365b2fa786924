import uuid
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
import torch

from gnn2mlp.core.errors import DataError
from gnn2mlp.core.tables import column_names
from gnn2mlp.deploy.link_nodes import LinkNodes, apart, count_rows

TABLE = pd.DataFrame({"id": ["x", "y"], "a": [1.0, 2.0]})


@pytest.mark.parametrize(
    "ids",
    [
        ["p7", "p3", "p9"],
        [70, 30, 90],
        [uuid.UUID(int=7), uuid.UUID(int=3), uuid.UUID(int=9)],
        [date(2020, 1, 7), date(2020, 1, 3), date(2020, 1, 9)],
        pd.Series(["p7", "p3", "p9"]),
        pl.Series(["p7", "p3", "p9"]),
        pa.chunked_array([["p7", "p3"], ["p9"]]),
        torch.tensor([70, 30, 90]),
    ],
)
def test_ids_of_any_type(ids: Any) -> None:
    nodes, listed = LinkNodes(3, ids), ids.tolist() if isinstance(ids, torch.Tensor) else list(ids)
    listed = [getattr(one, "as_py", lambda one=one: one)() for one in listed]
    assert nodes.rows(listed[::-1], "candidates").tolist() == [2, 1, 0]
    assert nodes.row(listed[1], "node") == 1
    assert nodes.pairs([(listed[0], listed[2])], "pairs").tolist() == [[0, 2]]
    assert nodes.named(np.array([2, 0])).tolist() == [listed[2], listed[0]]


@pytest.mark.parametrize(
    "pairs",
    [
        [(0, 1), (2, 0)],
        [[0, 1], [2, 0]],
        np.array([(0, 1), (2, 0)], np.int32),
        torch.tensor([(0, 1), (2, 0)]),
        pd.DataFrame({"u": [0, 2], "v": [1, 0]}),
        pl.DataFrame({"u": [0, 2], "v": [1, 0]}),
        pa.table({"u": [0, 2], "v": [1, 0]}),
        {"u": [0, 2], "v": [1, 0]},
    ],
)
def test_pairs_in_any_form(pairs: Any) -> None:
    assert LinkNodes(3).pairs(pairs, "pairs").tolist() == [[0, 1], [2, 0]]


def test_what_is_no_node_is_named() -> None:
    with pytest.raises(DataError, match=r"c: expected row numbers from 0 to 2, got 3 in entry 1 \(2 such in all\)"):
        LinkNodes(3).rows([0, 3, 4], "c")
    with pytest.raises(DataError, match="node: expected ids of rows, got 'z', which no row has; leave it out"):
        LinkNodes(2, ["a", "b"]).row("z", "node")
    with pytest.raises(DataError, match="expected each id once, got 'a'"):
        LinkNodes(2, ["a", "a"])
    with pytest.raises(DataError, match="expected pairs as a table of two columns, got 3"):
        LinkNodes(2).pairs({"u": [0], "v": [1], "w": [0]}, "pairs")
    with pytest.raises(DataError, match="rows of different lengths"):
        LinkNodes(2).pairs([[0, 1], [1]], "pairs")
    with pytest.raises(DataError, match="expected a table of rows, got int"):
        count_rows(3, "top")


@pytest.mark.parametrize("form", [lambda t: t, pl.from_pandas, pa.Table.from_pandas, lambda t: t.to_dict("list")])
def test_a_column_of_ids_is_taken_out(form: Any) -> None:
    rest, ids = apart(form(TABLE), "id", None, keep=False)
    assert column_names(rest) == ("a",)
    assert np.asarray(ids).tolist() == ["x", "y"]
    assert apart(form(TABLE), None, "id", keep=True)[1] is not None  # the column that a model knows
    assert apart(form(TABLE), None, "page", keep=True)[1] is None
    assert apart(form(TABLE), [5, 6], "id", keep=True)[1] == [5, 6]


def test_a_name_of_no_column() -> None:
    with pytest.raises(DataError, match="the name of a column of X, got 'ids'; did you mean 'id'"):
        apart(TABLE, "ids", None, keep=True)
    with pytest.raises(DataError, match="got 'id'"):
        apart(np.eye(2), "id", None, keep=True)

from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from gnn2mlp.core.errors import ConfigError, DataError
from gnn2mlp.deploy.node_columns import NodeColumns
from gnn2mlp.deploy.node_fields import NodeFields
from tests.deploy.graph_tables import FIELDS, NODES


def table(**other: Any) -> Any:
    return pa.table({name: values for name, values in {**NODES, **other}.items() if values is not None})


def test_columns_are_found_by_name_and_unknown_values_are_nothing() -> None:
    found = NodeColumns(FIELDS).read(table(), "nodes")
    assert found.codes is not None
    assert found.features is not None
    assert found.codes.tolist() == [[0, 1, 1], [2, 3, 0], [1, 2, 1], [0, 0, 0], [-1, -1, 0], [2, 1, 1]]
    assert found.features.ravel().tolist() == [1, 2, 3, 4, 5, 6]
    assert not found.bad.any()


def test_dictionaries_and_other_widths_are_read_alike() -> None:
    other = {"element": pa.array(NODES["element"]).dictionary_encode(), "charge": pa.array(NODES["charge"], pa.int8())}
    found, plain = (NodeColumns(FIELDS).read(each, "nodes") for each in (table(**other), table()))
    np.testing.assert_array_equal(found.codes, plain.codes)


def test_a_gap_that_training_had_none_of_is_nothing() -> None:
    found = NodeColumns(FIELDS).read(
        table(element=["C", None, "C", "C", "C", "C"], mass=[1, None, 1, 1, 1, 1]), "nodes"
    )
    assert found.codes is not None
    assert found.codes[1, 0] == -1
    assert found.bad.tolist() == [False, True, False, False, False, False]


@pytest.mark.parametrize(
    ("other", "message"),
    [
        ({"mass": None}, r"nodes: expected the columns that the model reads of a node, .*; missing 'mass'"),
        ({"mass": ["1"] * 6}, "nodes: mass: expected numbers, as in training, got string"),
        ({"element": [1] * 6}, r"element: expected texts, as in training \(such as 'C'\), got int64"),
        ({"charge": [0.5] * 6}, "charge: expected whole numbers, as in training"),
        ({"charge": ["+"] * 6}, "charge: expected whole numbers, as in training"),
        ({"ring": [1] * 6}, "ring: expected truth values, as in training"),
    ],
)
def test_other_columns_are_refused_in_a_sentence(other: dict[str, Any], message: str) -> None:
    with pytest.raises(DataError, match=message):
        NodeColumns(FIELDS).read(table(**other), "nodes")


def test_a_model_without_names_reads_no_table() -> None:
    with pytest.raises(ConfigError, match="was trained on arrays, whose columns have no names"):
        NodeColumns(NodeFields((3,)))


def test_whole_numbers_may_be_written_as_real_ones_where_there_is_a_gap() -> None:
    found = NodeColumns(FIELDS).read(table(charge=[0.0, float("nan"), 1.0, -1.0, 7.0, None]), "nodes")
    assert found.codes is not None
    assert found.codes[:, 1].tolist() == [1, 3, 2, 0, -1, 3]


def test_a_narrow_column_holds_no_category_that_it_has_no_room_for() -> None:
    fields = NodeFields((3,), names=("code",), categories={"code": (-1, 5, 300)})
    for kind, values in ((pa.int8(), [44, 5]), (pa.uint8(), [255, 5]), (pa.uint64(), [2**64 - 1, 5])):
        found = NodeColumns(fields).read(pa.table({"code": pa.array(values, kind)}), "nodes")
        assert found.codes is not None
        assert found.codes.ravel().tolist() == [-1, 1], kind

from pathlib import Path

import pandas as pd
import pyarrow as pa
import pytest

from gnn2mlp.core.errors import ConfigError, DataError
from gnn2mlp.tables.columns import Column
from gnn2mlp.tables.schema import ColumnNames, Schema, schema_of

PATH = Path("f.parquet")


def schema(names: ColumnNames | None = None, **columns: object) -> Schema:
    return schema_of(pa.table({"node_id": [1, 2], **columns}).schema, names or ColumnNames(), PATH)


def test_columns_are_told_by_name_and_type() -> None:
    found = schema(age=[1, 2], label=[0, 1], member=[True, False], role=["train", "test"], town=["a", "b"])
    assert found == Schema(
        "node_id",
        "label",
        "role",
        (Column("age"), Column("member", "boolean"), Column("town", "category")),
        (),
    )


def test_the_user_may_say_what_a_column_is() -> None:
    table = pa.table({"user": ["a"], "y": [1], "split": ["train"], "index": [0.5], "b": [1], "when": ["2024"]}).schema
    found = schema_of(table, ColumnNames("user", "y", "split", ("b", "index")), PATH)
    assert found == Schema("user", "y", "split", (Column("b"), Column("index")), ("when",))


def test_an_index_of_pandas_is_never_a_feature() -> None:
    frame = pd.DataFrame({"node_id": range(4), "a": [1.0, 2.0, 3.0, 4.0]})
    for indexed in (frame.iloc[[1, 3, 0, 2]], frame.set_index(pd.Index([5, 6, 9, 7], name="position"))):
        found = schema_of(pa.Table.from_pandas(indexed).schema, ColumnNames(), PATH)
        assert [column.name for column in found.features] == ["a"]
        assert found.unused == (indexed.index.name or "__index_level_0__",)
    found = schema_of(pa.Table.from_pandas(frame.iloc[[1, 3, 0, 2]].set_index("node_id")).schema, ColumnNames(), PATH)
    assert (found.id, found.unused) == ("node_id", ())


@pytest.mark.parametrize(
    ("name", "option"),
    [
        ("y", "--label 'y'"),
        ("Target", "--label 'Target'"),
        ("true_label", "--label 'true_label'"),
        ("split", "--role 'split'"),
        ("train_mask", "--role 'train_mask'"),
        ("val", "--role 'val'"),
        ("fold", "--role 'fold'"),
        ("user_id", "--id 'user_id'"),
        ("Unnamed: 0", "--id 'Unnamed: 0'"),
        ("index", "--id 'index'"),
    ],
)
def test_what_looks_like_an_answer_a_role_or_an_index_is_refused(name: str, option: str) -> None:
    with pytest.raises(DataError, match=rf"got '{name}', by its name no feature; .*\({option}\), or list .*--columns"):
        schema(a=[1, 2], **{name: [1, 2]})
    assert schema(ColumnNames(features=("a",)), a=[1, 2], **{name: [1, 2]}).unused == (name,)


@pytest.mark.parametrize("name", ["pos_y", "price_index", "social_class", "young", "identity", "masked_share"])
def test_what_merely_resembles_such_a_name_is_a_feature(name: str) -> None:
    assert schema(**{name: [1, 2]}).features == (Column(name),)


def test_all_such_names_are_told_at_once() -> None:
    with pytest.raises(DataError, match="got 'y', 'fold', by their names no features"):
        schema(a=[1, 2], y=[1, 2], fold=[1, 2])


@pytest.mark.parametrize(
    ("names", "match"),
    [
        (ColumnNames(label="grade"), "label: f.parquet has no column 'grade'; did you mean 'grades'"),
        (ColumnNames(role="grade"), "role: f.parquet has no column 'grade'"),
        (ColumnNames(features=("grade",)), "columns: f.parquet has no column 'grade'; did you mean 'grades'"),
        (ColumnNames(features=("a", "a")), "columns: expected each feature once"),
        (ColumnNames(label="a", features=("a",)), "columns: 'a' of f.parquet is the id, label or role of a row"),
    ],
)
def test_a_column_that_is_not_there_is_named(names: ColumnNames, match: str) -> None:
    with pytest.raises(ConfigError, match=match):
        schema(names, a=[1, 2], grades=[1, 2])


@pytest.mark.parametrize(
    ("columns", "match"),
    [
        ({}, r"expected either 'features', lists of numbers, or a column for each feature; got node_id \(int64\)"),
        ({"features": [[1], [2]], "b": [1, 2]}, r"expected either 'features', lists .*got b \(int64\)"),
        ({"a": [1, 2], "b": [[1], [2]]}, r"got b \(list.*drop what is no feature, or list the features with --columns"),
        ({"a": [1, 2], "b": [b"x", b"y"]}, r"got b \(binary\)"),
        ({"b": pd.to_datetime(["2024-01-01", "2024-01-02"])}, r"got b \(timestamp"),
    ],
)
def test_what_is_no_feature_is_refused(columns: dict[str, object], match: str) -> None:
    with pytest.raises(DataError, match=match):
        schema(**columns)


def test_ids_are_needed_and_columns_are_there_once() -> None:
    with pytest.raises(DataError, match=r"expected the column user of ids, got node_id \(int64\), .*with --id"):
        schema(ColumnNames(id="user"), a=[1, 2])
    twice = pa.table([[1], [2], [3]], names=["node_id", "a", "a"]).schema
    with pytest.raises(DataError, match="expected each column once, got 'a' twice"):
        schema_of(twice, ColumnNames(), PATH)

import pyarrow as pa
import pytest

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.deploy.written_columns import with_reasons, written_schema

SCHEMA = pa.schema([pa.field("id", pa.string(), nullable=False), pa.field("score", pa.int8())])


def test_kept_columns_come_first_as_they_were() -> None:
    made = written_schema(SCHEMA, ["score", "id"], {"rank": pa.int64()})
    assert made.names == ["score", "id", "rank"]
    assert made.field("id") == SCHEMA.field("id")


def test_a_name_is_given_once() -> None:
    with pytest.raises(ConfigError, match="keep: expected names other .* got 'score'; rename the column"):
        written_schema(SCHEMA, ["id", "score"], {"score": pa.float32()})


def test_rows_with_a_reason_have_gaps_in_every_column() -> None:
    made = {"score": pa.array([1.0, 2.0, 3.0]), "set": pa.array([["a"], [], ["a", "b"]])}
    found = with_reasons(made, [None, None, "unknown id"])
    assert found["score"].to_pylist() == [1.0, 2.0, None]
    assert found["set"].to_pylist() == [["a"], [], None]
    assert found["error"].to_pylist() == [None, None, "unknown id"]
    assert list(made) == ["score", "set"]


@pytest.mark.parametrize("rows", [0, 2])
def test_without_reasons_columns_stay_and_the_error_is_text(rows: int) -> None:
    column = pa.array([0.5] * rows, pa.float32())
    found = with_reasons({"score": column}, [None] * rows)
    assert found["score"] is column
    assert found["error"].type == pa.string()
    assert found["error"].null_count == rows

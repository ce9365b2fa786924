"""What a server knows of the columns of a model."""

from pathlib import Path

import pytest

from gnn2mlp.serving.columns import ServedColumn
from gnn2mlp.serving.model import ServedModel, load_model
from tests.serving import served


def test_columns_have_kinds_and_examples_of_training(model: ServedModel) -> None:
    found = {column.name: column for column in model.columns}
    assert [*found] == [*served.TABLE]
    assert found["likes"] == ServedColumn("likes", "number", 10.0)  # the median
    assert (found["kind"].kind, found["kind"].example, found["kind"].choices) == ("text", "a", ("a", "b"))
    assert found["since"].example.startswith("20")
    assert (found["place"].kind, found["place"].width) == ("vector", 2)
    assert found["tags"].kind == "list"
    assert set(found["tags"].example) <= {"x", "y", "z"}
    assert found["open"].kind == "boolean"
    assert set(found["note"].example.split()) <= {word for note in served.TABLE["note"] for word in note.split()}


def test_named_numbers_and_rows_without_names(numbers: ServedModel, tmp_path: Path) -> None:
    assert numbers.columns[0] == ServedColumn("p", "number", 0.0)
    plain = served.loaded(tmp_path / "plain", served.of_numbers(names=False))
    assert plain.columns == (ServedColumn("features", "vector", [0.0] * 4, width=4),)


@pytest.mark.parametrize(
    ("values", "example"), [([3, 4, 4], 3), ([True, True, True, False], False), ([0.5, 1.5, 1.5], 0.5)]
)
def test_categories_are_examples_of_their_own_type(tmp_path: Path, values: list[object], example: object) -> None:
    from gnn2mlp.deploy import Predictor
    from gnn2mlp.encoders import TableEncoder
    from gnn2mlp.students.mlp import MLPStudent

    columns = TableEncoder({"kind": "category"}).fit({"kind": values})
    student = MLPStudent(hidden=2)
    width = columns.num_features
    made = Predictor(student, student.build(width, 2), width, ["x", "y"], columns=columns)
    found = load_model(served.saved(tmp_path / "model", made)).columns[0].example
    assert found == example
    assert type(found) is type(example)

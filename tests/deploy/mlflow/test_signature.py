"""What a student reads, in MLflow's words."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch

from gnn2mlp.deploy import BatchScorer, Predictor
from gnn2mlp.deploy.mlflow.signature import input_example, input_schema, output_schema
from gnn2mlp.encoders.table import TableEncoder
from gnn2mlp.students.mlp import MLPStudent
from gnn2mlp.tasks.answers import LabelAnswers, ValueAnswers
from tests.deploy.scored import student_of

pytest.importorskip("mlflow.types")

MODELS = Path(__file__).parents[1] / "models"
TABLE = {
    "likes": pd.Series([1, 5, 9, 3]),
    "visits": pd.Series([1, 5, None, 3], dtype="Int64"),
    "price": [0.5, 1.5, 2.5, np.nan],
    "open": [True, False, True, True],
    "since": pd.to_datetime(["2020-01-01", "2021-05-01", "2022-03-01", "2023-01-01"]),
    "born": ["1990-01-01", "1991-02-01", "1992-01-01", "1993-01-01"],
    "kind": pd.Categorical(["shop", "bar", "shop", "bar"]),
    "tags": [["a", "b"], ["a"], ["b"], ["a"]],
    "vector": [[0.5, 1.0], [1.0, 2.0], [0.0, 0.5], [1.0, 1.0]],
}


def of_columns() -> Predictor:
    """A student of columns of every kind."""
    columns = TableEncoder().fit(pd.DataFrame(TABLE))
    torch.manual_seed(0)
    recipe = MLPStudent(hidden=4)
    module = recipe.build(columns.num_features, 2)
    return Predictor(recipe, module, columns.num_features, ["cat", "dog"], columns=columns)


def test_columns_have_the_types_of_training() -> None:
    told = {spec.name: str(spec.type) for spec in input_schema(of_columns()).inputs}
    assert told == {
        "likes": "DataType.long",
        "visits": "Any",
        "price": "DataType.double",
        "open": "DataType.boolean",
        "since": "DataType.datetime",
        "born": "DataType.string",
        "kind": "DataType.string",
        "tags": "Array(string)",
        "vector": "Array(double)",
    }


@pytest.mark.parametrize("names", [["likes", "age", "old"], None])
def test_features_are_numbers_by_name_or_one_list(names: list[str] | None) -> None:
    schema = input_schema(student_of(["a", "b"], names))
    assert schema.input_names() == (names or ["features"])
    assert {str(kind) for kind in schema.input_types()} == ({"DataType.double"} if names else {"Array(double)"})


@pytest.mark.parametrize("student", [of_columns(), student_of(["a", "b"]), student_of([1, 2], names=None)])
def test_the_example_can_be_answered(student: Predictor) -> None:
    import pyarrow as pa

    example = input_example(student)
    scorer = BatchScorer(student, probabilities=True)
    answered = scorer(pa.RecordBatch.from_pandas(example, preserve_index=False))
    assert answered.num_rows == 2
    assert output_schema(scorer, example).input_names() == answered.schema.names


def test_what_comes_out_has_types() -> None:
    def types(answers: object, **asked: object) -> list[str]:
        student = student_of(answers)  # type: ignore[arg-type]
        return [*map(str, output_schema(BatchScorer(student, **asked), input_example(student)).input_types())]  # type: ignore[arg-type]

    assert types(["a", "b"], errors="null") == ["DataType.string", "DataType.float", "DataType.string"]
    assert types([True, False])[0] == "DataType.boolean"
    assert types([1, 2])[0] == "DataType.long"
    assert types([0.5, 2])[0] == "DataType.double"
    assert types(LabelAnswers(["x", "y"])) == ["Array(string)"]
    assert types(ValueAnswers([2.0], [3.0], flat=True)) == ["DataType.float"]

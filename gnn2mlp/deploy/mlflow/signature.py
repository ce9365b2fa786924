"""What a student reads, in MLflow's words: names and types of columns, and rows as an example."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from gnn2mlp.core.parquet import pyarrow_modules
from gnn2mlp.deploy.batch_scorer import BatchScorer
from gnn2mlp.deploy.predictor import Predictor
from gnn2mlp.deploy.row_reader import FEATURES
from gnn2mlp.encoders.table import EncodedColumn

# By what a column held in training. Texts of any length, and categories, are strings.
_TYPES = {"number": "double", "boolean": "boolean", "date": "datetime", "category": "string", "text": "string"}
_EXAMPLES: Mapping[str, Any] = {
    "double": 1.0,
    "long": 1,
    "boolean": True,
    "string": "text",
    "datetime": np.datetime64("2024-01-01T00:00:00", "ns"),
}


def input_schema(predictor: Predictor) -> Any:
    """MLflow's `Schema` of the columns that a student reads, in the order of training.

    Numbers are `double`, but whole ones, if training had no gap among them, `long`; where training had gaps among whole
    numbers, either will do. Lists are arrays of strings, vectors arrays of `double`. A student whose features have no
    names reads the one column `features`, as `BatchScorer` does.

    Example:
        >>> from gnn2mlp.students.mlp import MLPStudent
        >>> student = MLPStudent(hidden=4)
        >>> input_schema(Predictor(student, student.build(2, 2), 2, ["cat", "dog"], feature_names=["likes", "age"]))
        ['likes': double (required), 'age': double (required)]
    """
    from mlflow.types import ColSpec, Schema
    from mlflow.types.schema import Array

    if predictor.columns is not None:
        read = [column for column in predictor.columns.columns if column.width]
        return Schema([_column(column) for column in read])
    if predictor.feature_names is not None:
        return Schema([ColSpec("double", name) for name in predictor.feature_names])
    return Schema([ColSpec(Array("double"), FEATURES)])


def _column(column: EncodedColumn) -> Any:
    from mlflow.types import ColSpec
    from mlflow.types.schema import AnyType, Array

    if column.kind in ("list", "vector"):  # where it is required, MLflow takes a missing list for a fault
        return ColSpec(Array(_items(column)), column.name, required=not column.gaps)
    kind = _TYPES[column.kind or "text"]
    if kind == "double" and column.dtype.lower().lstrip("u").startswith("int"):
        # With gaps pandas makes real numbers of whole ones, in batches with a gap alone.
        any_type: Any = AnyType
        return ColSpec(any_type() if column.gaps else "long", column.name)
    return ColSpec(kind, column.name)


def _items(column: EncodedColumn) -> str:
    """The type of the items of lists; of lists of Python objects it is not known, and texts stand for numbers, too."""
    if column.encoder.name == "vector" or "double" in column.dtype or "float" in column.dtype:
        return "double"
    return "long" if "int" in column.dtype else "string"


def input_example(predictor: Predictor) -> Any:
    """Two rows as a data frame that the student can read; values are made up."""
    import pandas as pd

    schema = input_schema(predictor)
    return pd.DataFrame({spec.name: [_value(spec.type, spec.name, predictor)] * 2 for spec in schema.inputs})


def _value(kind: Any, name: str, predictor: Predictor) -> Any:
    """A value of a type of MLflow's."""
    if hasattr(kind, "name"):
        told = _date_as_text(name, predictor)
        return _EXAMPLES[kind.name] if told is None else told
    if not hasattr(kind, "dtype"):
        return 1.0
    item = _EXAMPLES[kind.dtype.name]
    return [item] * (_width(name, predictor) if item == 1.0 else 1)


def _date_as_text(name: str, predictor: Predictor) -> str | None:
    """A date where a column of texts is read as dates."""
    for column in () if predictor.columns is None else predictor.columns.columns:
        if column.name == name and column.encoder.name == "date" and column.kind != "date":
            return "2024-01-01"
    return None


def _width(name: str, predictor: Predictor) -> int:
    """How many numbers a vector has."""
    if predictor.columns is None:
        return predictor.num_features
    return next(column.width for column in predictor.columns.columns if column.name == name)


def output_schema(scorer: BatchScorer, example: Any) -> Any:
    """MLflow's `Schema` of what a scorer gives for rows like those of `example`."""
    from mlflow.types import ColSpec, Schema

    arrow, _ = pyarrow_modules()
    given = scorer.output_schema(arrow.Schema.from_pandas(example, preserve_index=False))
    return Schema([ColSpec(_type_of(field.type), field.name, required=False) for field in given])


def _type_of(kind: Any) -> Any:
    """The type of MLflow's for one of Arrow's."""
    from mlflow.types.schema import Array

    arrow, _ = pyarrow_modules()
    if hasattr(kind, "value_type"):
        return Array(_type_of(kind.value_type))
    told = {arrow.bool_(): "boolean", arrow.float32(): "float", arrow.float64(): "double"}
    return told.get(kind, "long" if arrow.types.is_integer(kind) else "string")

"""The file that MLflow runs: a student behind tables of pandas."""

from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import pytest

from gnn2mlp.core.errors import DataError
from tests.deploy.scored import NAMES, numbers_of, student_of

pytest.importorskip("mlflow.pyfunc")


def test_a_directory_without_an_onnx_file_is_answered_by_torch(tmp_path: Path) -> None:
    from gnn2mlp.deploy.mlflow.served import ServedStudent

    student = student_of(["a", "b"])
    student.save(tmp_path / "model")
    model = ServedStudent()
    model.load_context(SimpleNamespace(artifacts={"model": str(tmp_path / "model")}, model_config=None))
    rows = pd.DataFrame(numbers_of(7))
    assert model.predict(None, rows)["prediction"].tolist() == student.predict(rows[NAMES]).tolist()
    assert len(model.predict(None, rows.iloc[:0])) == 0
    with pytest.raises(DataError, match="expected one kind of values in each column"):
        model.predict(None, rows.assign(age=[1, "x", *range(5)]))
    with pytest.raises(DataError, match="missing 'age'"):
        model.predict(None, rows.drop(columns="age"))

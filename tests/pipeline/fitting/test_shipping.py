from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv

from gnn2mlp.core.files import read_json
from gnn2mlp.deploy import OnnxPredictor
from gnn2mlp.deploy.directory import verify
from gnn2mlp.pipeline import FitResult


def test_the_directory_says_how_good_the_model_is(fitted: FitResult) -> None:
    assert fitted.out is not None
    config = verify(fitted.out)
    assert config["classes"] == ["blue", "green", "red"]
    metrics = read_json(fitted.out / "config.json")["metrics"]
    student = [one for one in metrics if one.get("model", "student") == "student" and one["population"] == "unseen"]
    assert student[0]["value"] == fitted.results["scores"]["student"]["unseen"]["value"]
    card = (fitted.out / "README.md").read_text()
    assert fitted.verdict.split(":")[0] in card
    for name in ("plain MLP", "linear model", "gradient boosting"):
        assert f"| unseen | {name} | accuracy |" in card
    assert {one["model"] for one in metrics} == {"teacher", "student", "mlp", "linear", "boosting"}
    assert set(config["calibrated"]["calibration error"]) == {"seen", "unseen"}
    assert "trained once more on all labelled rows" in " ".join(card.split())


def test_the_onnx_file_answers_as_the_model(fitted: FitResult, company_tables: dict[str, Any]) -> None:
    assert fitted.out is not None
    assert fitted.results["onnx"] == "model.onnx"
    nodes = pa.csv.read_csv(company_tables["nodes"])
    answers = OnnxPredictor.load(fitted.out / "model.onnx").predict(nodes)
    np.testing.assert_array_equal(answers, fitted.predictor().predict(nodes))


def test_columns_are_told_by_what_they_contribute(fitted: FitResult) -> None:
    found = fitted.results["importance"]
    assert {one["column"] for one in found} == {"text", "price", "country", "verified", "joined"}
    assert found[0]["mean"] >= found[-1]["mean"]

"""What a fit of whole graphs leaves behind."""

import json
import subprocess
import sys

import numpy as np
import pyarrow.csv as csv
import pytest

from gnn2mlp.deploy import OnnxGraphPredictor
from gnn2mlp.deploy.directory import id_columns, verify
from gnn2mlp.pipeline import GraphFitResult


def test_the_directory_says_how_good_the_model_is_and_beside_what(graph_fit: GraphFitResult) -> None:
    assert graph_fit.out is not None
    config = verify(graph_fit.out)
    told = {(row["metric"], row["model"], row["population"]) for row in config["metrics"]}
    assert {("accuracy", "student", "test"), ("accuracy", "size_only", "test")} <= told
    assert id_columns(graph_fit.out) == ["molecule"]
    card = (graph_fit.out / "README.md").read_text()
    assert graph_fit.verdict in card
    assert "trained once more on all labelled graphs" in card
    assert "fitted on 12 labelled graphs" in card
    assert "model.predict_table(nodes, graph='molecule')" in card
    assert json.loads((graph_fit.out / "scores.json").read_text())["shipped"]["refit"] is True


def test_onnx_answers_tables_as_the_model_does_calibration_included(graph_fit: GraphFitResult) -> None:
    assert graph_fit.out is not None
    nodes = csv.read_csv(graph_fit.out.parent / "tables" / "nodes.csv")
    model, onnx = graph_fit.predictor(), OnnxGraphPredictor.load(graph_fit.out)
    assert onnx.calibration == model.calibration != None  # noqa: E711
    one, other = (each.predict_table(nodes, probabilities=True, graph="molecule") for each in (model, onnx))
    assert one["prediction"] == other["prediction"]
    assert set(one["prediction"].to_pylist()) <= {"no", "yes"}
    assert np.allclose(one["probability_yes"].to_numpy(), other["probability_yes"].to_numpy(), atol=1e-5)


def test_a_new_process_loads_it_without_the_training_side(graph_fit: GraphFitResult) -> None:
    program = f"""
import sys
from gnn2mlp.deploy import GraphPredictor
model = GraphPredictor.load({str(graph_fit.out)!r})
table = {{"molecule": ["a", "a", "b"], "element": ["C", "new", "N"], "mass": [150.0, 151.0, 160.0]}}
table["degree"] = [1, 2, 0]
print(model.predict_table(table, graph="molecule").num_rows)
print([name for name in ("torch_geometric", "ogb", "gnn2mlp.data", "gnn2mlp.teachers") if name in sys.modules])
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["2", "[]"]


def test_numbers_are_read_in_the_units_of_the_table(graph_fit: GraphFitResult) -> None:
    """Masses are about 150: a student that read them unscaled would be sure of one class."""
    assert graph_fit.out is not None
    scored = graph_fit.results["beside"]["student"]["test"]
    nodes = csv.read_csv(graph_fit.out.parent / "tables" / "nodes.csv")
    found = graph_fit.predictor().predict_table(nodes, graph="molecule")
    truth = csv.read_csv(graph_fit.out.parent / "tables" / "graphs.csv")["toxic"].to_pylist()
    right = np.mean([one == other for one, other in zip(found["prediction"].to_pylist(), truth, strict=True)])
    assert right == pytest.approx(scored["accuracy"], abs=0.25)
    assert right > 0.7

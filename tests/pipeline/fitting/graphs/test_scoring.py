"""Intervals, trust and the verdict of a fit of whole graphs."""

from pathlib import Path

import pytest

from gnn2mlp.evaluate import intervals
from gnn2mlp.pipeline import GraphFitConfig, GraphFitResult, fit
from gnn2mlp.pipeline.fitting.graphs.scoring import MODELS
from gnn2mlp.report.graph_fit_grids import tasks_grid
from tests.fitted_graphs import graph_fit_settings, graph_tables


def test_every_model_has_an_interval_on_the_same_test_graphs(graph_fit: GraphFitResult) -> None:
    results = graph_fit.results
    tested = results["data"]["split"]["test"]
    assert tuple(results["scores"]) == MODELS
    for model, by in results["scores"].items():
        one = by["test"]
        assert one["low"] <= one["value"] <= one["high"]
        assert one["nodes"] == tested
        assert one["value"] == pytest.approx(results["beside"][model]["test"]["accuracy"])
    apart = results["differences"]["mlp"]["test"]["value"]
    scores = results["scores"]
    assert apart == pytest.approx(scores["student"]["test"]["value"] - scores["mlp"]["test"]["value"])


def test_the_verdict_names_what_needs_no_teacher(graph_fit: GraphFitResult) -> None:
    verdict = graph_fit.results["verdict"]
    assert verdict["population"] == "test"
    assert verdict["rival"] in ("mlp", "bag_of_labels", "size_only")
    assert "graphs that trained nothing" in verdict["sentence"]


def test_validation_graphs_calibrate_and_test_graphs_tell_whether_it_holds(graph_fit: GraphFitResult) -> None:
    trust = graph_fit.results["trust"]
    assert trust["calibration"]["rows"] == graph_fit.results["data"]["split"]["valid"]
    assert trust["calibration"]["by"]["test"]["nodes"] == graph_fit.results["data"]["split"]["test"]
    assert set(trust["coverage"]) == {"0.9", "0.95"}


def test_several_tasks_have_a_temperature_each(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intervals, "LEAST_DRAWS", 5)
    monkeypatch.setattr(intervals, "MOST_DRAWS", 5)
    tables = graph_tables()
    toxic = (tables["graphs"]["toxic"] == "yes").astype(int)
    tables["graphs"] = {"molecule": tables["graphs"]["molecule"], "toxic": toxic, "heavy": toxic[::-1]}
    settings = graph_fit_settings(tmp_path, tables, label=["toxic", "heavy"], refit=False)
    found = fit(GraphFitConfig(**settings, out=tmp_path / "model"))
    assert len(found.results["trust"]["calibration"]["temperature"]) == 2
    assert found.results["metric"]["name"] == "roc_auc"
    assert list(found.predictor().classes_) == ["toxic", "heavy"]
    assert [row[0] for row in tasks_grid(found.results).rows] == ["toxic", "heavy"]

"""Intervals and the verdict of a fit of links."""

from typing import Any

import pytest
import torch
from sklearn.metrics import roc_auc_score

from gnn2mlp.core.identity import Execution
from gnn2mlp.deploy import LinkPredictor
from gnn2mlp.pipeline.fitting.links.fit import LinkFitResult
from gnn2mlp.pipeline.fitting.links.scoring import judge_links, link_verdict
from gnn2mlp.students import LinkStudent
from gnn2mlp.teachers import Heuristic, NeighbourScores
from tests.links import tiny_link_views


def _one(value: float, low: float, high: float) -> dict[str, float]:
    return {"value": value, "low": low, "high": high, "nodes": 500}


def _verdict(low: float, high: float, hits: bool = True) -> dict[str, Any]:
    auc = {"student": _one(0.95, 0.94, 0.96), "mlp": _one(0.93, 0.92, 0.94)}
    intervals: dict[str, Any] = {"overall": {"auc": auc}}
    differences: dict[str, Any] = {"overall": {"auc": {"mlp": _one((low + high) / 2, low, high)}}}
    if hits:
        intervals["overall"]["hits@20"] = {"student": _one(0.7, 0.6, 0.8), "mlp": _one(0.6, 0.5, 0.7)}
        differences["overall"]["hits@20"] = {"mlp": _one(0.1, -0.02, 0.2)}
    return link_verdict(intervals, differences)


@pytest.mark.parametrize(
    ("low", "high", "pays", "told"),
    [
        (0.01, 0.03, True, "Distilling pays here: on 500 test links the student's ROC-AUC is 2.0 points better"),
        (-0.03, -0.01, False, "Distilling does not pay here"),
        (-0.01, 0.03, None, "It is not shown that distilling pays here"),
    ],
)
def test_the_verdict_says_no_more_than_the_interval_and_tells_both_metrics(
    low: float, high: float, pays: bool | None, told: str
) -> None:
    found = _verdict(low, high)
    assert found["pays"] is pays
    assert found["sentence"].startswith(told)
    assert "95.0 % against 93.0 %" in found["sentence"]
    assert "Hits@20 is 70.0 % against 60.0 % (95 % interval" in found["sentence"]
    assert found["sentence"].count(".  ") == 0


def test_without_enough_negatives_one_metric_is_told() -> None:
    assert "Hits@20" not in _verdict(0.01, 0.03, hits=False)["sentence"]


def test_scores_are_those_of_the_record(linked: LinkFitResult) -> None:
    results = linked.results
    for model in ("teacher", "mlp", "student"):
        one = results["intervals"]["overall"]["auc"][model]
        assert one["value"] == pytest.approx(results["scores"][model]["overall"]["auc"])
        assert one["low"] <= one["value"] <= one["high"]
        assert one["nodes"] == results["data"]["split"]["test"]
    assert set(results["differences"]["overall"]["auc"]) == {"teacher", "heuristic", "mlp"}


def test_a_handful_of_links_allows_no_verdict() -> None:
    """Though the interval excludes 0, as it may where all of them happen to stand higher."""
    auc = {model: {**_one(value, 0.5, 1.0), "nodes": 19} for model, value in (("student", 0.9), ("mlp", 0.7))}
    found = link_verdict({"overall": {"auc": auc}}, {"overall": {"auc": {"mlp": _one(0.2, 0.05, 0.4)}}})
    assert found["pays"] is None
    assert found["sentence"].startswith("Whether distilling pays here is not known from 19 test links, 20 or more")
    assert "90.0 % against 70.0 %" in found["sentence"]


def test_intervals_are_around_the_scores_of_each_model_and_population(linked: LinkFitResult) -> None:
    results = linked.results
    assert set(results["intervals"]) == set(results["scores"]["student"]) > {"overall", "old-new"}
    for population, by in results["intervals"].items():
        for metric, models in by.items():
            assert set(models) == {"teacher", "heuristic", "mlp", "student"}
            for model, one in models.items():
                assert one["value"] == pytest.approx(results["scores"][model][population][metric])
                assert one["low"] <= one["value"] <= one["high"]
            for rival, apart in results["differences"][population][metric].items():
                assert apart["value"] == pytest.approx(models["student"]["value"] - models[rival]["value"])


def test_the_heuristic_of_the_intervals_is_the_chosen_one() -> None:
    observed, full = tiny_link_views()
    teacher = Heuristic(("cn",))
    teacher.fit(observed)
    recipe, width = LinkStudent({"name": "mlp", "hidden": 8}, "dot"), full.graph.num_features
    student = LinkPredictor(recipe, recipe.network(width, 1), width)
    how, cpu = Execution.on("cpu"), torch.device("cpu")
    found = [
        judge_links({"heuristic_name": name}, teacher, student, student, full, how, device=cpu) for name in ("cn", "ra")
    ]
    pairs = torch.cat([full.split.test, full.split.test_negatives])
    labels = torch.arange(len(pairs)) < len(full.split.test)
    said = NeighbourScores(full.graph.adjacency, ["cn", "ra"])(pairs)
    for one, column in zip(found, said.T, strict=True):
        value = one["intervals"]["overall"]["auc"]["heuristic"]["value"]
        assert value == pytest.approx(roc_auc_score(labels, column))
    assert found[0]["intervals"] != found[1]["intervals"]

import json
from typing import Any

import pytest

from gnn2mlp.core.progress import Progress, silent
from gnn2mlp.pipeline import RunConfig, latency, run


def test_models_of_the_run_are_timed_and_written(settings: dict[str, Any]) -> None:
    config = RunConfig(**settings)
    scores = run(config).summary
    stages = set()

    def listen(seed: int, stage: str) -> Progress:
        stages.add(stage)
        return silent

    result = latency(config, listen, repeats=10, budget=0.2)
    assert not stages & {"teacher", "knowledge", "mlp", "student"}
    assert result.out == settings["out"]
    assert json.loads((result.out / "latency.json").read_text()) == json.loads(json.dumps(result.results))
    assert (result.out / "latency.html").read_text().startswith("<!doctype html>")
    assert result.results["summary"]["student"] == scores["student"]
    found = result.results["latency"]
    assert {row["nodes"] for row in found["rows"]} == {1, 10}
    assert {row["repeats"] for row in found["rows"]} == {10}
    assert found["accuracy"]["student"] == pytest.approx(scores["student"]["test"])


def test_a_hypergraph_is_timed_as_well(hypergraph_settings: dict[str, Any]) -> None:
    found = latency(RunConfig(**{**hypergraph_settings, "seeds": 1}), repeats=10, budget=0.2).results["latency"]
    assert {"teacher", "mlp", "student", "student_eager"} <= {row["model"] for row in found["rows"]}
    assert found["sizes"]["hyperedges"] == 40


def test_latency_says_by_which_metric_its_scores_are(settings: dict[str, Any]) -> None:
    config = RunConfig(**{**settings, "seeds": 1, "task": {"metric": "macro_f1"}})
    result = latency(config, repeats=10, budget=0.2)
    assert result.results["seeds"][0]["metric"]["title"] == "macro F1"
    assert "Macro F1 against time" in (result.out / "latency.html").read_text()

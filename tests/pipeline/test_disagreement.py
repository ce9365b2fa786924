import importlib
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gnn2mlp import RunConfig, run
from gnn2mlp.explore import disagreement
from gnn2mlp.pipeline import disagree
from tests.helpers import tiny_arrays


def test_a_run_leaves_page_and_file_and_its_results_tell_of_them(settings: dict[str, Any]) -> None:
    result = run(RunConfig(**settings, setting="inductive"))
    assert (result.out / "disagreement.html").read_text().startswith("<!doctype html>")
    told = json.loads((result.out / "results.json").read_text())["disagreement"]
    assert told["page"] == "disagreement.html"
    found = disagreement(result.out)
    assert found.answered.seeds == [0, 1]
    assert found.answered.tested == ("unseen", "seen")
    for population in found.answered.tested:
        rows = found.answered.rows_of(population)
        right = 1 - found.answered.errors["student"][rows].mean()
        assert right == pytest.approx(result.summary["student"][population]["mean"])


def test_the_page_is_made_for_a_folder_without_one_and_nothing_is_trained(settings: dict[str, Any]) -> None:
    run(RunConfig(**settings), pages=False)
    assert not (settings["out"] / "disagreement.html").exists()
    students = {path: path.stat().st_mtime_ns for path in (settings["out"] / "students").rglob("*.safetensors")}
    result = disagree(RunConfig(**settings))
    assert (result.out / "disagreement.html").exists()
    assert {path: path.stat().st_mtime_ns for path in (settings["out"] / "students").rglob("*.safetensors")} == students
    before = (result.out / "disagreement.safetensors").read_bytes()
    kept = result.out / "seeds" / "seed-001.answers.safetensors"
    when = kept.stat().st_mtime_ns
    assert disagree(RunConfig(**settings)).found.answered.tested == ("test",)
    assert (result.out / "disagreement.safetensors").read_bytes() == before
    assert kept.stat().st_mtime_ns == when
    assert 'href="disagreement.html"' in (result.out / "report.html").read_text()


def test_a_large_graph_leaves_it_to_whoever_asks(settings: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.import_module("gnn2mlp.pipeline.run"), "AFFORDABLE", 50)
    result = run(RunConfig(**settings))
    assert "disagreement" not in result.results
    assert not (result.out / "disagreement.html").exists()


def test_hypergraphs_are_compared_as_well(hypergraph_settings: dict[str, Any]) -> None:
    result = disagree(RunConfig(**{**hypergraph_settings, "seeds": 1}, setting="inductive"))
    assert {"degree", "homophily", "distance"} <= set(result.found.answered.groups)
    assert "hypergraph" in result.found.answered.subject


@pytest.mark.parametrize(("target", "measure"), [("labels", "wrong labels"), ("numbers", "absolute error")])
def test_other_tasks_are_compared_by_their_errors(
    settings: dict[str, Any], tmp_path: Path, target: str, measure: str
) -> None:
    x, y, edges = tiny_arrays(nodes=90)
    labels = np.stack([y == 0, y == 1], axis=1).astype(np.float32) if target == "labels" else 1000.0 * y
    np.savez(tmp_path / "other.npz", x=x, y=labels, edge_index=edges)
    dataset = {"name": "npz", "path": str(tmp_path / "other.npz"), "target": target}
    split = {"name": "fraction", "train": 0.4, "valid": 0.2}
    found = disagree(RunConfig(**settings | {"dataset": dataset, "split": split, "seeds": 1})).found
    assert found.answered.measure == measure
    assert found.answered.classes == ()
    assert found.scores_by("degree")

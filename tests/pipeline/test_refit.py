from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch

from gnn2mlp import Predictor, RunConfig, run
from gnn2mlp.core.progress import silent
from gnn2mlp.pipeline.job import Job
from gnn2mlp.pipeline.refit import Refit, everything, refit_plan, refit_stage
from tests.helpers import tiny_arrays, tiny_graph


def scored(seed: int, teacher: int, student: int) -> Any:
    history = {"teacher": {"best_epoch": teacher}, "student": {"best_epoch": student}}
    return SimpleNamespace(seed=seed, record={"history": history})


def test_epochs_are_the_median_of_those_that_validation_chose(make_job: Callable[..., Job]) -> None:
    found = refit_plan(make_job(), [scored(0, 10, 7), scored(3, 30, 9), scored(4, 12, 2)], seed=3)
    assert found == Refit(labels=80, epochs={"teacher": 12, "student": 7}, seeds=[0, 3, 4], seed=3)


def test_every_label_trains_and_no_node_validates() -> None:
    graph = tiny_graph()
    view = everything(graph)
    assert torch.equal(view.train, (graph.labels >= 0).nonzero()[:, 0])
    assert view.valid.numel() == 0
    assert torch.equal(view.graph.labels, graph.labels)


@pytest.mark.parametrize(
    ("method", "teacher"),
    [
        ("glnn", {"name": "gcn", "hidden": 8}),
        ("krd", {"name": "sage", "hidden": 8}),
        ("vqgraph", {"name": "vq", "encoder": {"name": "gcn", "hidden": 8}, "codes": 6}),
        ("mlp", {"name": "gcn", "hidden": 8}),
    ],
)
def test_models_are_trained_for_exactly_so_many_epochs(
    make_job: Callable[..., Job], method: str, teacher: dict[str, Any]
) -> None:
    job, trained = make_job(method={"name": method}, teacher=teacher), []
    object.__setattr__(job, "listen", lambda seed, stage: lambda done, total, note="": trained.append((stage, total)))
    student = refit_stage(job, Refit(80, {"teacher": 3, "student": 5}, [0], 0)).value
    taught = [] if method == "mlp" else [("refit teacher", 3)] * 3
    assert [one for one in trained if one[0] != "knowledge"] == [*taught, *[("refit", 5)] * 5]
    assert student.card["history"]["best_epoch"] == 5
    assert student.card["history"]["valid"] == []


def test_ones_own_data_ship_a_student_of_all_labels(settings: dict[str, Any], npz: Path) -> None:
    del settings["refit"]
    plain = run(RunConfig(**{**settings, "refit": False}))
    shipped = run(RunConfig(**settings))
    kept = plain.results["student"]
    assert (kept["path"], kept["labels"], kept["known"]) == ("student", 15, 80)
    assert "refit" not in kept
    about = shipped.results["student"]
    assert (about["labels"], about["known"], about["refit"]["seeds"]) == (80, 80, [0, 1])
    assert [r["student"] for r in shipped.results["seeds"]] == [r["student"] for r in plain.results["seeds"]]
    loaded = Predictor.load(settings["out"] / "student")
    assert loaded.card["refit"]["labels"] == 80
    assert "estimate" in loaded.card["refit"]["score"]
    x, y, _ = tiny_arrays(nodes=90)
    right = np.mean(loaded.predict(x[:80]).astype(int) == y[:80])
    assert right > np.mean([record["student"]["test"] for record in shipped.results["seeds"]]) - 0.05
    stages: list[str] = []
    run(RunConfig(**settings), lambda seed, stage: stages.append(stage) or silent)  # type: ignore[func-returns-value]
    assert stages == ["data", "report"], "a refit is found again"


def test_benchmark_data_are_for_scores_unless_asked() -> None:
    assert RunConfig(dataset="digits").resolve().refit is False
    assert RunConfig(dataset="digits", refit=True).resolve().refit is True
    assert RunConfig(dataset="mine.npz").resolve().refit is True


ENSEMBLE = {"name": "ensemble", "members": [{"name": "gcn", "hidden": 8}, {"name": "sage", "hidden": 8}]}


def test_members_of_a_teacher_are_each_trained_for_as_long_as_proved_good(make_job: Callable[..., Job]) -> None:
    job, trained = make_job(method={"name": "glnn"}, teacher=ENSEMBLE), []
    told = {0: [3, 9], 1: [5, 8], 2: [4, 1]}
    seeds = [scored(seed, 2, 7) for seed in told]
    for one in seeds:
        one.record["history"]["teacher"]["logged"] = {"member_epochs": told[one.seed]}
    plan = refit_plan(job, seeds, seed=0)
    assert plan.members == [4, 8]
    object.__setattr__(job, "listen", lambda seed, stage: lambda done, total, note="": trained.append((stage, total)))
    assert refit_stage(job, plan).value.card["history"]["best_epoch"] == 7
    trained = [one for one in trained if one[0] != "knowledge"]
    assert trained == [("refit teacher", 4)] * 4 + [("refit teacher", 8)] * 8 + [("refit", 7)] * 7

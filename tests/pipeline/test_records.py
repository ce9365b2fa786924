from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from gnn2mlp.knowledge import TeacherKnowledge
from gnn2mlp.pipeline.job import Job
from gnn2mlp.pipeline.records import best_of, measured, place_knowledge, score_all
from gnn2mlp.pipeline.seed import plan
from gnn2mlp.pipeline.stage import Kept, Origin


def scored(seed: int, valid: float, environment: str = "here", **given: str) -> Any:
    places = {name: {"at": given.get(name, environment)} for name in ("teacher", "knowledge", "mlp", "student")}
    record = {"seed": seed, "history": {"student": {"valid_best": valid}}}
    return SimpleNamespace(seed=seed, record=record, origin=Origin({"code": "c"}, {"at": environment}, places))


def test_the_best_seed_is_the_best_on_validation_nodes() -> None:
    assert best_of([scored(4, 0.5), scored(7, 0.9), scored(9, 0.8)]).seed == 7


def test_one_environment_is_that_of_the_results() -> None:
    found = measured([scored(0, 0.5), scored(1, 0.5)], None, {"at": "elsewhere, later"})
    assert found["environment"] == {"at": "here"}
    assert found["environments"] == [{"at": "here"}]
    assert [set(record["measured"].values()) for record in found["seeds"]] == [{0}, {0}]
    assert "latency_environment" not in found


def test_several_environments_are_told_apart() -> None:
    timed = Kept({}, Origin({}, {"at": "there"}, {}))
    found = measured([scored(0, 0.5), scored(1, 0.5, "there", teacher="far")], timed, {"at": "there"})
    assert found["environments"] == [{"at": "here"}, {"at": "there"}, {"at": "far"}]
    assert found["seeds"][1]["measured"] == {"scores": 1, "teacher": 2, "knowledge": 1, "mlp": 1, "student": 1}
    assert found["latency_environment"] == 1
    assert found["environment"]["at"] == "there"
    assert "3 environments" in found["environment"]["note"]


def test_a_folder_taken_to_another_machine_says_where_its_figures_are_from(
    make_job: Callable[..., Job], monkeypatch: pytest.MonkeyPatch
) -> None:
    score_all(make_job(), [0])
    monkeypatch.setattr("gnn2mlp.core.environment._processor", lambda: "another processor")
    job = make_job()
    found = measured(score_all(job, [0, 1]), None, job.environment)
    first, second = found["environments"]
    assert (first["processor"] != "another processor", second["processor"]) == (True, "another processor")
    assert [record["measured"]["scores"] for record in found["seeds"]] == [0, 1]
    assert found["environment"]["note"].startswith("figures were measured in 2 environments")


def test_knowledge_is_placed_once_and_anew_where_it_changed(make_job: Callable[..., Job]) -> None:
    job = make_job()
    path = job.folder / "knowledge" / "seed-000.safetensors"
    place_knowledge(job, 0, plan(job, 0).knowledge)
    before = path.stat()
    place_knowledge(job, 0, plan(job, 0).knowledge)
    assert path.stat().st_ino == before.st_ino
    assert [p.name for p in path.parent.iterdir()] == [path.name], "nothing is left beside it"
    other = make_job(export={"top": 3}, teacher={"name": "gcn", "hidden": 6, "epochs": 3})
    place_knowledge(other, 0, plan(other, 0).knowledge)
    assert TeacherKnowledge.load(path)["hidden"].size(1) == 6
    path.unlink()
    place_knowledge(other, 0, plan(other, 0).knowledge)
    assert [p.name for p in path.parent.iterdir()] == [path.name]

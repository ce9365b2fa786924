from collections.abc import Callable

import pytest
import torch

from gnn2mlp.pipeline.job import Job
from gnn2mlp.pipeline.links.measuring import _of_student, _of_teacher, latency_stage
from gnn2mlp.pipeline.links.scoring import embedder_rows
from gnn2mlp.pipeline.links.seed import plan
from gnn2mlp.teachers import LinkTeacher


def test_teacher_and_student_answer_the_same_requests(link_job: Job) -> None:
    timed = latency_stage(link_job, 0, repeats=10, budget=0.05).value
    rows = {row["model"]: row for row in timed["rows"]}
    assert set(rows) == {"teacher", "teacher_kept", "student", "student_kept"}
    assert {row["candidates"] for row in rows.values()} == {89}
    assert all(row["median_ms"] > 0 and row["repeats"] >= 10 for row in rows.values())
    assert {row["model"] for row in timed["throughput"]} == {"teacher", "student"}
    assert timed["sizes"]["nodes reached"] <= 90
    assert timed["notes"] == []


def test_who_keeps_embeddings_reads_the_asked_node_alone(link_job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    models = plan(link_job, 0)
    teacher, graph = models.teacher.value, models.full.graph
    assert isinstance(teacher, LinkTeacher)
    predictor = teacher.pair_predictor(graph)
    assert predictor is not None
    features, network = embedder_rows(models.student.value, graph), models.student.value.module.eval()
    with torch.inference_mode():
        asked = {**_of_teacher(predictor, graph), **_of_student(network, features, torch.device("cpu"))}
    read: list[int] = []
    embed, own = type(predictor)._embed, network.forward
    monkeypatch.setattr(type(predictor), "_embed", lambda self, ids: (read.append(len(ids)), embed(self, ids))[1])
    monkeypatch.setattr(network, "forward", lambda rows: (read.append(rows.shape[0]), own(rows))[1])
    request = torch.tensor([3, 5, 8, 1])
    with torch.inference_mode():
        said = {name: ask(request) for name, ask in asked.items()}
    assert read == [4, 1, 4, 1]
    for one, other in (("teacher", "teacher_kept"), ("student", "student_kept")):
        torch.testing.assert_close(said[one], said[other])


def test_a_teacher_that_embeds_nothing_is_not_timed_and_that_is_said(make_link_job: Callable[..., Job]) -> None:
    timed = latency_stage(make_link_job(teacher="heuristic"), 0, repeats=10, budget=0.05).value
    assert {row["model"] for row in timed["rows"]} == {"student", "student_kept"}
    assert timed["notes"] == ["The teacher was not timed: heuristic embeds no nodes."]

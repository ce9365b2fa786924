from collections.abc import Callable

from gnn2mlp.pipeline.job import Job
from gnn2mlp.pipeline.links.measuring import latency_stage


def test_teacher_and_student_answer_the_same_requests(link_job: Job) -> None:
    timed = latency_stage(link_job, 0, repeats=10, budget=0.05).value
    rows = {row["model"]: row for row in timed["rows"]}
    assert set(rows) == {"teacher", "teacher_kept", "student", "student_kept"}
    assert {row["candidates"] for row in rows.values()} == {89}
    assert all(row["median_ms"] > 0 and row["repeats"] >= 10 for row in rows.values())
    assert {row["model"] for row in timed["throughput"]} == {"teacher", "student"}
    assert timed["sizes"]["nodes reached"] <= 90
    assert timed["notes"] == []


def test_a_teacher_that_embeds_nothing_is_not_timed_and_that_is_said(make_link_job: Callable[..., Job]) -> None:
    timed = latency_stage(make_link_job(teacher="heuristic"), 0, repeats=10, budget=0.05).value
    assert {row["model"] for row in timed["rows"]} == {"student", "student_kept"}
    assert timed["notes"] == ["The teacher was not timed: heuristic embeds no nodes."]

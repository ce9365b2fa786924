"""Inner splits: which they are, that nothing is trained twice, and that no test label matters."""

from dataclasses import replace
from typing import Any

import pytest
import torch

from gnn2mlp import RunConfig
from gnn2mlp.data import Observed
from gnn2mlp.pipeline.job import Job
from gnn2mlp.pipeline.searching import judging
from gnn2mlp.pipeline.searching import rehearsals as module
from gnn2mlp.pipeline.searching.clock import Clock, OutOfTimeError
from gnn2mlp.pipeline.searching.rehearsals import Rehearsals, nodes_of
from gnn2mlp.pipeline.views import training_view


def test_views_take_turns_and_draws_are_new(job: Job, outer: list[tuple[int, Observed]]):
    second = (1, training_view(job.graph, job.split(1)))
    rehearsals = Rehearsals(job, [*outer, second], "inductive", Clock())
    splits = [rehearsals.split(number) for number in range(6)]
    assert [split.view for split in splits] == [0, 1, 0, 1, 0, 1]
    assert [split.seed for split in splits[:4]] == [0, 1, 0, 1]
    assert splits[4].seed not in (0, 1)
    # The folds of a draw share no judge, and the next draw is another.
    assert not set(splits[0].judges.tolist()) & set(splits[2].judges.tolist())
    assert set(splits[0].judges.tolist()) != set(splits[4].judges.tolist())
    assert nodes_of(rehearsals, range(4)) == sum(view.valid.numel() for _, view in rehearsals.outer)
    assert nodes_of(rehearsals, range(6)) == nodes_of(rehearsals, range(4))


def test_nothing_is_trained_twice(rehearsals: Rehearsals, monkeypatch: pytest.MonkeyPatch):
    config = rehearsals.job.config
    first = rehearsals.judged(config, 0)
    again = Rehearsals(rehearsals.job, rehearsals.outer, "inductive", Clock(1e6))

    def fail(*arguments: Any, **options: Any) -> None:
        raise AssertionError("trained again")

    monkeypatch.setattr(judging, "distil_student", fail)
    read = again.judged(config, 0)
    assert torch.equal(read.outputs, first.outputs)
    assert again.clock.spent >= first.about["all_seconds"]
    assert again.judged(config, 0) is read


def test_of_large_data_one_graph_is_held(rehearsals: Rehearsals, monkeypatch: pytest.MonkeyPatch):
    judges = [rehearsals.split(number).judges for number in range(2)]
    assert len(rehearsals._views) == 2
    monkeypatch.setattr(module, "SMALL", 1)
    large = Rehearsals(rehearsals.job, rehearsals.outer, "inductive", Clock())
    assert [large.split(number).judges.tolist() for number in range(2)] == [ids.tolist() for ids in judges]
    assert len(large._views) == 1
    assert large.views(0).observed.digest == rehearsals.views(0).observed.digest


def test_a_teacher_serves_several_students(rehearsals: Rehearsals, monkeypatch: pytest.MonkeyPatch):
    config = rehearsals.job.config
    rehearsals.judged(config, 0)
    teachers = {*(rehearsals.job.folder / "teachers").iterdir()}
    other = config.model_copy(update={"student": config.student.override(hidden=5)})
    rehearsals.judged(other, 0)
    assert {*(rehearsals.job.folder / "teachers").iterdir()} == teachers
    assert len([*(rehearsals.job.folder / "judged").iterdir()]) == 2


def test_a_method_without_a_teacher_trains_none(rehearsals: Rehearsals, settings: dict[str, Any]):
    config = RunConfig(**{**settings, "method": "mlp"}).resolve()
    rehearsals.judged(config, 0)
    assert not (rehearsals.job.folder / "teachers").exists()
    assert rehearsals.cost(config, 0) == rehearsals.judged(config, 0).about["seconds"]


def test_training_ends_when_time_is_over(rehearsals: Rehearsals):
    rehearsals.clock.limit = 0.0
    with pytest.raises(OutOfTimeError):
        rehearsals.judged(rehearsals.job.config, 0)


@pytest.mark.parametrize("setting", ["inductive", "transductive"])
def test_no_test_label_matters(job: Job, setting: Any):
    split = job.split(0)
    labels = job.graph.labels.clone()
    labels[split.test] = (labels[split.test] + 1) % 3
    answers = []
    for graph, name in ((job.graph, "right"), (replace(job.graph, labels=labels), "wrong")):
        own = replace(job, graph=graph, store=type(job.store)(job.folder / name))
        judges = Rehearsals(own, [(0, training_view(graph, split))], setting, Clock())
        answers.append((judges.judged(job.config, 0).outputs, judges.score(job.config, 0)))
    assert torch.equal(answers[0][0], answers[1][0])
    assert answers[0][1] == answers[1][1]

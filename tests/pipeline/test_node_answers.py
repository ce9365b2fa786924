from types import SimpleNamespace

import pytest
import torch

from gnn2mlp.data import Full
from gnn2mlp.pipeline.node_answers import NodeAnswers, metric_of
from gnn2mlp.tasks import NodeClassification
from tests.tiny import tiny_views

VIEWS = tiny_views("inductive")
LABELS, SPLIT = VIEWS.full.labels, VIEWS.full.split
RIGHT = torch.nn.functional.one_hot(LABELS, 3).float() * 9
WRONG = RIGHT.roll(1, dims=1)


def answers(full: Full = VIEWS.full) -> NodeAnswers:
    """A teacher that is right of what it saw and wrong of the rest, and a student that is right but for cold nodes."""
    logits = {
        "teacher": {"observed": RIGHT, "full": WRONG, "cold": WRONG},
        "student": {"observed": RIGHT, "full": RIGHT, "cold": WRONG},
    }
    return NodeAnswers(logits, full.graph.task, full, unseen_share=0.25)


def test_each_population_is_judged_by_what_was_read_for_it() -> None:
    scores = answers().scores()
    assert {name: scores["teacher"][name] for name in ("seen", "unseen", "test", "cold")} == {
        "seen": 1.0,
        "unseen": 0.0,
        "test": 0.0,
        "cold": 0.0,
    }
    assert scores["student"] == {"seen": 1.0, "unseen": 1.0, "test": 1.0, "cold": 0.0, "production": 1.0}
    assert scores["teacher"]["production"] == pytest.approx(0.75)
    ids = SPLIT.unseen
    assert metric_of(VIEWS.full.graph.task, RIGHT[ids], LABELS[ids]) == 1.0


def test_the_student_is_compared_with_its_teacher_and_with_what_was_deployed() -> None:
    found = answers()
    assert found.fidelity()["seen"] == 1.0
    assert found.fidelity()["unseen"] == 0.0
    assert found.churn(RIGHT)["student"] == {"seen": 0.0, "unseen": 0.0, "test": 0.0, "cold": 1.0, "production": 0.0}
    assert found.churn(RIGHT)["teacher"]["unseen"] == 1.0


def test_tables_and_diagrams_count_each_node_once() -> None:
    found = answers()
    counts = found.by_class()
    assert set(counts) == {"seen", "unseen", "test"}
    assert sum(counts["unseen"]["student"]["right"]) == SPLIT.unseen.numel()
    assert sum(counts["unseen"]["teacher"]["right"]) == 0
    for diagram in found.diagrams().values():
        assert sum(diagram["student"]["count"]) == SPLIT.test.numel()
    assert found.calibration_errors()["student"]["test"] == pytest.approx(0, abs=1e-3)


def test_each_model_has_the_threshold_that_suits_it() -> None:
    task = NodeClassification(["a", "b"], metric="macro_f1", threshold="f1")
    two = LABELS.clamp(max=1)
    full = SimpleNamespace(labels=two, split=SPLIT)
    sure = torch.stack([torch.zeros(len(two)), two * 4.0 - 2], dim=1)
    shifted = sure - torch.tensor([0.0, 4.0])  # right as well, with a lower threshold
    logits = {"teacher": {"observed": sure, "full": sure}, "student": {"observed": shifted, "full": shifted}}
    found = NodeAnswers(logits, task, full, unseen_share=0.25)  # type: ignore[arg-type]
    assert found.tasks["student"].threshold < found.tasks["teacher"].threshold  # type: ignore[attr-defined]
    valid = SPLIT.valid
    for model in logits:
        assert metric_of(found.tasks[model], found.of(model, "seen", valid), two[valid]) == 1.0

"""The figures of a run: what they hold, on which nodes, and that they can be written down."""

import json
from typing import Any

import pytest
import torch

from gnn2mlp.core.errors import DataError
from gnn2mlp.data import graph_from_arrays
from gnn2mlp.data.view import Full
from gnn2mlp.deploy import Calibration
from gnn2mlp.evaluate import expected_calibration_error
from gnn2mlp.pipeline.scoring import student_logits, teacher_logits
from gnn2mlp.pipeline.trust_figures import calibration_sentence, headline_population, trust_figures
from gnn2mlp.report.trust_plots import trust_plots
from gnn2mlp.tasks import Regression


def test_everything_is_measured_and_plain(make_seed: Any) -> None:
    seed = make_seed(setting="inductive")
    student, knowledge = seed.student.value, seed.knowledge.value
    taught = teacher_logits(seed.teacher.value, knowledge, seed.full, torch.device("cpu"))
    found = trust_figures(student, seed.full, knowledge, taught, {"student": 0.1, "teacher": 2.0})
    assert json.loads(json.dumps(found, allow_nan=False)) == found
    assert set(found["calibration"]["by"]) == set(found["advice"]) == set(found["cascade"]["by"]) == {"seen", "unseen"}
    assert set(found["coverage"]) == {"0.9", "0.95"}
    assert headline_population(found) == "unseen"
    assert calibration_sentence(found).startswith("Calibration error on unseen test nodes: ")
    curve = found["cascade"]["by"]["unseen"]["curve"]
    assert curve["latency_ms"][0] == pytest.approx(0.1)
    assert curve["latency_ms"][-1] == pytest.approx(2.1)
    titles = [plot.title for plot in trust_plots(found)]
    assert titles[0] == "Accuracy by confidence"
    assert len(titles) == 4


def test_the_students_own_calibration_is_judged(make_seed: Any) -> None:
    seed = make_seed()
    student = seed.student.value
    found = trust_figures(student.calibrated(Calibration(temperature=2.0)), seed.full)["calibration"]
    assert (found["temperature"], found["rows"]) == (2.0, 0)
    logits, labels = student_logits(student, seed.full).double(), seed.full.labels
    name, one = next(iter(found["by"].items()))
    ids = {"seen": seed.split.seen, "unseen": seed.split.unseen, "test": seed.split.test}[name]
    ids = ids[labels[ids] >= 0]
    assert one["before"] == pytest.approx(expected_calibration_error(logits[ids], labels[ids]))
    assert one["after"] == pytest.approx(expected_calibration_error(logits[ids] / 2, labels[ids]))


def test_a_broken_promise_is_among_the_warnings(make_seed: Any) -> None:
    seed = make_seed()
    found = trust_figures(seed.student.value.calibrated(Calibration(1.0, {"0.99": 0.0})), seed.full)
    assert found["warnings"]
    assert all("99% of cases" in text for text in found["warnings"])


def test_other_tasks_are_refused(make_seed: Any) -> None:
    seed = make_seed()
    numbers = graph_from_arrays(torch.eye(4), [0.0, 1.0, 2.0, 3.0], [[0], [1]], task=Regression(["t"]))
    with pytest.raises(DataError, match="one class for each node"):
        trust_figures(seed.student.value, Full(numbers, seed.split))

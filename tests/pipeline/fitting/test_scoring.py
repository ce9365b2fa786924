import numpy as np
import torch

from gnn2mlp.deploy.calibration import Calibration
from gnn2mlp.evaluate.intervals import difference_interval, share_interval
from gnn2mlp.pipeline import FitResult
from gnn2mlp.pipeline.fitting.scoring import Judge
from gnn2mlp.tasks import NodeClassification, Regression

LABELS = torch.tensor([0, 1, 0, 1, -1])
GOOD = torch.tensor([[1.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 0.0], [0.0, 1.0]])
BAD = torch.tensor([[0.0, 1.0], [0.0, 1.0], [0.0, 1.0], [1.0, 0.0], [0.0, 1.0]])


def test_right_answers_of_labelled_rows_are_counted() -> None:
    task, ids = NodeClassification(["a", "b"]), torch.arange(5)
    judge = Judge(task, LABELS)
    assert judge.score(task, GOOD, ids) == share_interval(np.array([True, True, True, False]))
    expected = difference_interval(np.array([True, True, True, False]), np.array([False, True, False, False]))
    assert judge.difference((task, GOOD), (task, BAD), ids) == expected


def test_of_other_metrics_the_nodes_are_drawn_anew() -> None:
    task, ids = NodeClassification(["a", "b"], metric="balanced_accuracy"), torch.arange(5)
    found = Judge(task, LABELS).score(task, GOOD, ids)
    assert found.value == 0.75
    assert found.low < 0.75 <= found.high


def test_of_errors_the_smaller_one_is_ahead() -> None:
    labels = torch.arange(20.0)[:, None]
    task = Regression(["x"]).fitted(labels)
    near, far = ((labels + off - task.mean[0]) / task.scale[0] for off in (1.0, 3.0))
    found = Judge(task, labels).difference((task, near), (task, far), torch.arange(20))
    assert abs(found.value - 2) < 1e-4


def test_every_model_is_scored_on_seen_and_unseen_rows(fitted: FitResult) -> None:
    results, split = fitted.results, fitted.results["data"]["split"]
    assert list(results["scores"]) == ["teacher", "student", "mlp", "linear", "boosting"]
    for by in results["scores"].values():
        assert {population: one["nodes"] for population, one in by.items()} == {
            "seen": split["seen"],
            "unseen": split["unseen"],
        }
        assert all(one["low"] <= one["value"] <= one["high"] for one in by.values())
    for rival, by in results["differences"].items():
        for population, one in by.items():
            scores = [results["scores"][model][population]["value"] for model in ("student", rival)]
            assert abs(one["value"] - (scores[0] - scores[1])) < 1e-9


def test_what_validation_says_is_measured_on_test_rows(fitted: FitResult) -> None:
    trust, split = fitted.results["trust"], fitted.results["data"]["split"]
    assert Calibration.of(trust["calibration"]) == fitted.predictor().calibration
    assert trust["calibration"]["rows"] == split["valid"]
    for by in trust["coverage"].values():
        assert {population: one["rows"] for population, one in by.items()} == {p: split[p] for p in ("seen", "unseen")}
        assert by["seen"]["low"] <= by["seen"]["measured"] <= by["seen"]["high"]
    assert set(trust["advice"]) == set(trust["scores"]) == {"seen", "unseen"}


def test_asking_the_teacher_of_nothing_is_the_student_and_of_all_the_teacher(fitted: FitResult) -> None:
    cascade, scores = fitted.results["trust"]["cascade"]["by"], fitted.results["scores"]
    for place, model in ((0, "student"), (-1, "teacher")):
        for population, one in cascade.items():
            assert abs(one["curve"]["accuracy"][place] - scores[model][population]["value"]) < 1e-9

import numpy as np
import pytest

from gnn2mlp.deploy.monitoring.answering import Answered, AnswerFrame, named
from gnn2mlp.deploy.monitoring.drift import Limits


def classes(rows: int, right: float, seed: int = 0) -> Answered:
    random = np.random.default_rng(seed)
    predicted = random.choice(np.array(["a", "b"], dtype=object), rows)
    truth = np.where(random.random(rows) < right, predicted, "c")
    return Answered(
        predicted, ["a", "b"], random.random(rows), random.random(rows) < 0.05, truth, random.integers(4, size=rows), 4
    )


def test_the_same_answers_are_no_drift_and_worse_ones_are() -> None:
    then, now, worse = classes(2000, 0.9), classes(1000, 0.9, 1), classes(1000, 0.7, 2)
    frame = then.frame()
    counts = [frame.count(one) for one in (then, now, worse)]
    found = frame.checks(counts[0], counts[1], Limits())
    assert [one.what for one in found] == [
        "predicted classes",
        "confidence",
        "out of distribution",
        "codes",
        "accuracy",
    ]
    assert all(one.p > 0.001 for one in found)
    accuracy = frame.checks(counts[0], counts[2], Limits())[-1]
    assert accuracy.effect == pytest.approx(0.2, abs=0.04)
    assert accuracy.p < 1e-9


def test_without_labels_nothing_is_said_of_errors() -> None:
    then = classes(100, 0.9)
    unlabelled = Answered(then.predicted, ["a", "b"])
    frame = then.frame()
    assert [one.what for one in frame.checks(frame.count(then), frame.count(unlabelled), Limits())] == [
        "predicted classes"
    ]


def test_several_labels_and_numbers() -> None:
    random = np.random.default_rng(0)
    labels = random.random((500, 2)) < 0.3
    several = Answered(labels, ["red", "round"], truth=np.where(random.random((500, 2)) < 0.1, np.nan, labels))
    frame = several.frame()
    counts = frame.count(several)
    assert counts["right"][0] == counts["right"][1] > 300
    assert [one.what for one in frame.checks(counts, counts, Limits())] == ["label red", "label round", "accuracy"]
    values = random.normal(size=(500, 1))
    then = Answered(values, ["target 0"], truth=values + random.normal(size=(500, 1)))
    now = Answered(values, ["target 0"], truth=values + 3 * random.normal(size=(500, 1)))
    frame = then.frame()
    answers, error = frame.checks(frame.count(then), frame.count(now), Limits())
    assert answers.effect == 0
    assert error.effect == pytest.approx(2, abs=0.5)
    assert error.p < 1e-9


def test_a_frame_is_made_again_from_its_facts() -> None:
    then = classes(300, 0.8)
    again = AnswerFrame.of(then.frame().facts())
    for name, counts in then.frame().count(then).items():
        np.testing.assert_array_equal(counts, again.count(then)[name])


def test_classes_are_told_as_they_are_written() -> None:
    assert named([3, 3.0, "", "x"]).tolist() == ["3", "3", None, "x"]

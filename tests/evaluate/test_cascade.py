"""Cascades by hand: shares, ties, accuracy, latency, and thresholds that are chosen."""

import numpy as np
import pytest

from gnn2mlp.core.errors import ConfigError, DataError
from gnn2mlp.evaluate import cascade_curve, choose_threshold
from gnn2mlp.tasks.answers import softmax

RANDOM = np.random.default_rng(0)


def drawn(rows: int = 1000) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Probabilities of a student, of a teacher that is right more often, and labels."""
    logits = RANDOM.normal(size=(rows, 3))
    labels = np.array([RANDOM.choice(3, p=p) for p in softmax(3 * logits)])
    return softmax(logits + RANDOM.normal(size=logits.shape)), softmax(3 * logits), labels


def test_both_ends_are_student_and_teacher() -> None:
    student, teacher, labels = drawn()
    curve = cascade_curve(student, teacher, labels, student_ms=0.05, teacher_ms=1.0)
    assert curve.deferred[[0, -1]].tolist() == [0, 1]
    assert curve.accuracy[0] == (student.argmax(1) == labels).mean() == curve.answered[0]
    assert curve.accuracy[-1] == (teacher.argmax(1) == labels).mean()
    assert np.isnan(curve.answered[-1])
    np.testing.assert_allclose(curve.latency_ms[[0, -1]], [0.05, 1.05])
    assert len(curve.deferred) == 101


def test_every_point_does_what_its_threshold_says() -> None:
    student, teacher, labels = drawn(57)
    student = student.round(1) / student.round(1).sum(axis=1, keepdims=True)  # many of equal confidence
    curve = cascade_curve(student, teacher, labels)
    for threshold, share, accuracy in zip(curve.threshold, curve.deferred, curve.accuracy, strict=True):
        asked = student.max(axis=1) < threshold
        assert asked.mean() == share
        answer = np.where(asked, teacher.argmax(1), student.argmax(1))
        assert (answer == labels).mean() == pytest.approx(accuracy)
    assert np.isnan(curve.latency_ms).all()  # none were given


def test_ties_are_deferred_together() -> None:
    curve = cascade_curve([[0.7, 0.3]] * 4, [[0.0, 1.0]] * 4, [1, 1, 0, 0])
    assert curve.deferred.tolist() == [0, 1]


def test_a_table_never_exceeds_the_share() -> None:
    student, teacher, labels = drawn(333)
    table = cascade_curve(student, teacher, labels).rows([0, 0.1, 0.1, 0.25, 1])
    assert [row["deferred"] for row in table] == pytest.approx([0, 0.1, 0.25, 1], abs=0.01)
    assert all(row["deferred"] <= wanted for row, wanted in zip(table, (0, 0.1, 0.25, 1), strict=True))


def test_unknown_labels_do_not_count() -> None:
    student, teacher, labels = drawn(100)
    some = np.where(np.arange(100) < 60, labels, -1)
    for mine, other in zip(
        cascade_curve(student, teacher, some),
        cascade_curve(student[:60], teacher[:60], labels[:60]),
        strict=True,
    ):
        np.testing.assert_array_equal(mine, other)


def test_a_threshold_for_an_accuracy_defers_no_more_than_it_must() -> None:
    student, teacher, labels = drawn()
    alone, best = (student.argmax(1) == labels).mean(), (teacher.argmax(1) == labels).mean()
    wanted = (alone + best) / 2
    threshold = choose_threshold(student, labels, teacher, accuracy=wanted)
    asked = student.max(1) < threshold
    assert 0 < asked.mean() < 1
    assert (np.where(asked, teacher.argmax(1), student.argmax(1)) == labels).mean() >= wanted
    assert choose_threshold(student, labels, teacher, accuracy=alone) == 0.0


def test_without_a_teacher_the_accuracy_is_of_what_is_kept() -> None:
    student, _, labels = drawn()
    threshold = choose_threshold(student, labels, accuracy=0.8)
    kept = student.max(1) >= threshold
    assert (student.argmax(1) == labels)[kept].mean() >= 0.8


@pytest.mark.parametrize("share", [0, 0.1, 0.33, 1])
def test_a_threshold_for_a_share(share: float) -> None:
    student, _, labels = drawn()
    asked = (student.max(1) < choose_threshold(student, labels, deferred=share)).mean()
    assert asked == pytest.approx(share, abs=0.002)
    assert asked <= share


def test_what_cannot_be_reached_says_what_can() -> None:
    student, teacher, labels = drawn()
    with pytest.raises(ConfigError, match=r"100.0% is out of reach on these rows; the best is \d\d.\d%, with \d+% of"):
        choose_threshold(student, labels, teacher, accuracy=1.0)


@pytest.mark.parametrize("wanted", [{}, {"accuracy": 0.9, "deferred": 0.1}])
def test_one_wish_at_a_time(wanted: dict[str, float]) -> None:
    with pytest.raises(ConfigError, match="one of them"):
        choose_threshold(*drawn(10)[::2], **wanted)


def test_shares_are_shares() -> None:
    with pytest.raises(ConfigError, match="accuracy: expected a share between 0 and 1, got 90"):
        choose_threshold(*drawn(10)[::2], accuracy=90)


def test_rows_have_to_be_the_same() -> None:
    student, teacher, labels = drawn(10)
    with pytest.raises(DataError, match="the same labelled rows"):
        cascade_curve(student, teacher[:, :2], np.zeros(10, dtype=int))
    with pytest.raises(DataError, match="the same labelled rows"):
        cascade_curve(student, teacher, np.full(10, -1))
    with pytest.raises(DataError, match="the teacher's probabilities"):
        cascade_curve(student, teacher[:5], labels)


def test_a_score_may_stand_in_for_the_confidence() -> None:
    student, teacher = [[0.9, 0.1], [0.8, 0.2], [0.4, 0.6]], [[0.0, 1.0]] * 3
    score = [0.1, 0.9, 0.5]
    curve = cascade_curve(student, teacher, [1, 0, -1], score=score)
    assert curve.threshold.tolist()[:2] == [0.0, 0.9]
    assert curve.accuracy.tolist() == [0.5, 1.0, 0.5]
    assert choose_threshold(student, [1, 0, -1], deferred=1 / 3, score=score) == 0.5
    assert choose_threshold(student, [1, 0, -1], teacher, accuracy=1.0, score=score) == 0.9
    with pytest.raises(DataError, match="a score for each of 3 rows"):
        cascade_curve(student, teacher, [1, 0, 1], score=[0.1])

"""Who answers what: the student where it is sure, the teacher elsewhere, and counts of both."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pandas as pd
import pytest

from gnn2mlp.core.errors import ConfigError, DataError
from gnn2mlp.deploy import Calibration, Cascade, NodeRouter, Predictor
from gnn2mlp.evaluate.routing import Router
from gnn2mlp.tasks import NodeClassification, Regression
from tests.deploy.test_predictor import X, make

IDS = [f"n{row}" for row in range(len(X))]


class Asked:
    """A teacher that says "c" of everything, and remembers what it was asked."""

    def __init__(self) -> None:
        self.seen: list[Any] = []

    def __call__(self, rows: Any) -> np.ndarray:
        self.seen.append(rows)
        return np.tile([0.1, 0.2, 0.7], (len(rows), 1))


def middle(made: Predictor) -> float:
    """A threshold with half of the rows on either side."""
    return float(np.median(made.predict_proba(X).max(axis=1)))


def test_only_unsure_rows_are_asked_of_the_teacher() -> None:
    made, teacher = make(), Asked()
    cascade = Cascade(made, teacher, middle(made))
    unsure = cascade.deferred(X)
    assert unsure.sum() == 10
    assert cascade.counts == (0, 0)  # nothing was answered yet
    p = cascade.predict_proba(X, IDS)
    assert teacher.seen == [[name for name, asked in zip(IDS, unsure, strict=True) if asked]]
    np.testing.assert_allclose(p[unsure], np.tile([0.1, 0.2, 0.7], (10, 1)), rtol=1e-6)
    np.testing.assert_array_equal(p[~unsure], made.predict_proba(X)[~unsure])
    assert cascade.predict(X, IDS).tolist() == np.where(unsure, "c", made.predict(X)).tolist()
    assert cascade.counts == (40, 20)
    assert cascade.counts.share == 0.5
    cascade.reset()
    assert cascade.counts.share == 0.0


@pytest.mark.parametrize(("threshold", "asked"), [(0.0, 0), (1.1, 20)])
def test_nothing_and_everything(threshold: float, asked: int) -> None:
    teacher = Asked()
    cascade = Cascade(make(), teacher, threshold)
    cascade.predict(X)
    assert sum(map(len, teacher.seen)) == cascade.counts.deferred == asked
    assert cascade.predict(np.zeros((0, 6))).shape == (0,)


def test_without_ids_the_teacher_gets_rows_as_they_came() -> None:
    made, teacher = make(), Asked()
    cascade = Cascade(made, teacher, middle(made))
    frame = pd.DataFrame(X, columns=list("abcdef"))
    cascade.predict(frame)
    pd.testing.assert_frame_equal(teacher.seen[0], frame[cascade.deferred(X)])


def test_calibrated_confidence_decides() -> None:
    made = make()
    cold = made.calibrated(Calibration(temperature=0.001))
    assert Cascade(made, Asked(), 0.9).deferred(X).all()
    assert not Cascade(cold, Asked(), 0.9).deferred(X).any()


def test_a_threshold_of_the_answer_holds_for_both() -> None:
    made = make()
    two = Predictor(made.student, made.student.build(6, 2), 6, NodeClassification(["no", "yes"], threshold=0.3))
    cascade = Cascade(two, lambda rows: np.tile([0.65, 0.35], (len(rows), 1)), 1.1)
    assert set(cascade.predict(X)) == {"yes"}


def test_a_chosen_threshold() -> None:
    made, teacher = make(), Asked()
    labels = made.predict(X).copy()
    labels[Cascade(made, teacher, middle(made)).deferred(X)] = "c"  # where it is unsure the teacher is right
    cascade = Cascade.chosen(made, teacher, X, labels, accuracy=1.0)
    assert (cascade.predict(X) == labels).all()
    teacher.seen.clear()
    assert Cascade.chosen(made, teacher, X, labels, deferred=0.25).deferred(X).sum() == 5
    assert not teacher.seen  # a share needs no teacher
    with pytest.raises(ConfigError, match="out of reach"):
        Cascade.chosen(made, lambda rows: np.tile([0.0, 1.0, 0.0], (len(rows), 1)), X, ["a"] * 20, accuracy=1.0)
    with pytest.raises(DataError, match="a class for each of 20 rows, got 1"):
        Cascade.chosen(made, teacher, X, ["a"], deferred=0.1)


def test_what_a_teacher_must_not_say() -> None:
    made = make()
    with pytest.raises(DataError, match=r"probabilities of shape \(20, 3\) from the teacher, got \(20, 2\)"):
        Cascade(made, lambda rows: np.ones((len(rows), 2)) / 2, 1.1).predict(X)
    with pytest.raises(DataError, match="logits go through a softmax first"):
        Cascade(made, lambda rows: np.tile([3.0, -1.0, 0.0], (len(rows), 1)), 1.1).predict(X)
    with pytest.raises(DataError, match="an id for each of 20 rows, got 2"):
        Cascade(made, Asked(), 1.1).predict(X, ids=[1, 2])
    sure = Cascade(made, lambda rows: np.tile([1.0, 0.0, 0.0], (len(rows), 1)), 1.1)
    assert sure.predict_proba(X)[0].tolist() == [1, 0, 0]  # no NaN of a class that is excluded


def test_what_no_cascade_is_made_of() -> None:
    made = make()
    numbers = Predictor(made.student, made.module, 6, Regression(["a", "b", "c"]))
    with pytest.raises(ConfigError, match="one class for each row"):
        Cascade(numbers, Asked(), 0.5)
    with pytest.raises(ConfigError, match="threshold: expected a number"):
        Cascade(made, Asked(), float("nan"))


def test_counts_of_several_threads_add_up() -> None:
    cascade = Cascade(make(), Asked(), 1.1)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: cascade.predict(X[:3]), range(200)))
    assert cascade.counts == (600, 600)


def test_a_router_stands_in_for_the_confidence() -> None:
    made, teacher = make(), Asked()
    margins = np.where(np.arange(len(X)) < 5, -30.0, 30.0)
    router = NodeRouter(Router((0.0, 1.0), (0.0, 0.0, 1.0)), IDS, margins)
    cascade = Cascade(made, teacher, 0.5, router)
    assert cascade.deferred(X, IDS).nonzero()[0].tolist() == [0, 1, 2, 3, 4]
    cascade.predict(X, IDS)
    assert teacher.seen == [IDS[:5]]
    # Without ids, and of nodes that are not in the table, the confidence decides.
    strangers = [f"new {name}" for name in IDS]
    confident = made.predict_proba(X).max(axis=1) >= 0.5
    for ids in (None, strangers):
        assert (cascade.deferred(X, ids) == ~confident).all()


def test_a_threshold_is_chosen_by_the_scores_of_the_router() -> None:
    made = make()
    margins = np.linspace(-3, 3, len(X))
    router = NodeRouter(Router((0.0, 1.0), (0.0, 0.0, 1.0)), IDS, margins)
    chosen = Cascade.chosen(made, Asked(), X, np.full(len(X), "c"), IDS, deferred=0.25, router=router)
    assert chosen.deferred(X, IDS).nonzero()[0].tolist() == [0, 1, 2, 3, 4]
    always = Cascade.chosen(made, Asked(), X, np.full(len(X), "c"), IDS, accuracy=1.0, router=router)
    right = made.predict(X) == "c"
    last = int(np.flatnonzero(~right)[-1])  # all up to the last wrong one are asked about
    assert always.deferred(X, IDS).nonzero()[0].tolist() == list(range(last + 1))

"""A student that answers where it is sure, and asks its teacher where it is not. Imports no torch."""

import threading
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from gnn2mlp.core.errors import ConfigError, DataError
from gnn2mlp.core.rows import take_rows
from gnn2mlp.deploy._base import BasePredictor
from gnn2mlp.evaluate.cascade import choose_threshold
from gnn2mlp.tasks.answers import ClassAnswers

Teacher = Callable[[Any], Any]
"""From ids of nodes, or from rows where no ids are given, to probabilities (asked, classes)."""

Route = Callable[[np.ndarray, Any], np.ndarray]
"""From the student's confidence (rows,), and ids of nodes or `None`, to how far it may be left to answer, (rows,)."""


class Counts(NamedTuple):
    """How many rows were answered in all, and how many of them by the teacher."""

    rows: int
    deferred: int

    @property
    def share(self) -> float:
        """The share of rows that was deferred; 0 before the first."""
        return self.deferred / self.rows if self.rows else 0.0


class Cascade:
    """Answers of a student where its confidence is at least a threshold, of a teacher elsewhere.

    A request is asked of the student first; only what it is not sure of costs the teacher's time. The confidence is the
    greatest of `predictor.predict_proba`, so a threshold means what it says after calibration
    (`gnn2mlp.deploy.calibrated`). Safe to use from several threads if the teacher is.

    Args:
        predictor: a student with classes, `Predictor` or `OnnxPredictor`.
        teacher: anything that gives probabilities (asked, classes), columns in the order of `predictor.classes_`: for
            `ids` if they are given with the rows, else for the rows themselves. `gnn2mlp.teachers.TeacherAnswers` is
            one on a graph in memory; a service that holds the graph may be another.
        threshold: confidence below which the teacher is asked; 0 asks it nothing, above 1 everything.
        router: what is compared with the threshold in place of the confidence, such as a `NodeRouter`, which reads the
            own margins of nodes that are known.

    Raises:
        ConfigError: if the student answers no single classes, or the threshold is no number.

    Example:
        >>> from gnn2mlp.deploy import Predictor
        >>> from gnn2mlp.students.mlp import MLPStudent
        >>> student = MLPStudent(hidden=4)
        >>> predictor = Predictor(student, student.build(2, 2), num_features=2, task=["cat", "dog"])
        >>> cascade = Cascade(predictor, lambda ids: np.array([[0.1, 0.9]] * len(ids)), threshold=1.1)
        >>> cascade.predict(np.eye(2), ids=["a", "b"]).tolist()
        ['dog', 'dog']
        >>> cascade.counts
        Counts(rows=2, deferred=2)
    """

    def __init__(self, predictor: BasePredictor, teacher: Teacher, threshold: float, router: Route | None = None):
        if not isinstance(predictor.answers, ClassAnswers):
            raise ConfigError("cascade: expected a student that answers one class for each row, got another")
        if not np.isfinite(threshold):
            raise ConfigError(f"threshold: expected a number, a confidence from 0 to 1, got {threshold!r}")
        self.predictor = predictor
        self.teacher = teacher
        self.threshold = float(threshold)
        self.router = router
        self._counts = Counts(0, 0)
        self._lock = threading.Lock()

    @classmethod
    def chosen(
        cls,
        predictor: BasePredictor,
        teacher: Teacher,
        X: Any,
        y: Any,
        ids: Any = None,
        *,
        accuracy: float | None = None,
        deferred: float | None = None,
        router: Route | None = None,
    ) -> "Cascade":
        """A cascade whose threshold is chosen on labelled rows that trained nothing, such as validation nodes.

        Args:
            predictor: as above.
            teacher: likewise; it is asked for all of the rows, unless `deferred` is given.
            X: the rows.
            y: their classes (rows,).
            ids: their ids, if the teacher is to be asked by ids.
            accuracy: of the cascade, that is to be reached with as few rows deferred as possible.
            deferred: share of the rows that is not to be exceeded. One of the two is given.
            router: as above.

        Raises:
            ConfigError: if an accuracy is out of reach, or not one of the two is given.
            DataError: if rows, classes and what the teacher says do not fit.
        """
        made = cls(predictor, teacher, 0.0, router)
        student = predictor.predict_proba(X)
        place = {value: position for position, value in enumerate(predictor.classes_.tolist())}
        labels = np.array([place.get(value, -1) for value in np.asarray(y).tolist()], dtype=np.int64)
        if len(labels) != len(student):
            raise DataError(f"cascade: expected a class for each of {len(student)} rows, got {len(labels)}")
        taught = None if accuracy is None else made._ask(X if ids is None else ids, len(student))
        score = None if router is None else router(student.max(axis=1).astype(np.float64), ids)
        made.threshold = choose_threshold(student, labels, taught, accuracy=accuracy, deferred=deferred, score=score)
        return made

    @property
    def classes_(self) -> np.ndarray:
        """What the columns of `predict_proba` stand for."""
        return self.predictor.classes_

    @property
    def counts(self) -> Counts:
        """What was asked since the cascade was made, or since `reset`."""
        return self._counts

    def reset(self) -> None:
        """Count from 0 again."""
        with self._lock:
            self._counts = Counts(0, 0)

    def deferred(self, X: Any, ids: Any = None) -> np.ndarray:
        """Bool (rows,): which rows would go to the teacher. It is not asked, and nothing is counted."""
        return self.unsure(self.predictor.decision_function(X), ids)

    def unsure(self, scaled: np.ndarray, ids: Any = None) -> np.ndarray:
        """Bool (rows,): which rows would go to the teacher, of what `predictor.decision_function` gave for them.

        Args:
            scaled: (rows, classes).
            ids: (rows,) of the nodes, for a router that knows some.
        """
        # In double precision, in which thresholds are chosen.
        confidence = self.predictor.answers.probabilities(scaled).max(axis=1).astype(np.float64)
        score = confidence if self.router is None else self.router(confidence, ids)
        found: np.ndarray = score < self.threshold
        return found

    def checked(self, probabilities: Any, count: int) -> np.ndarray:
        """What a teacher said for `count` rows, float64 (count, classes), if it can be.

        Raises:
            DataError: if it has another shape, or rows that do not add up to 1.
        """
        found = np.asarray(probabilities, np.float64)
        expected = (count, len(self.classes_))
        if found.shape != expected:
            raise DataError(f"cascade: expected probabilities of shape {expected} from the teacher, got {found.shape}")
        if not ((found >= 0) & (found <= 1 + 1e-6)).all() or not np.allclose(found.sum(axis=1), 1, atol=1e-3):
            raise DataError(
                "cascade: expected rows of probabilities that add up to 1 from the teacher, got others; logits go "
                "through a softmax first"
            )
        return found

    def predict(self, X: Any, ids: Any = None) -> np.ndarray:
        """Classes (rows,).

        Args:
            X: rows, as the student's `predict` takes them.
            ids: (rows,) of the nodes, for a teacher that is asked by ids; numbers, text, or a column of a table.

        Raises:
            DataError: for rows that the student refuses, ids that are not one for each row, or probabilities of the
                teacher that do not fit.
        """
        return self.predictor.answers.predict(self._outputs(X, ids))

    def predict_proba(self, X: Any, ids: Any = None) -> np.ndarray:
        """Probabilities (rows, classes), the student's or the teacher's; arguments as in `predict`."""
        return self.predictor.answers.probabilities(self._outputs(X, ids))

    def _outputs(self, X: Any, ids: Any) -> np.ndarray:
        """Logits of whoever answers; of the teacher's probabilities their logarithms, whose softmax they are."""
        outputs = self.predictor.decision_function(X)
        if ids is not None and len(ids) != len(outputs):
            raise DataError(f"cascade: expected an id for each of {len(outputs)} rows, got {len(ids)}")
        asked = np.flatnonzero(self.unsure(outputs, ids))
        if asked.size:
            with np.errstate(divide="ignore"):  # a class that the teacher excludes
                found = np.log(self._ask(take_rows(X if ids is None else ids, asked), asked.size))
            outputs = outputs.copy()
            outputs[asked] = found
        with self._lock:
            self._counts = Counts(self._counts.rows + len(outputs), self._counts.deferred + int(asked.size))
        return outputs

    def _ask(self, rows: Any, count: int) -> np.ndarray:
        return self.checked(self.teacher(rows), count)

"""What a student makes of every node of a codebook: its answer, and where among the codes it places the node."""

from typing import Any, NamedTuple, Protocol

import numpy as np

from gnn2mlp.core.showing import short_repr
from gnn2mlp.explore.placement import CodePlacement, Placed
from gnn2mlp.knowledge import TeacherKnowledge


class ReadsRows(Protocol):
    """A student, such as `gnn2mlp.Predictor`."""

    def predict(self, X: Any) -> np.ndarray:
        """Answers (rows, ...)."""

    def hidden(self, X: Any) -> np.ndarray:
        """Last hidden activations (rows, hidden)."""


class StudentView(NamedTuple):
    """What a student makes of nodes.

    Args:
        placement: its map to the codes.
        placed: every node among them.
        answer: int64 (nodes,), position of its class; -1 for all where there are no classes.
    """

    placement: CodePlacement
    placed: Placed
    answer: np.ndarray

    def __repr__(self) -> str:
        return short_repr(self)


def student_view(
    student: ReadsRows, rows: Any, knowledge: TeacherKnowledge, classes: int, placement: CodePlacement | None = None
) -> StudentView:
    """Ask a student about all nodes.

    Args:
        student: that answers rows as `rows` are.
        rows: what it reads of every node of the graph.
        knowledge: with codes, of the observed nodes.
        classes: how many there are; 0: none, and its answers are not looked at.
        placement: the student's map to the codes; default: fitted.
    """
    hidden = student.hidden(rows)
    if placement is None:
        placement = CodePlacement.fit(hidden[knowledge.node_ids.numpy()], knowledge)
    answer = np.full(len(hidden), -1)
    known = np.asarray(getattr(student, "classes_", ()))
    if classes and len(known) == classes:
        answer = _positions(student.predict(rows), known)
    return StudentView(placement, placement.place(hidden), answer)


def _positions(answers: np.ndarray, classes: np.ndarray) -> np.ndarray:
    place = {value: position for position, value in enumerate(classes.tolist())}
    return np.array([place[value] for value in answers.tolist()], dtype=np.int64)

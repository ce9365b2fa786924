from typing import Any

import numpy as np
import torch

from gnn2mlp.explore.book_student import student_view
from gnn2mlp.knowledge import TeacherKnowledge


class Says:
    """Its activations are its rows; the larger of two columns is its answer."""

    classes_ = np.array(["b", "a"])

    def predict(self, X: Any) -> np.ndarray:
        return self.classes_[np.asarray(X)[:, :2].argmax(axis=1)]

    def hidden(self, X: Any) -> np.ndarray:
        return np.asarray(X)


def _knowledge() -> TeacherKnowledge:
    values = {
        "code": torch.tensor([0, 1] * 10),
        "codebook": torch.tensor([[1.0, 0.0], [0.0, 1.0]]),
        "code_unit_length": torch.tensor(False),
    }
    return TeacherKnowledge(torch.arange(20) + 2, values)  # nodes 0 and 1 were not seen


def test_every_node_is_placed_and_answered_also_those_that_the_teacher_did_not_see() -> None:
    rows = np.eye(2)[[1, 0] + [0, 1] * 10]
    view = student_view(Says(), rows, _knowledge(), classes=2)
    np.testing.assert_array_equal(view.placed.code, [1, 0] + [0, 1] * 10)
    np.testing.assert_array_equal(view.answer, [1, 0] + [0, 1] * 10)  # positions in classes_, in its own order


def test_answers_are_not_looked_at_where_the_graph_has_other_classes() -> None:
    view = student_view(Says(), np.eye(2)[[0, 1] * 11], _knowledge(), classes=3)
    assert (view.answer == -1).all()

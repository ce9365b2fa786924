import numpy as np
import pytest
from sklearn.metrics import confusion_matrix as sklearn_matrix
from sklearn.metrics import precision_recall_fscore_support

from gnn2mlp.core.errors import DataError
from gnn2mlp.evaluate.confusion import class_scores, confusion_matrix


def test_figures_are_those_of_scikit_learn() -> None:
    random = np.random.default_rng(0)
    labels, answers = random.integers(4, size=200), random.integers(4, size=200)
    assert (confusion_matrix(labels, answers, 4) == sklearn_matrix(labels, answers)).all()
    precision, recall, f1, support = precision_recall_fscore_support(labels, answers)
    for k, score in enumerate(class_scores(labels, answers, 4)):
        assert score.recall is not None
        assert score.precision is not None
        assert (score.recall.value, score.precision.value, score.f1) == pytest.approx((recall[k], precision[k], f1[k]))
        assert score.nodes == support[k]


def test_unknown_classes_do_not_count() -> None:
    assert confusion_matrix(np.array([-1, 0]), np.array([1, 0]), 2).tolist() == [[1, 0], [0, 0]]


def test_a_class_without_node_or_answer_has_no_figure() -> None:
    _, second, third = class_scores(np.array([0, 1]), np.array([0, 0]), 3)
    assert second.recall is not None
    assert (second.recall.value, second.precision, second.f1) == (0, None, 0)
    assert third == (0, None, None, None)


def test_a_node_of_several_seeds_counts_once() -> None:
    labels, answers, nodes = np.array([0, 0, 0, 1]), np.array([0, 1, 0, 1]), np.array([7, 7, 8, 9])
    first, _ = class_scores(labels, answers, 2, nodes)
    assert first.nodes == 2
    assert first.recall is not None
    assert first.recall.value == 0.75


@pytest.mark.parametrize(("labels", "answers"), [([0, 2], [0, 1]), ([0, 1], [0, -1]), ([0], [0, 1])])
def test_what_does_not_fit_is_refused(labels: list[int], answers: list[int]) -> None:
    with pytest.raises(DataError, match="expected"):
        confusion_matrix(np.array(labels), np.array(answers), 2)

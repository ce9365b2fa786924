"""The task of links: metrics against scikit-learn, losses by hand, negatives that a metric needs."""

import math

import numpy as np
import pytest
import torch
from sklearn.metrics import average_precision_score, roc_auc_score
from torch import Tensor

from gnn2mlp.core.errors import ConfigError, DataError
from gnn2mlp.core.spec import Spec
from gnn2mlp.tasks import TASKS, LinkPrediction


def pairs(seed: int = 0, positives: int = 60, negatives: int = 70) -> tuple[Tensor, Tensor]:
    """Scores with ties, and labels in random order."""
    random = torch.Generator().manual_seed(seed)
    labels = (torch.arange(positives + negatives) < positives).float()
    labels = labels[torch.randperm(labels.numel(), generator=random)]
    return (2 * (torch.randn(labels.numel(), generator=random) + labels)).round() / 2, labels


def test_the_loss_worked_by_hand() -> None:
    task = LinkPrediction()
    found = task.loss(torch.tensor([[0.0], [math.log(3.0)]]), torch.tensor([[1.0], [0.0]]))
    torch.testing.assert_close(found, torch.tensor([math.log(2.0), math.log(4.0)]))


def test_pairs_in_a_line_or_a_column_are_the_same() -> None:
    task, (output, labels) = LinkPrediction(), pairs()
    column = output[:, None], labels[:, None]
    assert torch.equal(task.loss(output, labels), task.loss(*column))
    assert torch.equal(task.divergence(output, -output), task.divergence(column[0], -column[0]))
    assert task.scores(output, labels) == task.scores(*column)


@pytest.mark.parametrize("seed", range(3))
def test_areas_are_those_of_scikit_learn(seed: int) -> None:
    output, labels = pairs(seed)
    found = LinkPrediction().scores(output, labels)
    assert found["auc"] == pytest.approx(roc_auc_score(labels, output))
    assert found["average_precision"] == pytest.approx(average_precision_score(labels, output))


def test_a_metric_of_more_negatives_than_there_are_is_not_a_number_and_chooses_nothing() -> None:
    output, labels = pairs(negatives=30)
    found = LinkPrediction().scores(output, labels)
    assert math.isnan(found["hits@50"])
    assert 0 < found["hits@20"] < 1
    with pytest.raises(DataError, match="hits@50: expected at least 50 negative pairs, got 30"):
        LinkPrediction("hits@50").score(output, labels)


def test_too_few_negatives_are_told_before_training() -> None:
    LinkPrediction().check_negatives(1, "g")
    LinkPrediction("hits@50").check_negatives(50, "g")
    with pytest.raises(DataError, match=r"g: the metric 'hits@50' needs at least 50 negative pairs, got 49; draw"):
        LinkPrediction("hits@50").check_negatives(49, "g")
    with pytest.raises(DataError, match=r"needs at least 1 negative pairs, got 0"):
        LinkPrediction("mrr").check_negatives(0, "g")


def test_metrics_are_named_as_users_write_them() -> None:
    assert Spec("link", metric="hits@20").build(TASKS).metric == "hits@20"
    with pytest.raises(ConfigError, match=r"expected one of auc, hits@20, hits@50, mrr, average_precision, got 'hits'"):
        LinkPrediction("hits")


def test_unknown_pairs_are_left_out() -> None:
    task, (output, labels) = LinkPrediction(), pairs()
    labels[::3] = torch.nan
    known = ~labels.isnan()
    assert task.scores(output, labels) == task.scores(output[known], labels[known])


def test_labels_are_ones_and_zeros() -> None:
    with pytest.raises(DataError, match="g: expected 1 for a link, 0 for none and NaN for unknown, got 2"):
        LinkPrediction().check_labels([1, 2, 0], 3, "g")


def test_nodes_have_no_label() -> None:
    assert LinkPrediction().check_labels(None, 3, "g").isnan().tolist() == [[True]] * 3


def test_student_and_teacher_agree_where_they_rank_alike() -> None:
    task, (output, _) = LinkPrediction(), pairs()
    assert task.agreement(output, 5 * output[:, None] - 7) == pytest.approx(1)
    assert task.agreement(output, -output) == pytest.approx(-1)


def test_answers_are_probabilities() -> None:
    task = LinkPrediction()
    np.testing.assert_allclose(task.probabilities(torch.tensor([[0.0], [math.log(3.0)]])), [[0.5], [0.75]], rtol=1e-6)
    assert task.predict(torch.tensor([[-1.0], [1.0]])).tolist() == [[0], [1]]

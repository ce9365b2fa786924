"""Every figure against scikit-learn, on scores with and without ties, and one of each by hand."""

import math

import numpy as np
import pytest
import torch
from sklearn import metrics as reference
from torch import Tensor

from gnn2mlp.tasks.metrics import (
    accuracy,
    agreement,
    average_precision,
    balanced_accuracy,
    best_threshold,
    confusion,
    macro_f1,
    mean_over,
    r2,
    roc_auc,
)


def drawn(seed: int, ties: bool) -> tuple[Tensor, Tensor]:
    """Scores of 200 rows, rounded to halves for ties, and which rows are positive: a third."""
    random = torch.Generator().manual_seed(seed)
    score = torch.randn(200, generator=random)
    positive = torch.rand(200, generator=random) < 0.33
    return (2 * score).round() / 2 if ties else score, positive


@pytest.mark.parametrize("ties", [False, True])
@pytest.mark.parametrize("seed", range(3))
def test_ranking_equals_scikit_learn(seed: int, ties: bool) -> None:
    score, positive = drawn(seed, ties)
    assert roc_auc(score, positive) == pytest.approx(reference.roc_auc_score(positive, score))
    assert average_precision(score, positive) == pytest.approx(reference.average_precision_score(positive, score))


def test_ranking_by_hand() -> None:
    score, positive = torch.tensor([3.0, 2.0, 2.0, 1.0]), torch.tensor([True, True, False, False])
    assert roc_auc(score, positive) == pytest.approx(3.5 / 4)  # one of four pairs is tied
    assert average_precision(score, positive) == pytest.approx(0.5 * 1 + 0.5 * 2 / 3)  # the tied rows come together


def test_ranking_without_one_kind_is_not_defined() -> None:
    score = torch.tensor([1.0, 2.0])
    assert math.isnan(roc_auc(score, torch.tensor([True, True])))
    assert math.isnan(average_precision(score, torch.tensor([False, False])))


@pytest.mark.parametrize("classes", [2, 5])
def test_decisions_equal_scikit_learn(classes: int) -> None:
    random = torch.Generator().manual_seed(classes)
    truth, said = (torch.randint(classes, (100,), generator=random) for _ in range(2))
    truth[truth == 1] = 0  # so that a class is said to occur, and does not
    counts = confusion(said, truth, classes)
    np.testing.assert_array_equal(counts.numpy(), reference.confusion_matrix(truth, said, labels=range(classes)))
    assert macro_f1(counts) == pytest.approx(reference.f1_score(truth, said, average="macro"))
    recall = [(said[truth == c] == c).double().mean().item() for c in range(classes) if (truth == c).any()]
    assert balanced_accuracy(counts) == pytest.approx(np.mean(recall))


LOGITS = torch.tensor([[2.0, 1.0, 0.0], [0.0, 0.1, 0.0], [-1.0, -2.0, -0.5], [3.0, 2.0, 1.0]])  # classes 0, 1, 2, 0


def test_accuracy_by_hand() -> None:
    assert accuracy(LOGITS, torch.tensor([0, 1, 2, 2])) == 0.75


def test_a_row_without_label_counts_as_wrong() -> None:
    assert accuracy(LOGITS, torch.tensor([0, 1, -1, -1])) == 0.5


def test_accuracy_of_other_rows_is_refused() -> None:
    with pytest.raises(Exception, match="accuracy"):
        accuracy(LOGITS, torch.tensor([0, 1]))


def test_agreement_by_hand() -> None:
    other = torch.tensor([[9.0, 0.0, 0.0], [0.0, 9.0, 0.0], [9.0, 0.0, 0.0], [9.0, 0.0, 0.0]])
    assert agreement(LOGITS, other) == agreement(other, LOGITS) == 0.75
    assert agreement(LOGITS, 3 * LOGITS - 7) == 1.0


def test_r2_equals_scikit_learn_and_leaves_gaps_and_constants_out() -> None:
    random = torch.Generator().manual_seed(0)
    truth, values = torch.randn(50, 3, generator=random), torch.randn(50, 3, generator=random)
    assert r2(values, truth) == pytest.approx(reference.r2_score(truth, values), rel=1e-5)
    gaps = torch.cat([truth, torch.full((1, 3), math.nan)])
    assert r2(torch.cat([values, values[:1]]), gaps) == pytest.approx(r2(values, truth))
    constant = torch.cat([truth, torch.ones(50, 1)], dim=1)
    assert r2(torch.cat([values, values[:, :1]], dim=1), constant) == pytest.approx(r2(values, truth))


def test_a_mean_leaves_out_what_is_not_defined() -> None:
    assert mean_over([1.0, math.nan, 2.0]) == 1.5
    assert math.isnan(mean_over([math.nan]))


@pytest.mark.parametrize("ties", [False, True])
@pytest.mark.parametrize("metric", ["f1", "macro_f1", "balanced_accuracy", "accuracy"])
def test_no_other_threshold_is_better(metric: str, ties: bool) -> None:
    score, positive = drawn(4, ties)
    probability, truth = (score + positive).sigmoid(), positive.long()
    judge = {
        "f1": lambda said: reference.f1_score(truth, said),
        "macro_f1": lambda said: reference.f1_score(truth, said, average="macro"),
        "balanced_accuracy": lambda said: reference.balanced_accuracy_score(truth, said),
        "accuracy": lambda said: reference.accuracy_score(truth, said),
    }[metric]
    chosen = best_threshold(probability, positive, metric)
    assert judge(probability >= chosen) == pytest.approx(max(judge(probability >= t) for t in probability.unique()))
    assert (probability - chosen).abs().min() > 1e-6  # between two that occur: rounding moves no row across


def test_a_threshold_by_hand() -> None:
    probability, positive = torch.tensor([0.1, 0.2, 0.3, 0.6]), torch.tensor([False, True, False, True])
    assert best_threshold(probability, positive, "f1") == pytest.approx(0.15)  # F1 0.8; from 0.6 upwards 2/3
    assert best_threshold(probability, positive, "accuracy") == pytest.approx(0.45)  # as good as 0.15, and higher

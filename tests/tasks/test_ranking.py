"""Hits@k and reciprocal ranks: worked by hand, and against OGB's evaluator."""

import math

import numpy as np
import pytest
import scipy.stats
import torch
from torch import Tensor

from gnn2mlp.core.errors import DataError
from gnn2mlp.tasks.ranking import hits, mrr, spearman


def scores(seed: int, ties: bool) -> tuple[Tensor, Tensor]:
    """Of 70 positives and 90 negatives; with ties there are few different values."""
    random = torch.Generator().manual_seed(seed)
    positive, negative = torch.randn(70, generator=random) + 1, torch.randn(90, generator=random)
    return ((2 * positive).round(), (2 * negative).round()) if ties else (positive, negative)


def test_hits_worked_by_hand() -> None:
    positive, negative = torch.tensor([3.0, 2.0, 1.0, 0.0]), torch.tensor([2.0, 0.5, -1.0])
    assert hits(positive, negative, 1) == 0.25  # 2 ties with the best negative, which is no hit
    assert hits(positive, negative, 2) == 0.75
    assert hits(positive, negative, 3) == 1


def test_mrr_worked_by_hand() -> None:
    positive, negative = torch.tensor([3.0, 2.0, -2.0]), torch.tensor([2.0, 0.5, -1.0])
    assert mrr(positive, negative) == pytest.approx((1 + 1 / 1.5 + 1 / 4) / 3)


@pytest.mark.parametrize("ties", [False, True])
@pytest.mark.parametrize("k", [1, 20, 50, 90])
def test_hits_are_those_of_ogb(k: int, ties: bool) -> None:
    evaluator = pytest.importorskip("ogb.linkproppred").Evaluator(name="ogbl-ddi")
    evaluator.K = k
    for seed in range(3):
        positive, negative = scores(seed, ties)
        theirs = evaluator.eval({"y_pred_pos": positive, "y_pred_neg": negative})[f"hits@{k}"]
        assert hits(positive, negative, k) == pytest.approx(theirs, abs=1e-12)


@pytest.mark.parametrize("ties", [False, True])
def test_reciprocal_ranks_are_those_of_ogb(ties: bool) -> None:
    evaluator = pytest.importorskip("ogb.linkproppred").Evaluator(name="ogbl-citation2")
    for seed in range(3):
        positive, negative = scores(seed, ties)
        asked = {"y_pred_pos": positive, "y_pred_neg": negative.expand(positive.numel(), -1)}
        assert mrr(positive, negative) == pytest.approx(evaluator.eval(asked)["mrr_list"].mean().item(), abs=1e-6)


@pytest.mark.parametrize("seed", range(3))
def test_nothing_but_the_order_counts(seed: int) -> None:
    positive, negative = scores(seed, ties=True)
    shuffle = torch.randperm(90, generator=torch.Generator().manual_seed(seed))
    for other in ((positive.flip(0), negative[shuffle]), (positive.sigmoid().double(), negative.sigmoid().double())):
        assert hits(*other, 20) == hits(positive, negative, 20)
        assert mrr(*other) == pytest.approx(mrr(positive, negative))


def test_equal_scores_everywhere_are_no_hits() -> None:
    assert hits(torch.zeros(5), torch.zeros(30), 20) == 0
    assert mrr(torch.zeros(5), torch.zeros(3)) == pytest.approx(1 / 2.5)


@pytest.mark.parametrize("ties", [False, True])
def test_correlations_of_ranks_are_those_of_scipy(ties: bool) -> None:
    one, other = scores(0, ties)
    assert spearman(one, one) == pytest.approx(1, abs=1e-12)
    assert spearman(one, -(one**3)) == pytest.approx(-1, abs=1e-12)
    theirs = scipy.stats.spearmanr(one, other[:70]).statistic
    assert spearman(one, other[:70]) == pytest.approx(theirs, abs=1e-12)
    assert math.isnan(spearman(one, torch.zeros(70)))


def test_fewer_negatives_than_k_are_refused() -> None:
    with pytest.raises(DataError, match=r"hits@20: expected at least 20 negative pairs, got 19; draw more"):
        hits(torch.ones(3), torch.zeros(19), 20)


def test_what_cannot_be_compared_is_nan() -> None:
    broken, fine = torch.tensor([1.0, math.nan]), torch.tensor([0.0, 0.5])
    for positive, negative in ((broken, fine), (fine, broken), (fine[:0], fine)):
        assert np.isnan(hits(positive, negative, 1))
        assert np.isnan(mrr(positive, negative))
    assert np.isnan(mrr(fine, fine[:0]))

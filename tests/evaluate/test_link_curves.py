import pytest
import torch

from gnn2mlp.core.errors import DataError
from gnn2mlp.evaluate import hits_curve, probability_histogram


def test_a_positive_that_ties_with_the_kth_negative_is_no_hit() -> None:
    curve = hits_curve(torch.tensor([0.9, 0.5, 0.5, 0.1]), torch.tensor([0.5, 0.9, 0.2]))
    # Above .9 none, above .5 the first alone, above .2 three of four.
    assert curve == {"k": [1, 2, 3], "hits": [0.0, 0.25, 0.75]}


def test_it_agrees_with_counting_one_by_one() -> None:
    generator = torch.Generator().manual_seed(0)
    positives, negatives = (torch.randint(0, 40, (n,), generator=generator).float() for n in (73, 211))
    curve = hits_curve(positives, negatives)
    for k, hits in zip(curve["k"], curve["hits"], strict=True):
        limit = sorted(negatives.tolist(), reverse=True)[k - 1]
        assert hits == pytest.approx(sum(score > limit for score in positives.tolist()) / 73)
    assert curve["hits"] == sorted(curve["hits"])


def test_twenty_and_fifty_are_among_the_ks_and_none_exceeds_the_negatives() -> None:
    curve = hits_curve(torch.ones(1), torch.zeros(527))
    assert curve["k"] == [1, 2, 3, 4, 5, 7, 10, 15, 20, 30, 40, 50, 70, 100, 150, 200, 300, 400, 500]
    assert max(hits_curve(torch.ones(1), torch.zeros(19))["k"]) == 15


@pytest.mark.parametrize(("positives", "negatives"), [(0, 3), (3, 0)])
def test_nothing_to_rank_is_said(positives: int, negatives: int) -> None:
    with pytest.raises(DataError, match="expected positives and negatives"):
        hits_curve(torch.ones(positives), torch.ones(negatives))


def test_every_probability_is_counted_once() -> None:
    assert probability_histogram(torch.tensor([0.0, 0.04, 0.05, 0.999, 1.0])) == [2, 1, *[0] * 17, 2]
    assert probability_histogram(torch.empty(0)) == [0] * 20

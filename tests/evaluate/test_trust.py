import math

import pytest
import torch

from gnn2mlp.evaluate.trust import accuracy_by_coverage, auroc, auroc_interval, trust

SCORE = torch.tensor([0.9, 0.2, 0.6, 0.4])
RIGHT = torch.tensor([True, False, False, True])


def test_auroc_counts_pairs_in_the_right_order():
    # Right: 0.9, 0.4; wrong: 0.2, 0.6. Of four pairs only (0.4, 0.6) is in the wrong order.
    assert auroc(SCORE, RIGHT) == pytest.approx(3 / 4)
    assert auroc(-SCORE, RIGHT) == pytest.approx(1 / 4)


def test_auroc_counts_ties_half():
    # Pairs: (2, 1) right, (2, 2) tie, (1, 1) tie, (1, 2) wrong.
    assert auroc(torch.tensor([2.0, 1.0, 1.0, 2.0]), torch.tensor([True, True, False, False])) == pytest.approx(1 / 2)
    assert auroc(torch.ones(5), torch.tensor([True, False, False, False, False])) == pytest.approx(1 / 2)


@pytest.mark.parametrize("right", [[True, True], [False, False], []])
def test_auroc_is_undefined_when_all_are_right_or_none(right: list[bool]):
    assert auroc(torch.arange(len(right)).float(), torch.tensor(right, dtype=torch.bool)) is None


def test_coverage_starts_with_the_most_trusted():
    torch.testing.assert_close(
        accuracy_by_coverage(SCORE, RIGHT), torch.tensor([1, 1 / 2, 2 / 3, 1 / 2], dtype=torch.float64)
    )


def test_ties_are_in_no_order():
    score, right = torch.tensor([1.0, 1.0, 0.0]), torch.tensor([True, False, True])
    expected = torch.tensor([1 / 2, 1 / 2, 2 / 3], dtype=torch.float64)
    torch.testing.assert_close(accuracy_by_coverage(score, right), expected)
    torch.testing.assert_close(accuracy_by_coverage(score.flip(0), right.flip(0)), expected)


def test_all_figures_of_four_nodes():
    found = trust(SCORE, RIGHT, bins=2)
    assert found.nodes == 4
    assert found.auroc == pytest.approx(3 / 4)
    assert found.area == pytest.approx((1 + 1 / 2 + 2 / 3 + 1 / 2) / 4)
    assert (found.top_half, found.top_tenth, found.bottom_tenth) == (0.5, 1.0, 0.0)
    assert found.score == pytest.approx([0.3, 0.75])
    assert found.accuracy == pytest.approx([0.5, 0.5])
    assert found.count == [2, 2]


def test_tenths_of_twenty_nodes():
    # The worst ten are wrong, and so is the very best.
    right = torch.arange(20) >= 10
    right[19] = False
    found = trust(torch.arange(20).float(), right)
    assert (found.bottom_tenth, found.top_half, found.top_tenth) == pytest.approx((0.0, 0.9, 0.5))
    assert found.accuracy == [0.0] * 5 + [1.0] * 4 + [0.5]
    assert found.score[0] == 0.5
    assert found.count == [2] * 10


def test_fewer_nodes_than_bins_leave_some_empty():
    found = trust(SCORE, RIGHT)
    assert sum(found.count) == 4
    assert sum(n * a for n, a in zip(found.count, found.accuracy, strict=True)) == pytest.approx(2)


def test_no_node_at_all():
    found = trust(torch.zeros(0), torch.zeros(0, dtype=torch.bool))
    assert found[:6] == (0, None, None, None, None, None)
    assert found.count == [0] * 10


def test_the_interval_of_an_auroc_by_delongs_variance():
    # Right 1, 2, 4; wrong 0, 3: wins 1/2, 1/2, 1; losses below: 1, 1/3. Variances 1/12 and 2/9.
    score, right = torch.tensor([1.0, 2.0, 4.0, 0.0, 3.0]), torch.tensor([True, True, True, False, False])
    low, high = auroc_interval(score, right)
    value, error = 2 / 3, ((1 / 12) / 3 + (2 / 9) / 2) ** 0.5
    reach = 1.959964 * error / (value * (1 - value))
    assert low == pytest.approx(1 / (1 + math.exp(-math.log(2) + reach)))
    assert high == pytest.approx(1 / (1 + math.exp(-math.log(2) - reach)))


def test_more_nodes_make_it_narrower_and_it_stays_within_bounds():
    random = torch.Generator().manual_seed(0)
    score = torch.rand(4000, generator=random)
    right = torch.rand(4000, generator=random) < score
    few, many = (auroc_interval(score[:n], right[:n]) for n in (200, 4000))
    assert 0 < few[0] < many[0] < auroc(score, right) < many[1] < few[1] < 1


def test_no_interval_where_there_is_no_auroc_and_no_width_where_all_is_in_order():
    score = torch.tensor([0.1, 0.2, 0.3])
    assert auroc_interval(score, torch.tensor([True, True, True])) == (None, None)
    assert auroc_interval(score, torch.tensor([False, False, True])) == (1, 1)

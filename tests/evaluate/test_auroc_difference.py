"""The difference of two AUROCs on the same rows."""

import numpy as np
import pytest

from gnn2mlp.core.errors import DataError
from gnn2mlp.evaluate.auroc_difference import auroc_difference
from gnn2mlp.evaluate.membership import membership_auc


def test_by_hand() -> None:
    # Ours: 3 above both, 1 above one and tied with none: (1 + 1/2) / 2. Theirs: all are tied: 1/2.
    found = auroc_difference(([3.0, 1.0], [0.0, 2.0]), ([0.0, 0.0], [0.0, 0.0]))
    assert found.value == pytest.approx(0.25)
    # Shares below the first: 1 and 1/2, above the second: 1 and 1/2; the other's are all 1/2.
    assert found.high - found.value == pytest.approx(1.959964 * np.sqrt(2 * 0.125 / 2))


def test_values_are_those_of_membership_inference() -> None:
    random = np.random.default_rng(0)
    ours, theirs = ((random.normal(shift, size=40), random.normal(size=60)) for shift in (0.5, 0.0))
    found = auroc_difference(ours, theirs)
    assert found.value == pytest.approx(membership_auc(*ours).auc - membership_auc(*theirs).auc)
    assert found.nodes == 100
    turned = auroc_difference(theirs, ours)
    assert (turned.value, turned.low, turned.high) == pytest.approx((-found.value, -found.high, -found.low))


def test_95_of_100_intervals_hold_the_difference_of_paired_scores() -> None:
    random, held = np.random.default_rng(1), 0
    for _ in range(300):
        rows = random.normal(size=120)
        ours, theirs = (rows + random.normal(0, 0.5, size=120) for _ in range(2))
        found = auroc_difference((ours[:60], ours[60:]), (theirs[:60], theirs[60:]))
        held += found.low <= 0 <= found.high
    assert 0.9 < held / 300 < 0.99


def test_alike_scores_do_not_differ_and_a_single_row_tells_nothing() -> None:
    same = auroc_difference(([1.0, 2.0], [0.0, 3.0]), ([1.0, 2.0], [0.0, 3.0]))
    assert (same.value, same.low, same.high) == (0, 0, 0)
    one = auroc_difference(([1.0], [0.0, 0.5]), ([0.2], [0.0, 0.5]))
    assert (one.low, one.high) == (-1, 1)


def test_the_same_rows_are_needed() -> None:
    with pytest.raises(DataError, match=r"two scores of the same rows of both kinds, got \[1, 2\] and \[2, 2\]"):
        auroc_difference(([1.0], [0.0, 1.0]), ([1.0, 2.0], [0.0, 1.0]))
    with pytest.raises(DataError, match="of both kinds"):
        auroc_difference(([], [0.0]), ([], [0.0]))

import numpy as np
import pytest
import torch

from gnn2mlp.core.errors import ConfigError, DataError
from gnn2mlp.estimators.holdout import explicit, stratified

# Ten nodes of class 0, four of class 1, two unlabelled.
CODES = torch.tensor([0] * 10 + [1] * 4 + [-1] * 2)


@pytest.mark.parametrize(("fraction", "counts"), [(0.2, [2, 1]), (0.5, [5, 2]), (0.01, [1, 1]), (0.99, [9, 3])])
def test_each_class_gives_its_share_but_neither_all_nor_nothing(fraction: float, counts: list[int]) -> None:
    valid = stratified(CODES, fraction, seed=0)
    assert torch.bincount(CODES[valid]).tolist() == counts
    assert valid.tolist() == sorted(set(valid.tolist()))


def test_a_single_label_trains() -> None:
    assert stratified(torch.tensor([0, 1, 1]), 0.5, seed=0).tolist() in ([1], [2])


def test_the_draw_follows_the_seed() -> None:
    draws = [tuple(stratified(CODES, 0.5, seed).tolist()) for seed in (0, 0, 1, 2, 3)]
    assert draws[0] == draws[1]
    assert len(set(draws)) > 1


def test_nobody_could_validate() -> None:
    with pytest.raises(DataError, match="a class with at least two labelled nodes.*got one label per class"):
        stratified(torch.tensor([0, 1, -1]), 0.5, seed=0)


@pytest.mark.parametrize("fraction", [0, 1, -0.1, 1.5, float("nan"), "0.5", None])
def test_a_fraction_is_between_0_and_1(fraction: float) -> None:
    with pytest.raises(ConfigError, match="validation_fraction: expected a number between 0 and 1, both excluded"):
        stratified(CODES, fraction, seed=0)


@pytest.mark.parametrize("ids", [[12, 3], np.array([3, 12]), torch.tensor([12, 3]), np.isin(np.arange(16), [3, 12])])
def test_ids_or_a_mask(ids: object) -> None:
    assert explicit(CODES, ["a", "b"], ids).tolist() == [3, 12]


@pytest.mark.parametrize(
    ("ids", "message"),
    [
        ([], "row numbers of at least one labelled node, or a mask over all 16"),
        (np.zeros(16, dtype=bool), "row numbers of at least one labelled node"),
        ([0.5], "got float64"),
        ([[1], [1, 2]], "expected row numbers or a mask, got no array"),
        ([[1, 2]], r"of shape \(1, 2\)"),
        ([-1, 2], r"different row numbers in 0..15, got -1..2, 0 of them repeated"),
        ([16], "different row numbers in 0..15, got 16..16"),
        ([3, 3], "got 3..3, 1 of them repeated"),
        ([3, 14], "expected labelled nodes, got node 14, which has no label"),
        ([10, 11, 12, 13], "a training label for each class, got none for b; leave"),
    ],
)
def test_ids_that_cannot_validate_are_refused(ids: object, message: str) -> None:
    with pytest.raises(DataError, match=f"^validation_ids: .*{message}"):
        explicit(CODES, ["a", "b"], ids)

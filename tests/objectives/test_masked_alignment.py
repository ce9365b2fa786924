"""Alignment of a row and of what is left of it: by hand, sparse and dense."""

import pytest
import torch

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.core.seeds import seeded
from gnn2mlp.nn.csr import CSR
from gnn2mlp.nn.mlp import MLPOutput
from gnn2mlp.objectives import Batch, MaskedAlignment


class Half(torch.nn.Module):
    """Says log-odds 2x of two classes, and x as hidden."""

    def forward(self, x: torch.Tensor) -> MLPOutput:
        x = x.to_dense() if isinstance(x, CSR) else x
        return MLPOutput(torch.cat([2 * x, torch.zeros_like(x)], dim=1), x)


def batch(x: torch.Tensor, labels: torch.Tensor, weights: torch.Tensor | None = None, sparse: bool = False) -> Batch:
    rows = CSR.from_dense(x) if sparse else x
    return Batch(torch.arange(len(x)), labels, rows, Half(), weights=weights)


@pytest.mark.parametrize("sparse", [False, True])
def test_by_hand(sparse: bool) -> None:
    # A row (1) that keeps its value differs by nothing; one that loses it by log q of both classes and by 1 hidden.
    x, labels = torch.ones(4000, 1), torch.zeros(4000, dtype=torch.int64)
    lost = (torch.tensor([2.0, 0.0]).log_softmax(0) - torch.tensor([0.0, 0.0]).log_softmax(0)).square().mean().item()
    for outputs, each in ((1.0, lost), (0.0, 1.0), (0.25, 0.25 * lost + 0.75)):
        with seeded(0, "mask"):
            value = MaskedAlignment(0.5, outputs)(batch(x, labels, sparse=sparse)).item()
        share = value / each
        assert share == pytest.approx(0.5, abs=0.03)
        assert share * 4000 == pytest.approx(round(share * 4000), abs=0.01)  # so many rows, each of that loss


def test_rows_without_a_label_and_without_weight_say_nothing() -> None:
    x = torch.ones(2, 1)
    labels = torch.tensor([0, -1])
    values = set()
    for seed in range(20):
        with seeded(seed, "mask"):
            values.add(round(MaskedAlignment(0.5, 0.0)(batch(x, labels)).item(), 6))
    assert values == {0.0, 1.0}
    nothing = MaskedAlignment(0.9)(batch(x, torch.tensor([-1, -1])))
    assert nothing.item() == 0
    light = torch.tensor([1.0, 0.0])
    values = set()
    for seed in range(20):
        with seeded(seed, "mask"):
            values.add(round(MaskedAlignment(0.5, 0.0)(batch(x, torch.zeros(2).long(), light)).item(), 6))
    assert values == {0.0, 1.0}


def test_features_stay_as_they_are() -> None:
    x = torch.ones(5, 3)
    MaskedAlignment(0.9)(Batch(torch.arange(5), torch.zeros(5).long(), x, torch.nn.Sequential(Sum())))
    assert torch.equal(x, torch.ones(5, 3))


class Sum(torch.nn.Module):
    def forward(self, x: torch.Tensor) -> MLPOutput:
        return MLPOutput(x, x)


@pytest.mark.parametrize("options", [{"missing": 1.0}, {"outputs": 1.5}])
def test_impossible_options_are_refused(options: dict[str, float]) -> None:
    with pytest.raises(ConfigError, match=f"masked_alignment.{next(iter(options))}"):
        MaskedAlignment(**options)

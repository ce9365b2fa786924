"""A mixture of experts: shares by hand, noise, gradients."""

import math

import pytest
import torch
from torch import Tensor

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.core.seeds import seeded
from gnn2mlp.nn.csr import CSR
from gnn2mlp.nn.mixture import Mixture
from gnn2mlp.nn.mlp import MLP


def made(experts: int = 3, **options: float) -> Mixture:
    with seeded(0, "mixture"):
        return Mixture(6, [MLP(6, 5, 4) for _ in range(experts)], **options)


def rows(count: int = 9) -> Tensor:
    x = torch.randn(count, 6, generator=torch.Generator().manual_seed(1))
    return x * (x > 0)


def test_shares_by_hand() -> None:
    mixture = made(2, temperature=2.0)
    with torch.no_grad():
        mixture.gate.weight.zero_()
        mixture.gate.bias.copy_(torch.tensor([2 * math.log(3), 0.0]))  # type: ignore[union-attr]
    torch.testing.assert_close(mixture.shares(rows(1)), torch.tensor([[0.75, 0.25]]))
    said = [expert(rows(1)) for expert in mixture.experts]
    logits, hidden = mixture(rows(1))
    torch.testing.assert_close(logits, 0.75 * said[0].logits + 0.25 * said[1].logits)
    torch.testing.assert_close(hidden, 0.75 * said[0].hidden + 0.25 * said[1].hidden)


def test_sparse_rows_agree_with_dense_ones() -> None:
    mixture = made().eval()
    torch.testing.assert_close(mixture(CSR.from_dense(rows())), mixture(rows()))


def test_noise_is_of_training_alone_and_tries_experts_as_often_as_the_gate_says() -> None:
    """The largest of scores with Gumbel noise is each as often as its softmax says (Gumbel, 1954)."""
    mixture = made(gumbel=True, temperature=1e-3)
    x = rows(1).expand(20_000, 6)
    with seeded(0, "noise"), torch.no_grad():
        often = mixture.shares(x).mean(0)
    expected = mixture.gate(rows(1)).softmax(-1)[0]
    torch.testing.assert_close(often, expected, atol=0.015, rtol=0)
    mixture.eval()
    assert torch.equal(mixture(rows()).logits, mixture(rows()).logits)


def test_gradient_reaches_gate_and_experts() -> None:
    mixture = made().double()
    x = rows().double().requires_grad_()
    assert torch.autograd.gradcheck(lambda given: mixture(given).logits, (x,))
    mixture(x).logits.square().sum().backward()
    assert all(p.grad is not None and p.grad.abs().sum() > 0 for p in mixture.parameters())


def test_no_expert_is_refused() -> None:
    with pytest.raises(ConfigError, match="expected at least one expert, got none"):
        Mixture(6, [])

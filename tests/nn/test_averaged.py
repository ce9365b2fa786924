"""Several networks as one: averages by hand, gradients, and what cannot be averaged."""

import math

import pytest
import torch
from torch import Tensor

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.nn.averaged import Averaged, Outputs, average
from gnn2mlp.nn.csr import CSR
from gnn2mlp.nn.mlp import MLP

SAID = 3 * torch.randn(3, 5, 4, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
WEIGHTS = torch.tensor([0.5, 0.3, 0.2], dtype=torch.float64)


def networks(count: int = 3) -> list[MLP]:
    with torch.random.fork_rng():
        torch.manual_seed(0)
        return [MLP(6, 7, 4).eval() for _ in range(count)]


def rows() -> Tensor:
    x = torch.randn(9, 6, generator=torch.Generator().manual_seed(1))
    return x * (x > 0)


def test_classes_by_hand() -> None:
    # (3/4, 1/4) weighs 3, (1/4, 3/4) weighs 1: together (5/8, 3/8).
    said = torch.tensor([[[math.log(3), 0.0]], [[0.0, math.log(3)]]])
    made = average(said, torch.tensor([0.75, 0.25]), "classes")
    torch.testing.assert_close(made.exp(), torch.tensor([[0.625, 0.375]]))


@pytest.mark.parametrize(
    ("outputs", "expected"),
    [
        ("classes", (SAID.softmax(-1) * WEIGHTS[:, None, None]).sum(0).log()),
        ("labels", torch.logit((SAID.sigmoid() * WEIGHTS[:, None, None]).sum(0))),
        ("values", (SAID * WEIGHTS[:, None, None]).sum(0)),
    ],
)
def test_averages_are_those_of_what_outputs_stand_for(outputs: Outputs, expected: Tensor) -> None:
    torch.testing.assert_close(average(SAID, WEIGHTS, outputs), expected)
    given = SAID.clone().requires_grad_()
    assert torch.autograd.gradcheck(lambda x: average(x, WEIGHTS, outputs), (given,))


@pytest.mark.parametrize("outputs", ["classes", "labels", "values"])
def test_equal_members_say_what_each_says(outputs: Outputs) -> None:
    made = average(SAID[:1].expand(3, -1, -1), WEIGHTS, outputs)
    expected = SAID[0].log_softmax(-1) if outputs == "classes" else SAID[0]
    torch.testing.assert_close(made, expected)


@pytest.mark.parametrize("outputs", ["classes", "labels"])
def test_the_surest_members_stay_finite(outputs: Outputs) -> None:
    made = average(torch.tensor([[[500.0, -500.0]], [[400.0, -400.0]]]), torch.tensor([0.5, 0.5]), outputs)
    assert made.isfinite().all()
    assert (made[0, 0] - made[0, 1]).item() > 700


def test_sparse_rows_and_hidden_activations_of_all_side_by_side() -> None:
    members = networks()
    module = Averaged(members, [1, 1, 2]).eval()
    logits, hidden = module(CSR.from_dense(rows()))
    torch.testing.assert_close(logits, module(rows()).logits)
    torch.testing.assert_close(hidden, torch.cat([each(rows()).hidden for each in members], dim=1))
    assert module.weights.tolist() == [0.25, 0.25, 0.5]


def test_weights_are_saved_and_not_trained() -> None:
    state = Averaged(networks(), [1, 2, 1]).state_dict()
    other = Averaged(networks())
    other.load_state_dict(state)
    assert other.weights.tolist() == [0.25, 0.5, 0.25]
    assert "weights" not in dict(other.named_parameters())


def test_a_member_without_weight_says_nothing() -> None:
    first, second = networks(2)
    module = Averaged([first, second], [1, 0]).eval()
    torch.testing.assert_close(module(rows()).logits, first(rows()).logits.log_softmax(-1))
    module(rows()).logits[:, 0].sum().backward()
    assert all(p.grad is not None and p.grad.isfinite().all() for p in module.parameters())


@pytest.mark.parametrize("weights", [[1, 2], [1, -1, 1], [0, 0, 0], [1, float("nan"), 1], [1, float("inf"), 1]])
def test_impossible_weights_are_refused(weights: list[float]) -> None:
    with pytest.raises(ConfigError, match="expected a weight of at least 0 for each of 3 networks"):
        Averaged(networks(), weights)


def test_no_network_is_refused() -> None:
    with pytest.raises(ConfigError, match="expected at least one network, got none"):
        Averaged([])

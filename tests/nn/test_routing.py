"""Routed layers: shares, memories and penalties by hand."""

import math

import pytest
import torch
from torch import Tensor

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.core.seeds import seeded
from gnn2mlp.nn.csr import CSR
from gnn2mlp.nn.routing import RoutedLinear, RoutedMLP, Routing


def layer(**options: float) -> RoutedLinear:
    """Two of three experts by direction: memories along the axes, maps that are e times each input."""
    with seeded(0, "routing"):
        made = RoutedLinear(3, 1, Routing(**{"experts": 3, "top": 2, **options}))  # type: ignore[arg-type]
    with torch.no_grad():
        made.memory.copy_(torch.eye(3))
        made.maps.weight.copy_(torch.tensor([[1.0, 2.0, 3.0]]).expand(3, 3))
        made.maps.bias.zero_()  # type: ignore[union-attr]
        made.log_scale.zero_()
    made.begun.fill_(True)
    return made


X = torch.tensor([[3.0, 4.0, 0.0], [0.0, 0.0, 2.0]])


def softmax(first: float, second: float) -> tuple[float, float]:
    share = math.exp(first) / (math.exp(first) + math.exp(second))
    return share, 1 - share


def test_output_by_hand() -> None:
    # Cosines (.6, .8, 0): experts 0 and 1, whose maps say 7 and 14.
    low, high = softmax(0.6, 0.8)
    output, penalty = layer().eval()(X[:1])
    assert output.item() == pytest.approx(7 * low + 14 * high, rel=1e-5)
    assert penalty.item() == 0


def test_penalty_by_hand() -> None:
    made = layer(commitment=1.0, balance=0.5)
    _, penalty = made.train()(X)
    low, high = softmax(0.6, 0.8)
    third, other = softmax(1.0, 0.0)  # of the second row, to which experts 0 and 1 are equally near: the first is taken
    commitment = -(0.6 * low + 0.8 * high + third) / 2
    given = [low + other, high, third]
    mean = sum(given) / 3
    expected = commitment + 0.5 * sum((g - mean) ** 2 for g in given) / 2 / mean**2
    assert penalty.item() == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("form", ["dense", "sparse"])
def test_memories_move_towards_the_directions_that_they_are_given(form: str) -> None:
    made = layer(momentum=0.5)
    made.train()(CSR.from_dense(X[:1]) if form == "sparse" else X[:1])
    direction = torch.tensor([0.6, 0.8, 0.0])
    for expert in (0, 1):
        expected = torch.eye(3)[expert] + direction
        torch.testing.assert_close(made.memory[expert], expected / expected.norm())
    assert made.memory[2].tolist() == [0, 0, 1]  # was given nothing
    before = made.memory.clone()
    made.eval()(X)
    assert torch.equal(made.memory, before)


def test_memories_begin_at_rows_of_the_first_batch_and_only_once() -> None:
    with seeded(0, "routing"):
        made = RoutedLinear(3, 2, Routing(experts=4, top=1, momentum=1 - 1e-9))
        made.train()(X)
    directions = torch.nn.functional.normalize(X, dim=1)
    assert all((row - directions).abs().sum(1).min() < 1e-5 for row in made.memory)
    again = RoutedLinear(3, 2, Routing(experts=4, top=1, momentum=1 - 1e-9))
    again.load_state_dict(made.state_dict())
    again.train()(-X)  # as after a checkpoint
    torch.testing.assert_close(again.memory, made.memory, atol=1e-5, rtol=0)


def test_the_penalty_enters_gradients_once_and_no_value() -> None:
    def network(balance: float) -> RoutedMLP:
        with seeded(0, "routing"):
            return RoutedMLP(3, 4, 2, routing=Routing(4, 2, balance=balance, commitment=0.0)).double()

    x = torch.rand(6, 3, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    gradients, values = [], []
    for balance in (0.0, 1.0, 2.0):
        made = network(balance).train()
        with seeded(1, "batch"):
            value = made(x).logits.square().sum()
        value.backward()
        values.append(value.item())
        gradients.append(made.maps[0].maps.weight.grad)  # type: ignore[union-attr]
    assert values[0] == values[1] == values[2]
    assert isinstance(gradients[0], Tensor)
    charged = gradients[1] - gradients[0]  # type: ignore[operator]
    assert charged.abs().sum() > 0
    torch.testing.assert_close(gradients[2] - gradients[0], 2 * charged)  # type: ignore[operator]


def test_no_row_costs_nothing() -> None:
    made = RoutedMLP(3, 4, 2).train()
    logits = made(torch.zeros(0, 3)).logits
    logits.sum().backward()
    assert logits.shape == (0, 2)
    assert all(p.grad is None or p.grad.isfinite().all() for p in made.parameters())


@pytest.mark.parametrize("top", [0, 4])
def test_impossible_routing_is_refused(top: int) -> None:
    with pytest.raises(ConfigError, match=f"expected top from 1 to 3 experts, got {top}"):
        RoutedLinear(3, 2, Routing(experts=3, top=top))

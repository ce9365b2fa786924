"""Perceptrons side by side: the same answers and gradients, and parts that remain theirs."""

import pytest
import torch
from torch import Tensor

from gnn2mlp.core.seeds import generator, seeded
from gnn2mlp.nn.csr import CSR
from gnn2mlp.nn.mlp import MLP, Norm
from gnn2mlp.nn.stack import MLPStack

X = torch.randn(10, 7, generator=generator(0, "rows"))


def parts(count: int = 3, layers: int = 3, norm: Norm = "none", dropout: float = 0.0) -> list[MLP]:
    with seeded(0, "parts"):
        return [MLP(7, 4, 2, layers, dropout, norm) for _ in range(count)]


def gradients(part: MLP, x: Tensor) -> list[Tensor]:
    logits, hidden = part(x)
    total = logits.square().sum() + hidden.sum()
    return list(torch.autograd.grad(total, list(part.parameters())))


@pytest.mark.parametrize("norm", ["none", "batch", "layer"])
@pytest.mark.parametrize("layers", [2, 4])
@pytest.mark.parametrize("training", [True, False])
def test_each_part_answers_as_it_does_alone(norm: Norm, layers: int, training: bool) -> None:
    alone, tied = parts(3, layers, norm), parts(3, layers, norm)
    stack = MLPStack(tied).train(training)
    output = stack(X)
    assert output.logits.shape == (3, 10, 2)
    assert output.hidden.shape == (3, 10, 4)
    for number, part in enumerate(alone):
        torch.testing.assert_close(part.train(training)(X), (output.logits[number], output.hidden[number]))


@pytest.mark.parametrize("norm", ["none", "batch", "layer"])
def test_each_part_has_its_own_gradient(norm: Norm) -> None:
    stack = MLPStack(parts(3, 3, norm))
    logits, hidden = stack(X)
    (logits.square().sum() + hidden.sum()).backward()
    whole = {name: parameter.grad for name, parameter in stack.named_parameters()}
    for number, part in enumerate(parts(3, 3, norm)):
        for (name, _), own in zip(part.named_parameters(), gradients(part, X), strict=True):
            found = whole[name]
            assert found is not None
            torch.testing.assert_close(found.chunk(3, dim=-1)[number], own)


def test_sparse_rows_are_taken() -> None:
    x = X * (X > 0)
    stack = MLPStack(parts())
    torch.testing.assert_close(stack(CSR.from_dense(x)), stack(x))


def test_parts_are_views_both_ways() -> None:
    tied = parts(3, 3, "batch")
    stack = MLPStack(tied).train()
    with torch.no_grad():
        for parameter in stack.parameters():
            parameter += 0.1 * torch.randn(parameter.shape, generator=generator(0, "a step"))
    stack(X)  # moves the running statistics
    output = stack.eval()(X)
    for number, part in enumerate(tied):
        torch.testing.assert_close(part.eval()(X).logits, output.logits[number])
        assert part.norms[0].num_batches_tracked == 1
    other = parts(4, 3, "batch")[3]
    tied[1].load_state_dict(other.state_dict())
    changed = stack(X).logits
    torch.testing.assert_close(changed[1], other.eval()(X).logits)
    assert torch.equal(changed[::2], output.logits[::2])


def test_dropout_draws_for_each_part() -> None:
    with seeded(0, "one"):
        one = MLP(7, 200, 2, 2, 0.5)
    twins = [MLP(7, 200, 2, 2, 0.5) for _ in range(2)]
    for twin in twins:
        twin.load_state_dict(one.state_dict())
    stack = MLPStack(twins)
    with seeded(0, "dropout"):
        first, second = stack.train()(X).hidden
    assert not torch.equal(first == 0, second == 0)
    first, second = stack.eval()(X).hidden
    assert torch.equal(first, second)


def test_one_part_is_a_stack() -> None:
    (part,) = parts(1)
    before = part(X)
    torch.testing.assert_close(MLPStack([part])(X).logits[0], before.logits)


def test_double_precision_is_kept() -> None:
    stack = MLPStack([part.double() for part in parts()])
    assert stack(X.double()).logits.dtype == torch.float64

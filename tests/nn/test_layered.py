"""The MLP with two maps for each layer: its answers step by step, what it begins with, and that it is an MLP."""

import pytest
import torch

from gnn2mlp.nn.csr import CSR
from gnn2mlp.nn.fold import fold, input_maps
from gnn2mlp.nn.layered import LayeredMLP

ROWS = torch.rand(6, 4, generator=torch.Generator().manual_seed(0))


@pytest.mark.parametrize("norm", ["none", "batch", "layer"])
@pytest.mark.parametrize("layers", [2, 3])
def test_answers_step_by_step_and_folded(norm: str, layers: int) -> None:
    module = LayeredMLP(4, 5, 3, layers, norm=norm, start="random").eval()
    h, entering = ROWS, ROWS
    for number, (linear, between) in enumerate(zip(module.maps, module.norms, strict=True)):
        entering = h if number == 2 * layers - 2 else entering
        h = between(h @ linear.weight + linear.bias).relu()
    expected = h @ module.head.weight + module.head.bias
    logits, hidden = module(ROWS)
    torch.testing.assert_close(logits, expected)
    torch.testing.assert_close(hidden, entering)
    torch.testing.assert_close(fold(module)(ROWS), expected)
    torch.testing.assert_close(module(CSR.from_dense(ROWS)).logits, expected)
    assert input_maps(module) == [module.maps[0]]


def test_steps_are_what_enters_and_leaves_each_map() -> None:
    module = LayeredMLP(4, 5, 3, start="random", dropout=0.4)
    steps = module.steps(ROWS)
    assert len(steps) == 4
    for (entering, leaving), linear in zip(steps, [*module.maps, module.head], strict=True):
        torch.testing.assert_close(entering @ linear.weight + linear.bias, leaving)
    assert any((leaving < 0).any() for _, leaving in steps)  # as they were before ReLU


def test_begins_as_the_teachers_maps_without_propagation() -> None:
    module = LayeredMLP(4, 5, 3)
    weights, biases = [torch.randn(4, 5), torch.randn(5, 3)], [torch.randn(5), torch.randn(3)]
    module.inject(weights, biases)
    first = (ROWS @ weights[0] + biases[0]).relu()  # the identity behind it leaves it as it is
    torch.testing.assert_close(module.eval()(ROWS).hidden, first)
    torch.testing.assert_close(module(ROWS).logits, (first @ weights[1] + biases[1]).relu())


def test_further_columns_keep_what_they_began_with() -> None:
    module = LayeredMLP(6, 5, 3)
    before = module.maps[0].weight[4:].clone()
    module.inject([torch.zeros(4, 5), torch.zeros(5, 3)], [torch.zeros(5), torch.zeros(3)])
    assert torch.equal(module.maps[0].weight[4:], before)
    assert bool((module.maps[0].weight[:4] == 0).all())


def test_transformations_may_learn_more_slowly() -> None:
    assert LayeredMLP(4, 5, 3).learning_rates() == {}
    module = LayeredMLP(4, 5, 3, slow=0.1)
    slow = module.learning_rates()
    assert {id(p) for p in slow} == {id(p) for step in (module.maps[0], module.maps[2]) for p in step.parameters()}
    assert set(slow.values()) == {0.1}

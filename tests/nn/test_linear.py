import pytest
import torch
from torch import nn

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.core.seeds import seeded
from gnn2mlp.nn import CSR, Linear
from gnn2mlp.nn.optim import adam


def _linear(bias: bool = True) -> Linear:
    linear = Linear(3, 2, bias)
    with torch.no_grad():
        linear.weight.copy_(torch.tensor([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]))
        if linear.bias is not None:
            linear.bias.copy_(torch.tensor([0.5, -0.5]))
    return linear


@pytest.mark.parametrize("sparse", [False, True])
@pytest.mark.parametrize(("bias", "expected"), [(True, [[11.5, 13.5], [0.5, -0.5]]), (False, [[11, 14], [0, 0]])])
def test_by_hand(sparse: bool, bias: bool, expected: list[list[float]]) -> None:
    x = torch.tensor([[1.0, 0.0, 2.0], [0.0, 0.0, 0.0]])
    assert _linear(bias)(CSR.from_dense(x) if sparse else x).tolist() == expected


def test_sparse_and_dense_agree_in_values_and_gradients() -> None:
    x = torch.rand(20, 9, dtype=torch.float64)
    x[x < 0.7] = 0
    gradients = []
    linear = Linear(9, 4).double()
    for rows in (x, CSR.from_dense(x)):
        linear.zero_grad()
        out = linear(rows)
        out.square().sum().backward()
        gradients.append((out.detach(), linear.weight.grad.clone(), linear.bias.grad.clone()))
    for dense, sparse in zip(*gradients, strict=True):
        torch.testing.assert_close(dense, sparse)


def test_uniform_start_is_that_of_torch() -> None:
    with seeded(0, "init"):
        linear = Linear(400, 50)
    bound = 1 / 20
    for parameter in (linear.weight, linear.bias):
        assert parameter.abs().max() <= bound
        assert parameter.abs().max() > 0.9 * bound
    assert abs(linear.weight.mean()) < 0.05 * bound


def test_glorot_start_has_its_bound_and_no_offset() -> None:
    with seeded(0, "init"):
        linear = Linear(100, 50, init="glorot")
    bound = (6 / 150) ** 0.5  # 0.2
    assert 0.95 * bound < linear.weight.abs().max() <= bound
    assert not linear.bias.any()


def test_an_unknown_start_is_refused() -> None:
    with pytest.raises(ConfigError, match="init: expected one of uniform, glorot, got 'normal'"):
        Linear(3, 2, init="normal")


def test_sizes_and_printing() -> None:
    linear = Linear(3, 2, bias=False)
    assert (linear.in_features, linear.out_features) == (3, 2)
    assert str(linear) == "Linear(3, 2, bias=False)"
    assert dict(linear.named_parameters()).keys() == {"weight"}


@pytest.mark.parametrize("out", [1, 7, 15, 16, 40])
@pytest.mark.parametrize("sparse", [False, True])
def test_steps_of_narrow_maps_are_those_of_any_other(out: int, sparse: bool) -> None:
    # Narrow weights are stored by columns; gradients and the optimiser's state must lie as they do.
    x, target = torch.randn(30, 20, generator=torch.Generator().manual_seed(0)), torch.randn(30, out)
    layer = Linear(20, out)
    weight, bias = (
        nn.Parameter(part.detach().clone(memory_format=torch.contiguous_format)) for part in layer.parameters()
    )
    rows = CSR.from_dense(x) if sparse else x
    ours, plain = adam(layer.parameters(), 0.1, 0.01), torch.optim.Adam([weight, bias], lr=0.1, weight_decay=0.01)
    for _ in range(5):
        for optimiser, y in ((ours, layer(rows)), (plain, x @ weight + bias)):
            optimiser.zero_grad()
            (y - target).square().mean().backward()
            optimiser.step()
    torch.testing.assert_close(layer.weight, weight)
    torch.testing.assert_close(layer.bias, bias)


@pytest.mark.parametrize("out_features", [3, 20])
def test_a_weight_of_another_width_takes_the_place(out_features: int) -> None:
    layer = Linear(5, out_features)
    weight, strides = torch.rand(2, out_features), [stride == 1 for stride in layer.weight.stride()]
    layer.replace_weight(weight)
    assert torch.equal(layer(torch.eye(2)), weight + layer.bias)
    assert layer.in_features == 2
    assert [stride == 1 for stride in layer.weight.stride()] == strides

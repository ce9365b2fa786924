import pytest
import torch
from torch import nn

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.core.seeds import seeded
from gnn2mlp.nn import CSR, MLP
from gnn2mlp.nn.mlp import make_norm


def test_two_layers_by_hand() -> None:
    mlp = MLP(2, 2, 1)
    with torch.no_grad():
        mlp.maps[0].weight.copy_(torch.tensor([[1.0, -1.0], [2.0, 0.0]]))
        mlp.maps[0].bias.copy_(torch.tensor([0.0, 0.5]))
        mlp.head.weight.copy_(torch.tensor([[3.0], [10.0]]))
        mlp.head.bias.copy_(torch.tensor([1.0]))
    logits, hidden = mlp(torch.tensor([[1.0, 1.0], [-1.0, 0.0]]))
    assert hidden.tolist() == [[3, 0], [0, 1.5]]  # ReLU of (3, -0.5) and (-1, 1.5)
    assert logits.tolist() == [[10], [16]]


@pytest.mark.parametrize("layers", [2, 3, 5])
def test_widths(layers: int) -> None:
    mlp = MLP(7, 4, 3, layers=layers)
    assert len(mlp.maps) == layers - 1
    out = mlp(torch.ones(6, 7))
    assert out.logits.shape == (6, 3)
    assert out.hidden.shape == (6, 4)


@pytest.mark.parametrize("norm", ["none", "batch", "layer"])
def test_sparse_and_dense_rows_agree(norm: str) -> None:
    x = (torch.rand(10, 7, generator=torch.Generator().manual_seed(0)) > 0.7).float()
    mlp = MLP(7, 4, 3, layers=3, norm=norm)
    torch.testing.assert_close(mlp(CSR.from_dense(x)), mlp(x))


def test_dropout_acts_in_training_only() -> None:
    mlp = MLP(5, 200, 2, dropout=0.5)
    x = torch.rand(3, 5, generator=torch.Generator().manual_seed(0))
    mlp.eval()
    whole = mlp(x).hidden
    assert torch.equal(whole, mlp(x).hidden)
    mlp.train()
    with seeded(0, "dropout"):
        dropped = mlp(x).hidden
    active = whole > 0
    share = (dropped[active] == 0).float().mean()
    assert 0.35 < share < 0.65
    kept = dropped > 0
    torch.testing.assert_close(dropped[kept], 2 * whole[kept])


def test_gradient_reaches_every_parameter() -> None:
    mlp = MLP(5, 8, 3, layers=3, norm="layer")
    mlp(torch.rand(16, 5, generator=torch.Generator().manual_seed(0))).logits.square().sum().backward()
    assert all(p.grad is not None and p.grad.abs().sum() > 0 for p in mlp.parameters())


def test_norms() -> None:
    assert isinstance(make_norm("none", 3), nn.Identity)
    assert make_norm("batch", 3).num_features == 3
    assert make_norm("layer", 3).normalized_shape == (3,)


@pytest.mark.parametrize(("layers", "hidden"), [(1, 8), (0, 8), (2, 0)])
def test_too_small_is_refused(layers: int, hidden: int) -> None:
    with pytest.raises(ConfigError, match=f"layers >= 2 and hidden >= 1, got layers={layers} and hidden={hidden}"):
        MLP(5, hidden, 3, layers=layers)


def test_a_residual_layer_adds_to_what_it_reads_by_hand() -> None:
    mlp = MLP(1, 2, 1, layers=3, residual=True)
    with torch.no_grad():
        mlp.maps[0].weight.copy_(torch.tensor([[1.0, 2.0]]))
        mlp.maps[0].bias.zero_()
        mlp.maps[1].weight.copy_(torch.tensor([[1.0, -1.0], [1.0, -1.0]]))
        mlp.maps[1].bias.zero_()
        mlp.head.weight.copy_(torch.tensor([[1.0], [10.0]]))
        mlp.head.bias.zero_()
    # (1, 2), and with relu(3, -3) added (4, 2).
    logits, hidden = mlp(torch.tensor([[1.0]]))
    assert hidden.tolist() == [[4, 2]]
    assert logits.tolist() == [[24]]


@pytest.mark.parametrize("norm", ["none", "batch", "layer"])
def test_gradients_through_residual_layers_and_dropout(norm: str) -> None:
    x = torch.randn(6, 5, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    mlp = MLP(5, 4, 3, layers=4, dropout=0.3, norm=norm, residual=True).double()

    def value(rows: torch.Tensor) -> torch.Tensor:
        with seeded(0, "dropout"):
            logits: torch.Tensor = mlp(rows).logits
        return logits

    assert torch.autograd.gradcheck(value, (x.requires_grad_(),))


def test_a_residual_mlp_has_something_to_add_to() -> None:
    with pytest.raises(ConfigError, match="residual MLP .* needs layers >= 3, got layers=2"):
        MLP(5, 4, 3, layers=2, residual=True)

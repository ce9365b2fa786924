import pytest
import torch
from torch import nn

from gnn2mlp.nn import fold as folding
from gnn2mlp.nn.averaged import Averaged
from gnn2mlp.nn.csr import CSR
from gnn2mlp.nn.fold import (
    Folded,
    FoldedAverage,
    FoldedSequence,
    FoldedSideBySide,
    affine,
    fold,
    fold_appended,
    fold_input,
    input_maps,
)
from gnn2mlp.nn.link_mixture import SideBySide
from gnn2mlp.nn.mlp import MLP, MLPOutput, Norm
from gnn2mlp.nn.progressive import Progressive


def trained(norm: Norm, layers: int = 3, residual: bool = False) -> MLP:
    """An MLP whose normalisation layers have statistics and weights of their own."""
    with torch.random.fork_rng():
        torch.manual_seed(0)
        module = MLP(9, 7, 4, layers, dropout=0.5, norm=norm, residual=residual)
        for layer in module.norms:
            for parameter in layer.parameters():
                nn.init.normal_(parameter)
        for _ in range(20):
            module(3 * torch.randn(30, 9) + 1)
    return module.eval()


def rows() -> torch.Tensor:
    x = torch.randn(11, 9, generator=torch.Generator().manual_seed(1))
    return x * (x > 0.3)


@pytest.mark.parametrize(("layers", "residual"), [(2, False), (3, False), (3, True), (5, True)])
@pytest.mark.parametrize("norm", ["none", "batch", "layer"])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_logits_are_those_of_the_module(norm: Norm, layers: int, residual: bool, dtype: torch.dtype) -> None:
    module, x = trained(norm, layers, residual).to(dtype), rows().to(dtype)
    exact = torch.finfo(dtype).eps * 1e2
    expected = module(x).logits
    folded = fold(module)
    torch.testing.assert_close(folded(x), expected, rtol=exact, atol=exact)
    torch.testing.assert_close(folded(CSR.from_dense(x)), expected, rtol=exact, atol=exact)


def test_only_what_cannot_be_folded_is_left() -> None:
    for norm, left in (("none", 0), ("batch", 0), ("layer", 2)):
        folded = fold(trained(norm))  # type: ignore[arg-type]
        assert isinstance(folded, Folded)
        assert sum(layer.norm is not None for layer in folded.hidden) == left


def test_batch_normalisation_by_hand() -> None:
    module = MLP(1, 1, 1, norm="batch").eval()
    values = {
        "maps.0.weight": 2,
        "maps.0.bias": 1,
        "norms.0.weight": 3,
        "norms.0.bias": 5,
        "head.weight": 1,
        "head.bias": 0,
    }
    module.load_state_dict(
        module.state_dict()
        | {name: torch.full_like(module.state_dict()[name], value) for name, value in values.items()}
        | {"norms.0.running_mean": torch.tensor([4.0]), "norms.0.running_var": torch.tensor([1 - 1e-5])}
    )
    # (2 x + 1 - 4) 3 + 5 = 6 x - 4
    assert fold(module)(torch.tensor([[1.0], [2.0], [0.0]])).flatten().tolist() == pytest.approx([2, 8, 0], abs=1e-5)


def test_a_row_without_features_gives_the_bias() -> None:
    empty = CSR.from_dense(torch.zeros(2, 3))
    assert affine(empty, torch.ones(3, 2), torch.tensor([1.0, 2.0])).tolist() == [[1, 2], [1, 2]]
    assert affine(CSR.from_dense(torch.zeros(0, 3)), torch.ones(3, 2), torch.ones(2)).shape == (0, 2)


def test_the_module_and_its_input_stay_as_they_are() -> None:
    module, x = trained("batch"), rows()
    before, given = {k: v.clone() for k, v in module.state_dict().items()}, x.clone()
    folded = fold(module)
    folded(x)
    assert all(torch.equal(value, before[name]) for name, value in module.state_dict().items())
    assert torch.equal(x, given)


@pytest.mark.parametrize("norm", ["none", "batch", "layer"])
def test_answers_keep_no_gradients_and_weights_stay_those_of_the_moment(norm: Norm) -> None:
    module, x = trained(norm), rows()
    folded = fold(module)
    before = folded(x)
    assert not before.requires_grad
    assert not folded(CSR.from_dense(x)).requires_grad
    with torch.no_grad():
        for layer in module.norms:
            for parameter in layer.parameters():
                parameter.zero_()
    assert torch.equal(folded(x), before)
    assert all(parameter.requires_grad for parameter in module.parameters())


def test_another_module_is_called_as_it_is() -> None:
    class Doubling(nn.Module):
        def forward(self, x: torch.Tensor) -> MLPOutput:
            return MLPOutput(2 * x, x)

    assert folding.fold(Doubling())(torch.ones(1, 2)).tolist() == [[2, 2]]


@pytest.mark.parametrize("norm", ["none", "batch", "layer"])
def test_an_average_is_folded_member_by_member(norm: Norm) -> None:
    module, x = Averaged([trained(norm), trained(norm, 2), trained("none")], [1, 2, 0]).eval(), rows()
    folded = fold(module)
    assert isinstance(folded, FoldedAverage)
    assert [type(member) for member in folded.members] == [Folded, Folded]  # the third has no weight
    torch.testing.assert_close(folded(x), module(x).logits, rtol=1e-5, atol=1e-5)
    torch.testing.assert_close(folded(CSR.from_dense(x)), module(x).logits, rtol=1e-5, atol=1e-5)


def test_scaling_goes_into_the_first_map_of_each_member() -> None:
    module, x = Averaged([trained("batch"), trained("none")]).eval(), rows()
    shift, scale = torch.arange(9.0), torch.linspace(0.1, 2, 9)
    expected = module((x - shift) * scale).logits
    fold_input(input_maps(module) or (), shift, scale)
    torch.testing.assert_close(module(x).logits, expected, rtol=1e-4, atol=1e-4)


def test_the_maps_of_another_module_are_not_known() -> None:
    other = nn.Linear(9, 4)
    assert input_maps(other) is None
    assert input_maps(Averaged([trained("none"), other])) is None


@pytest.mark.parametrize("hidden", [7, 20])  # a weight of few outputs is laid out by columns
def test_appended_columns_are_folded(hidden: int) -> None:
    appended = torch.randn(9, 2, generator=torch.Generator().manual_seed(2))
    module = Averaged([MLP(11, hidden, 4), MLP(11, hidden, 4)]).eval()
    expected = module(torch.cat([rows(), rows() @ appended], dim=1)).logits
    fold_appended(input_maps(module) or (), appended)
    torch.testing.assert_close(module(rows()).logits, expected, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("norm", ["none", "batch", "layer"])
@pytest.mark.parametrize("threshold", [None, 0.0, 0.5, 1.0])
def test_a_sequence_folds_stage_by_stage(norm: Norm, threshold: float | None) -> None:
    torch.manual_seed(3)
    network = Progressive(5, 6, 3, stages=3, layers=3, norm=norm, exit_threshold=threshold)
    x = torch.rand(50, 5)
    for _ in range(20):
        network(x)  # running statistics
    network.eval()
    for stage in network.stages:
        stage.head.weight.data *= 4
    folded = fold(network)
    assert isinstance(folded, FoldedSequence)
    torch.testing.assert_close(folded(x), network(x).logits, atol=1e-5, rtol=1e-4)
    torch.testing.assert_close(folded(CSR.from_dense(x)), network(x).logits, atol=1e-5, rtol=1e-4)
    assert folded.capturable == (threshold is None)
    assert len(input_maps(network) or ()) == 3


@pytest.mark.parametrize("norm", ["none", "batch", "layer"])
def test_networks_side_by_side_are_folded_one_by_one(norm: Norm) -> None:
    module, x = SideBySide([trained(norm), trained("none", 2)]).eval(), rows()
    folded = fold(module)
    assert isinstance(folded, FoldedSideBySide)
    torch.testing.assert_close(folded(x), module(x).logits, rtol=1e-5, atol=1e-5)
    torch.testing.assert_close(folded(CSR.from_dense(x)), module(x).logits, rtol=1e-5, atol=1e-5)
    shift, scale = torch.arange(9.0), torch.linspace(0.1, 2, 9)
    expected = module((x - shift) * scale).logits
    fold_input(input_maps(module) or (), shift, scale)
    torch.testing.assert_close(module(x).logits, expected, rtol=1e-4, atol=1e-4)

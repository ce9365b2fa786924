"""Trained MLPs as the fewest operations that give their logits: normalisation folded into the maps, no dropout."""

import copy
from collections.abc import Callable, Iterable
from typing import NamedTuple

import torch
from torch import Tensor, nn

from gnn2mlp.nn.averaged import Averaged, Outputs, average
from gnn2mlp.nn.csr import CSR, Features, gather
from gnn2mlp.nn.linear import Linear
from gnn2mlp.nn.link_mixture import SideBySide
from gnn2mlp.nn.link_network import LinkNetwork
from gnn2mlp.nn.mixture import Mixture, mixed
from gnn2mlp.nn.mlp import MLP
from gnn2mlp.nn.progressive import Progressive, Stage, confidence


class Layer(NamedTuple):
    """x W + b, layer normalisation before the ReLU, which cannot be folded, and whether x is added last."""

    weight: Tensor
    bias: Tensor
    norm: nn.Module | None
    residual: bool = False


class Folded:
    """Logits (rows, classes) of rows (rows, features), dense or sparse, on the device of the weights.

    Weights are those of the moment of folding. None of them takes gradients, so torch keeps none, and the answer to a
    single row need not pay for a context that says so.
    """

    def __init__(self, hidden: list[Layer], head: Layer):
        self.hidden = hidden
        self.head = head

    def __call__(self, x: Features) -> Tensor:
        """Map features to logits."""
        for weight, bias, norm, residual in self.hidden:
            h = affine(x, weight, bias)
            h = (h if norm is None else norm(h)).relu_()
            x = h.add_(x) if residual else h  # type: ignore[arg-type]  # the first map, which reads CSR, adds nothing
        return affine(x, self.head.weight, self.head.bias)


class FoldedAverage:
    """Logits (rows, outputs) of the weighted average of several networks; those of weight 0 are left out.

    Args:
        members: each folded, or called as it is.
        weights: (members,), positive, with the sum 1.
        outputs: what is averaged; see `nn.averaged`.
    """

    def __init__(self, members: list[Callable[[Features], Tensor]], weights: Tensor, outputs: Outputs):
        self.members = members
        self.weights = weights
        self.outputs: Outputs = outputs

    def __call__(self, x: Features) -> Tensor:
        """Map features to logits."""
        return average(torch.stack([member(x) for member in self.members]), self.weights, self.outputs)


class FoldedMixture:
    """Logits (rows, outputs) of experts, mixed by a gate; see `nn.mixture`.

    Args:
        gate: the map to the scores of experts, divided by the temperature.
        experts: each folded, or called as it is.
    """

    def __init__(self, gate: Layer, experts: list[Callable[[Features], Tensor]]):
        self.gate = gate
        self.experts = experts

    def __call__(self, x: Features) -> Tensor:
        """Map features to logits."""
        shares = affine(x, self.gate.weight, self.gate.bias).softmax(-1)
        return mixed(shares, torch.stack([expert(x) for expert in self.experts], 1))


class FoldedSideBySide:
    """Outputs (rows, outputs of all) of several networks beside each other.

    Args:
        parts: each folded, or called as it is.
    """

    def __init__(self, parts: list[Callable[[Features], Tensor]]):
        self.parts = parts

    def __call__(self, x: Features) -> Tensor:
        """Map features to outputs."""
        return torch.cat([part(x) for part in self.parts], dim=1)


class FoldedStage(NamedTuple):
    """A stage of a sequence of MLPs: its own map of the rows, what it makes of the stage before, its other layers."""

    own: Layer
    before: Tensor | None
    rest: Folded

    def __call__(self, x: Features, before: tuple[Tensor, Tensor] | None) -> tuple[Tensor, Tensor]:
        """Hidden activations and logits, from rows and those of the stage before."""
        h = affine(x, self.own.weight, self.own.bias)
        if self.before is not None and before is not None:
            h = h.addmm_(torch.cat(before, dim=1), self.before)
        h = (h if self.own.norm is None else self.own.norm(h)).relu_()
        for weight, bias, norm, _ in self.rest.hidden:
            h = affine(h, weight, bias)
            h = (h if norm is None else norm(h)).relu_()
        return h, affine(h, self.rest.head.weight, self.rest.head.bias)


class FoldedSequence:
    """Logits (rows, classes) of a sequence of MLPs; a stage computes those rows alone that none before it answered.

    Args:
        stages: each folded.
        threshold: how sure a stage has to be to answer a row; `None`: the last answers.
    """

    def __init__(self, stages: list[FoldedStage], threshold: float | None):
        self.stages = stages
        self.threshold = threshold

    @property
    def capturable(self) -> bool:
        """Whether all is computed whatever the rows are, so that a CUDA graph can hold it."""
        return self.threshold is None

    def __call__(self, x: Features) -> Tensor:
        """Map features to logits."""
        return self.answered(x)[0]

    def answered(self, x: Features) -> tuple[Tensor, Tensor]:
        """Logits, and which stage gave them: int64 (rows,), from 0."""
        left: Tensor | None = None  # those of the rows that are still to be answered; `None`: all
        before = None
        for number, stage in enumerate(self.stages):
            before = stage(x, before)
            logits = before[1]
            if left is None:
                given, which = logits, torch.full((logits.size(0),), number, device=logits.device)
            else:
                given[left], which[left] = logits, number
            if self.threshold is None or number == len(self.stages) - 1:
                continue
            going = (confidence(logits) < self.threshold).nonzero()[:, 0]
            if not going.numel():
                break
            if going.numel() < logits.size(0):
                x, left = gather(x, going), going if left is None else left[going]
                before = before[0][going], logits[going]
        return given, which


def affine(x: Features, weight: Tensor, bias: Tensor) -> Tensor:
    """The map x W + b; of sparse rows it costs the non-zeros, without a sparse tensor being made."""
    if isinstance(x, CSR):
        return x.matmul(weight).add_(bias)
    return torch.addmm(bias, x, weight)


def fold(module: nn.Module) -> Callable[[Features], Tensor]:
    """A function from features to the logits of `module` in evaluation mode, equal up to rounding.

    Batch normalisation, an affine map once its statistics are fixed, goes into the map before it:
    W' = W s, b' = (b - μ) s + β with s = γ / √(σ² + ε). Of `Averaged`, `Mixture` and `SideBySide` each part is folded,
    of `Progressive` each stage, of `LinkNetwork` what embeds. Any other module is called as it is.

    Example:
        >>> mlp = MLP(in_features=4, hidden=8, out_features=2, norm="batch").eval()
        >>> rows = torch.rand(3, 4)
        >>> torch.allclose(fold(mlp)(rows), mlp(rows).logits, atol=1e-6)
        True
    """
    if isinstance(module, LinkNetwork):
        return fold(module.embed)
    if isinstance(module, SideBySide):
        return FoldedSideBySide([fold(part) for part in module.parts])
    if isinstance(module, Averaged):
        return _averaged(module)
    if isinstance(module, Mixture):
        return _mixture(module)
    if isinstance(module, Progressive):
        return FoldedSequence([_stage(stage) for stage in module.stages], module.exit_threshold)
    if not isinstance(module, MLP):
        return torch.inference_mode()(lambda x: module(x).logits)
    hidden = [
        _layer(linear, norm)._replace(residual=module.residual and number > 0)
        for number, (linear, norm) in enumerate(zip(module.maps, module.norms, strict=True))
    ]
    return Folded(hidden, _layer(module.head, nn.Identity()))


def _averaged(module: Averaged) -> FoldedAverage:
    counting = (module.weights > 0).nonzero()[:, 0]
    members = [fold(module.members[number]) for number in counting.tolist()]
    return FoldedAverage(members, module.weights[counting].clone(), module.outputs)


@torch.no_grad()
def _mixture(module: Mixture) -> FoldedMixture:
    weight, bias, *_ = _layer(module.gate, nn.Identity())
    gate = Layer(weight / module.temperature, bias / module.temperature, None)
    return FoldedMixture(gate, [fold(expert) for expert in module.experts])


@torch.no_grad()
def _stage(stage: nn.Module) -> FoldedStage:
    """What a stage reads of the one before it goes through the norm of the stage's own map as well."""
    assert isinstance(stage, Stage)
    own, before = _layer(stage.own, stage.norms[0]), None
    if stage.before is not None:
        norm, before = stage.norms[0], stage.before.weight.detach()
        if isinstance(norm, nn.BatchNorm1d):
            assert norm.running_var is not None, "statistics are tracked by default"
            before = before * (norm.weight * (norm.running_var + norm.eps).rsqrt())
    rest = [_layer(linear, norm) for linear, norm in zip(stage.maps, stage.norms[1:], strict=True)]
    return FoldedStage(own, before, Folded(rest, _layer(stage.head, nn.Identity())))


@torch.no_grad()
def _layer(linear: nn.Module, norm: nn.Module) -> Layer:
    assert isinstance(linear, Linear)
    weight = linear.weight.detach()
    bias = weight.new_zeros(weight.size(1)) if linear.bias is None else linear.bias.detach()
    if isinstance(norm, nn.BatchNorm1d):
        assert norm.running_mean is not None, "statistics are tracked by default"
        assert norm.running_var is not None, "statistics are tracked by default"
        scale = norm.weight * (norm.running_var + norm.eps).rsqrt()
        return Layer(weight * scale, (bias - norm.running_mean) * scale + norm.bias, None)
    return Layer(weight, bias, None if isinstance(norm, nn.Identity) else copy.deepcopy(norm).requires_grad_(False))


def input_maps(module: nn.Module) -> list[Linear] | None:
    """The affine maps through which alone a module reads its rows; `None` where these are not known.

    Example:
        >>> [tuple(each.weight.shape) for each in input_maps(Averaged([MLP(4, 8, 2), MLP(4, 8, 2)]))]
        [(4, 8), (4, 8)]
    """
    if isinstance(module, LinkNetwork):
        return input_maps(module.embed)
    if isinstance(module, SideBySide):
        return _all_maps(module.parts)
    if isinstance(module, Averaged):
        return _all_maps(module.members)
    if isinstance(module, Mixture):
        maps = _all_maps(module.experts)
        return None if maps is None else [module.gate, *maps]
    if isinstance(module, Progressive):
        return [stage.own for stage in module.stages]  # type: ignore[misc]
    if not isinstance(module, MLP):
        return None
    first = module.maps[0]
    assert isinstance(first, Linear)
    return [first]


def _all_maps(modules: Iterable[nn.Module]) -> list[Linear] | None:
    found = [input_maps(module) for module in modules]
    return None if None in found else [each for maps in found for each in maps or ()]


@torch.no_grad()
def fold_input(maps: Iterable[Linear], shift: Tensor, scale: Tensor) -> None:
    """Change the maps that read rows in place so that they read x where they read (x - shift) * scale.

    (x - m) s W + b = x (s W) + (b - (m s) W), in double precision.

    Args:
        maps: of a module that was trained on scaled rows, as `input_maps` gives them.
        shift: m, (features,).
        scale: s, (features,).
    """
    for linear in maps:
        assert linear.bias is not None, "the maps of an MLP have one"
        scaled = linear.weight.double() * scale.to(linear.weight.device).double()[:, None]
        linear.bias.copy_(linear.bias.double() - shift.to(scaled.device).double() @ scaled)
        linear.weight.copy_(scaled)


@torch.no_grad()
def fold_appended(maps: Iterable[Linear], appended: Tensor) -> None:
    """Change the maps that read rows in place so that they read x where they read [x, x M].

    [x, x M] W = x (W_1 + M W_2), where W_1 are the first rows of W, as many as x has columns; in double precision.

    Args:
        maps: of a module that was trained on such rows, as `input_maps` gives them.
        appended: M, (features, more).
    """
    for linear in maps:
        own, more = linear.weight.double().split(list(appended.shape))
        linear.replace_weight(own + appended.to(own.device).double() @ more)

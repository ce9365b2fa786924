"""Folded networks as ONNX nodes: an MLP is a few, several MLPs averaged are theirs and a few more."""

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor, nn

from gnn2mlp.deploy.onnx_parts import onnx
from gnn2mlp.nn.averaged import Outputs
from gnn2mlp.nn.fold import Folded, FoldedAverage, FoldedMixture, FoldedSideBySide, Layer

# Before the names of nodes that put networks together: 8-bit weights leave these alone.
MIXING = "mix/"


class Nodes:
    """Nodes and arrays of one network, which reads `rows`."""

    def __init__(self) -> None:
        self.nodes: list[Any] = []
        self.arrays: dict[str, Tensor] = {}

    def add(self, operator: str, values: list[str], result: str, name: str = "", **attributes: Any) -> str:
        """Add a node; the name of its result."""
        self.nodes.append(onnx().helper.make_node(operator, values, [result], name or None, **attributes))
        return result

    def mix(self, operator: str, values: list[str], result: str, **attributes: Any) -> str:
        """Add a node that puts networks together."""
        return self.add(operator, values, result, f"{MIXING}{result}", **attributes)

    def constant(self, name: str, value: Tensor) -> str:
        """Add an array."""
        self.arrays[name] = value
        return name


def network(folded: Any) -> Nodes | None:
    """The nodes of a folded network, the last of which gives `logits`; `None` of one that is not made of MLPs.

    Example:
        >>> from gnn2mlp.nn.fold import fold
        >>> from gnn2mlp.nn.mlp import MLP
        >>> [node.op_type for node in network(fold(MLP(4, 8, 3).eval())).nodes]
        ['Gemm', 'Relu', 'Gemm']
    """
    made = Nodes()
    return made if _written(made, folded, "", "logits") else None


def _written(made: Nodes, folded: Any, prefix: str, result: str) -> bool:
    """Whether the network could be added, with a prefix before all of its names but that of the result."""
    if isinstance(folded, Folded):
        _mlp(made, folded, prefix, result)
        return True
    if isinstance(folded, FoldedMixture):
        return _mixture(made, folded, prefix, result)
    if isinstance(folded, FoldedSideBySide):
        return _side_by_side(made, folded, prefix, result)
    return isinstance(folded, FoldedAverage) and _average(made, folded, prefix, result)


def _mlp(made: Nodes, folded: Folded, prefix: str, result: str) -> None:
    last = "rows"
    for index, layer in enumerate(folded.hidden):
        mapped = _mapped(made, layer, last, f"{prefix}map{index}", prefix, index)
        activated = made.add("Relu", [mapped], f"{prefix}hidden{index}")
        last = made.add("Add", [last, activated], f"{prefix}sum{index}") if layer.residual else activated
    _mapped(made, folded.head, last, result, prefix, len(folded.hidden))


def _mapped(made: Nodes, layer: Layer, reads: str, result: str, prefix: str, index: int) -> str:
    """An affine map, and layer normalisation if it has one."""
    weight = made.constant(f"{prefix}weight{index}", layer.weight)
    bias = made.constant(f"{prefix}bias{index}", layer.bias)
    mapped = made.add("Gemm", [reads, weight, bias], result)
    if not isinstance(layer.norm, nn.LayerNorm):
        return mapped
    scale = made.constant(f"{prefix}scale{index}", layer.norm.weight)
    shift = made.constant(f"{prefix}shift{index}", layer.norm.bias)
    reading, name = [mapped, scale, shift], f"{prefix}norm{index}"
    return made.add("LayerNormalization", reading, name, axis=-1, epsilon=layer.norm.eps)


def _average(made: Nodes, folded: FoldedAverage, prefix: str, result: str) -> bool:
    """The members, and the average of what their logits stand for; see `nn.averaged.average`."""
    axis = made.constant(f"{prefix}axis", torch.tensor([1]))
    together = _together(made, folded.members, axis, prefix)
    if together is None:
        return False
    weights = made.constant(f"{prefix}weights", _wide(folded, folded.weights))
    _AVERAGES[folded.outputs](made, together, weights, axis, result)
    return True


def _mixture(made: Nodes, folded: FoldedMixture, prefix: str, result: str) -> bool:
    """The experts, and the sum of what each says times the share that the gate gives it."""
    axis = made.constant(f"{prefix}axis", torch.tensor([1]))
    together = _together(made, folded.experts, axis, prefix)
    if together is None:
        return False
    weight = made.constant(f"{prefix}gate/weight", folded.gate.weight)
    bias = made.constant(f"{prefix}gate/bias", folded.gate.bias)
    scores = made.add("Gemm", ["rows", weight, bias], f"{prefix}scores")
    shares = made.mix("Softmax", [scores], f"{prefix}shares", axis=-1)
    last = made.constant(f"{prefix}last", torch.tensor([2]))
    column = made.mix("Unsqueeze", [shares, last], f"{prefix}shares/column")
    weighted = made.mix("Mul", [together, column], f"{prefix}weighted")
    made.mix("ReduceSum", [weighted, axis], result, keepdims=0)
    return True


def _side_by_side(made: Nodes, folded: FoldedSideBySide, prefix: str, result: str) -> bool:
    """The parts, and their outputs beside each other."""
    said = _parts(made, folded.parts, prefix)
    if said is not None:
        made.mix("Concat", said, result, axis=1)
    return said is not None


def _parts(made: Nodes, parts: Sequence[Any], prefix: str) -> list[str] | None:
    """The outputs of each part; `None` if one of them could not be added."""
    said = [f"{prefix}member{number}" for number in range(len(parts))]
    written = (_written(made, part, f"{name}/", name) for name, part in zip(said, parts, strict=True))
    return said if all(written) else None


def _together(made: Nodes, parts: Sequence[Any], axis: str, prefix: str) -> str | None:
    """The outputs (batch, parts, outputs) of all parts; `None` if one of them could not be added."""
    said = _parts(made, parts, prefix)
    if said is None:
        return None
    each = [made.mix("Unsqueeze", [name, axis], f"{name}/row") for name in said]
    return made.mix("Concat", each, f"{prefix}together", axis=1)


def _wide(folded: FoldedAverage, weights: Tensor) -> Tensor:
    """Weights (members, 1), or their logarithms where logarithms are added."""
    return (weights if folded.outputs == "values" else weights.log())[:, None]


def _of_classes(made: Nodes, together: str, weights: str, axis: str, result: str) -> None:
    logs = made.mix("LogSoftmax", [together], f"{together}/logs", axis=-1)
    _log_mean(made, logs, weights, axis, result)


def _of_labels(made: Nodes, together: str, weights: str, axis: str, result: str) -> None:
    """Log Σ w σ(z) - log Σ w σ(-z), with log σ(z) = -softplus(-z)."""
    opposite = made.mix("Neg", [together], f"{together}/opposite")
    no = made.mix("Neg", [made.mix("Softplus", [together], f"{together}/no+")], f"{together}/no")
    yes = made.mix("Neg", [made.mix("Softplus", [opposite], f"{together}/yes+")], f"{together}/yes")
    means = [_log_mean(made, each, weights, axis, f"{each}/mean") for each in (yes, no)]
    made.mix("Sub", means, result)


def _of_values(made: Nodes, together: str, weights: str, axis: str, result: str) -> None:
    weighted = made.mix("Mul", [together, weights], f"{together}/weighted")
    made.mix("ReduceSum", [weighted, axis], result, keepdims=0)


def _log_mean(made: Nodes, logs: str, weights: str, axis: str, result: str) -> str:
    weighted = made.mix("Add", [logs, weights], f"{logs}/weighted")
    return made.mix("ReduceLogSumExp", [weighted, axis], result, keepdims=0)


_AVERAGES: dict[Outputs, Callable[[Nodes, str, str, str, str], None]] = {
    "classes": _of_classes,
    "labels": _of_labels,
    "values": _of_values,
}

"""The network of message-passing teachers: a stack of layers over blocks, and the product that a layer computes."""

from abc import abstractmethod
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

from gnn2mlp.data.sampling import Block, Operator
from gnn2mlp.nn.csr import CSR, Features, gather
from gnn2mlp.nn.dropout import dropout, relu_dropout_
from gnn2mlp.nn.linear import Linear
from gnn2mlp.nn.mlp import Norm, make_norm

# A multiply-add of a sparse product costs about as much as this many of a dense one, as measured on one thread of a CPU
# with AVX-512. Either order is right; only time depends on it.
_SPARSE = 25


class PreAggregated(NamedTuple):
    """Dense features `rows` (sources, width) with their product `aggregated` (targets, width) with a layer's operator.

    Training on the whole graph multiplies the same operator with the same features in every epoch: once is enough.
    """

    rows: Tensor
    aggregated: Tensor

    @property
    def device(self) -> torch.device:
        """Where both live."""
        return self.rows.device


LayerInput = Features | PreAggregated
"""What a layer reads of the sources of its block."""


def rows_of(x: LayerInput) -> Features:
    """The features themselves."""
    return x.rows if isinstance(x, PreAggregated) else x


def first_rows(x: Features, count: int) -> Features:
    """The first `count` rows; `x` itself if it has no more, so that sparse rows keep their remembered transpose."""
    return x if count == len(x) else gather(x, torch.arange(count, device=x.device))


def drop_input(x: Features, probability: float, training: bool) -> Features:
    """Dropout on the rows that a layer reads; of sparse rows only the stored entries need a draw."""
    if isinstance(x, CSR):
        return x.with_values(dropout(x.values, probability, training)) if training and probability else x
    return dropout(x, probability, training)


def propagate(operator: Operator, x: LayerInput, weight: Tensor, bias: Tensor | None = None) -> Tensor:
    """M x W + b (targets, out) for the operator M (targets, sources), multiplied in the order that costs least.

    Sparse rows are mapped first, so that they stay sparse. Dense rows are mapped first where that makes them narrower
    or nearly every source is a target, and aggregated first where it is the other way round.
    """
    if isinstance(x, PreAggregated):
        aggregated = x.aggregated
    elif isinstance(x, CSR) or not _aggregate_first(operator, weight):
        out = operator @ (x @ weight)
        return out if bias is None else out.add_(bias)
    else:
        aggregated = operator @ x
    return aggregated @ weight if bias is None else torch.addmm(bias, aggregated, weight)


def _aggregate_first(operator: Operator, weight: Tensor) -> bool:
    (width, out), (targets, sources) = weight.shape, operator.shape
    entries, mapped = _SPARSE * operator.nnz, width * out
    return entries * width + targets * mapped < entries * out + sources * mapped


class OperatorConv(nn.Module):
    """h' = M h W + b: one learnt map, and an operator M that the links of a block decide.

    Args:
        in_features: width of h.
        out_features: width of h'.
        operator: gives M (targets, sources) of a block; each block is asked for it once, and keeps it.
    """

    def __init__(self, in_features: int, out_features: int, operator: Callable[[Any], Operator]):
        super().__init__()
        self.operator = operator
        self.map = Linear(in_features, out_features, bias=False, init="glorot")
        self.bias = nn.Parameter(torch.zeros(out_features))

    def forward(self, x: LayerInput, block: Block) -> Tensor:
        """Map (sources, in_features) to (targets, out_features)."""
        return propagate(block.operator(self.operator), x, self.map.weight, self.bias)


Layer = Callable[[LayerInput, Block], Tensor]
"""From rows of a block's sources to rows of its targets."""
OverAll = Callable[[Layer, LayerInput], Tensor]
"""How a layer meets the rows of all nodes: at once, or a part of the targets at a time."""


class Network(nn.Module):
    """What a message-passing teacher trains.

    Attributes:
        convs: its learnt maps, first to last, the widths of whose results tell what a pass takes.
        norms: what follows each of them but the last.
    """

    convs: nn.ModuleList
    norms: nn.ModuleList

    @abstractmethod
    def forward(self, x: LayerInput, blocks: Sequence[Block]) -> tuple[Tensor, Tensor]:
        """Logits and the activations that enter the last layer, both for the last block's targets.

        Args:
            x: (sources of the first block, features).
            blocks: first layer first.
        """

    def by_layer(self, x: LayerInput, blocks: Sequence[Block]) -> tuple[Tensor, list[Tensor]]:
        """As `forward`, with what every hidden layer says of the last block's targets, first to last.

        Default: what enters the last layer alone.
        """
        logits, hidden = self(x, blocks)
        return logits, [hidden]

    def logits(self, x: LayerInput, blocks: Sequence[Block]) -> Tensor:
        """The logits alone, for where nothing else is read."""
        logits: Tensor = self(x, blocks)[0]
        return logits

    @abstractmethod
    def over_all(self, x: LayerInput, each: OverAll) -> dict[str, Tensor]:
        """`logits`, `hidden` and what else is to be noted of all nodes, layer after layer.

        Args:
            x: (nodes, features).
            each: applies a layer to all nodes.
        """

    def pre_aggregate(self, x: Features, block: Block) -> LayerInput:
        """What many passes over all nodes read in place of `x`. Default: `x`."""
        return x


class GNN(Network):
    """A stack of message-passing layers: conv, then norm, ReLU and dropout except after the last.

    Args:
        convs: at least two modules called as `conv(x, block)`.
        widths: output width of each hidden layer.
        dropout: probability that a hidden activation is dropped in training.
        norm: normalisation of hidden layers.
    """

    def __init__(self, convs: Sequence[nn.Module], widths: Sequence[int], dropout: float, norm: Norm):
        super().__init__()
        self.convs = nn.ModuleList(convs)
        self.norms = nn.ModuleList(make_norm(norm, width) for width in widths)
        self.dropout = dropout

    def forward(self, x: LayerInput, blocks: Sequence[Block]) -> tuple[Tensor, Tensor]:
        """As in `Network`; there is one block per layer."""
        logits, layers = self.by_layer(x, blocks)
        return logits, layers[-1]

    def by_layer(self, x: LayerInput, blocks: Sequence[Block]) -> tuple[Tensor, list[Tensor]]:
        """As in `Network`: hidden layer l has seen l links around a node."""
        h, _ = self.transform_hidden(0, self.hidden_layer(0, x, blocks[0]))
        layers = [h]
        for index, block in enumerate(blocks[1:-1], start=1):
            h, _ = self.transform_hidden(index, self.hidden_layer(index, h, block))
            layers.append(h)
        # The targets of a block are the first of its sources.
        return self.last_layer(h, blocks[-1]), [each[: blocks[-1].num_targets] for each in layers]

    def over_all(self, x: LayerInput, each: OverAll) -> dict[str, Tensor]:
        """As in `Network`."""
        hidden, found = self.transform_hidden(0, each(partial(self.hidden_layer, 0), x))
        for index in range(1, len(self.convs) - 1):
            hidden, noted = self.transform_hidden(index, each(partial(self.hidden_layer, index), hidden))
            found |= noted
        return {"logits": each(self.last_layer, hidden), "hidden": hidden, **found}

    def hidden_layer(self, index: int, x: LayerInput, block: Block) -> Tensor:
        """Layer `index` before the last, dropout included: (sources, width) to (targets, hidden)."""
        return relu_dropout_(self.normalised(index, x, block), self.dropout, self.training)

    def normalised(self, index: int, x: LayerInput, block: Block) -> Tensor:
        """The same before its ReLU."""
        h: Tensor = self.norms[index](self.convs[index](x, block))
        return h

    def transform_hidden(self, index: int, h: Tensor) -> tuple[Tensor, dict[str, Tensor]]:
        """What the next layer reads of the rows (rows, hidden) of hidden layer `index`, and what to note of them.

        Here: the rows themselves, and nothing.
        """
        return h, {}

    def last_layer(self, x: LayerInput, block: Block) -> Tensor:
        """The layer that gives logits: (sources, hidden) to (targets, classes)."""
        logits: Tensor = self.convs[-1](x, block)
        return logits

    @torch.no_grad()
    def pre_aggregate(self, x: Features, block: Block) -> LayerInput:
        """`x` with its product with the first layer's `operator`, for where many passes read both as they are.

        Sparse rows stay alone, as their product would be many times as full, and so do rows that a layer without a
        fixed operator reads.
        """
        operator = getattr(self.convs[0], "operator", None)
        if operator is None or isinstance(x, CSR):
            return x
        return PreAggregated(x, block.operator(operator) @ x)

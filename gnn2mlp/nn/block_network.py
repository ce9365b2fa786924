"""A network that reads a graph as students' networks read rows: one argument in, logits and hidden activations out."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from torch import Tensor, nn

from gnn2mlp.nn.mlp import MLPOutput


class BlockRows(NamedTuple):
    """What a network over blocks of a graph reads of some nodes.

    Args:
        features: of the sources of the first block, in whatever form the network takes them.
        blocks: first layer first, as `gnn2mlp.data.sampling` makes them.
        chosen: int64 (rows,), which of the last block's targets are asked for, in this order; `None`: all of them.
    """

    features: Any
    blocks: Sequence[Any]
    chosen: Tensor | None = None


class LayersOutput(MLPOutput):
    """An `MLPOutput` that has beside its last hidden activations those of every hidden layer.

    Attributes:
        layers: (rows, hidden) each, first layer first; the last one is `hidden`.
    """

    layers: Sequence[Tensor]

    @classmethod
    def of(cls, logits: Tensor, layers: Sequence[Tensor]) -> "LayersOutput":
        """Logits (rows, outputs), and at least one layer."""
        made = cls(logits, layers[-1])
        made.layers = layers
        return made


def layers_of(output: MLPOutput) -> Sequence[Tensor]:
    """What each hidden layer says, (rows, hidden), first to last; of a network that tells of its last one, that one."""
    return output.layers if isinstance(output, LayersOutput) else [output.hidden]


class BlockNetwork(nn.Module):
    """Asks a network called as `network.by_layer(features, blocks)` for the rows of `BlockRows`.

    Args:
        network: gives logits (targets, outputs) and the activations (targets, hidden) of its hidden layers, of which
            the last enter its last layer.
        num_classes: width of the logits.
    """

    def __init__(self, network: nn.Module, num_classes: int):
        super().__init__()
        self.network = network
        self.num_classes = num_classes

    def forward(self, x: BlockRows) -> LayersOutput:
        """Logits (rows, outputs) and hidden activations (rows, hidden) of the nodes that are asked for."""
        logits, layers = self.network.by_layer(x.features, x.blocks)  # type: ignore[operator]  # it is a `Network`
        if x.chosen is None:
            return LayersOutput.of(logits, layers)
        chosen = x.chosen
        return LayersOutput.of(logits.index_select(0, chosen), [each.index_select(0, chosen) for each in layers])

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


class BlockNetwork(nn.Module):
    """Asks a network called as `network(features, blocks)` for the rows of `BlockRows`.

    Args:
        network: gives logits (targets, outputs) and the activations (targets, hidden) that enter its last layer.
        num_classes: width of the logits.
    """

    def __init__(self, network: nn.Module, num_classes: int):
        super().__init__()
        self.network = network
        self.num_classes = num_classes

    def forward(self, x: BlockRows) -> MLPOutput:
        """Logits (rows, outputs) and hidden activations (rows, hidden) of the nodes that are asked for."""
        logits, hidden = self.network(x.features, x.blocks)
        if x.chosen is None:
            return MLPOutput(logits, hidden)
        return MLPOutput(logits.index_select(0, x.chosen), hidden.index_select(0, x.chosen))

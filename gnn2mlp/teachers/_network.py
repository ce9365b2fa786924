"""The network that all layered teachers share: a stack of message-passing layers over blocks."""

from collections.abc import Sequence

from torch import Tensor, nn

from gnn2mlp.data.sampling import Block
from gnn2mlp.nn.csr import Features
from gnn2mlp.nn.dropout import dropout, relu_dropout_
from gnn2mlp.nn.mlp import Norm, make_norm


class GNN(nn.Module):
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

    def hidden_layer(self, index: int, x: Features, block: Block) -> Tensor:
        """Layer `index` before the last: (sources, width) to (targets, hidden)."""
        return self._activation(index, x, block, self.dropout)

    def activation(self, index: int, x: Features, block: Block) -> Tensor:
        """The same without dropout."""
        return self._activation(index, x, block, 0.0)

    def _activation(self, index: int, x: Features, block: Block, probability: float) -> Tensor:
        h: Tensor = self.norms[index](self.convs[index](x, block))
        return relu_dropout_(h, probability, self.training)

    def drop(self, h: Tensor) -> Tensor:
        """Dropout behind a hidden layer."""
        return dropout(h, self.dropout, self.training)

    def transform_hidden(self, index: int, h: Tensor) -> tuple[Tensor, dict[str, Tensor]]:
        """What the next layer reads of the rows (rows, hidden) of hidden layer `index`, and what to note of them.

        Here: the rows themselves, and nothing.
        """
        return h, {}

    def last_layer(self, x: Features, block: Block) -> Tensor:
        """The layer that gives logits: (sources, hidden) to (targets, classes)."""
        logits: Tensor = self.convs[-1](x, block)
        return logits

    def forward(self, x: Features, blocks: Sequence[Block]) -> tuple[Tensor, Tensor]:
        """Logits and the activations that enter the last layer, both for the last block's targets.

        Args:
            x: (sources of the first block, features).
            blocks: one per layer, first layer first.
        """
        h, _ = self.transform_hidden(0, self.hidden_layer(0, x, blocks[0]))
        for index, block in enumerate(blocks[1:-1], start=1):
            h, _ = self.transform_hidden(index, self.hidden_layer(index, h, block))
        return self.last_layer(h, blocks[-1]), h[: blocks[-1].num_targets]

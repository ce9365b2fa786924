"""The network of a tokenizer: a stack of message-passing layers with a vector quantiser between two of them."""

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor, nn

from gnn2mlp.data.sampling import Block
from gnn2mlp.nn.devices import to_device
from gnn2mlp.nn.dropout import dropout
from gnn2mlp.nn.linear import Linear
from gnn2mlp.nn.mlp import Norm
from gnn2mlp.nn.quantizer import Quantized, VectorQuantizer
from gnn2mlp.teachers._network import GNN, LayerInput

# Rows that lie elsewhere than the codebook come to it so many at a time.
_AT_ONCE = 65_536


class Tokens(NamedTuple):
    """Logits (targets, classes), the rows that were quantised (nodes, hidden), and what became of them."""

    logits: Tensor
    state: Tensor
    quantized: Quantized


class Tokenizer(GNN):
    """A `GNN` that goes on from code vectors, and two linear decoders that must tell features and edges from them.

    Rows are quantised before dropout, so that training and evaluation give a node the same code; dropout then acts on
    the code vectors.

    Args:
        convs: the layers.
        widths: output width of each hidden layer.
        dropout: probability that a hidden activation is dropped in training.
        norm: normalisation of hidden layers.
        quantizer: of rows as wide as hidden layer `after`.
        after: index of the hidden layer behind which rows are quantised.
        num_features: width of the features that are reconstructed.
    """

    def __init__(
        self,
        convs: Sequence[nn.Module],
        widths: Sequence[int],
        dropout: float,
        norm: Norm,
        quantizer: VectorQuantizer,
        after: int,
        num_features: int,
    ):
        super().__init__(convs, widths, dropout, norm)
        self.quantised_layer = after
        # Codes (nodes,) that move with their nodes in the next pass over all of them, before nodes choose anew.
        self.moving_codes: Tensor | None = None
        self.quantizer = quantizer
        # One column more than the code vectors are wide: the bias.
        self.feature_decoder = nn.Parameter(Linear(num_features, widths[after] + 1, init="glorot").weight.detach())
        self.edge_decoder = Linear(widths[after], widths[after], init="glorot")

    def hidden_layer(self, index: int, x: LayerInput, block: Block) -> Tensor:
        """As in `GNN`, without dropout where rows are to be quantised."""
        if index != self.quantised_layer:
            return super().hidden_layer(index, x, block)
        return self.normalised(index, x, block).relu_()

    def drop(self, h: Tensor) -> Tensor:
        """Dropout behind the code vectors."""
        return dropout(h, self.dropout, self.training)

    def transform_hidden(self, index: int, h: Tensor) -> tuple[Tensor, dict[str, Tensor]]:
        """Code vectors in place of the rows of the layer that is quantised; notes those rows and their codes."""
        if index != self.quantised_layer:
            return h, {}
        if self.moving_codes is not None:
            self.quantizer.move_to_means(h, self.moving_codes)
        vectors, codes = self._quantised(h) if _apart(h, self.quantizer) else self.quantizer(h)[:2]
        return self.drop(vectors), {"state": h, "code": codes}

    def _quantised(self, h: Tensor) -> tuple[Tensor, Tensor]:
        """Code vectors and codes of rows that lie elsewhere than the codebook; a part of them at a time goes to it."""
        vectors, codes = torch.empty_like(h), h.new_empty(h.size(0), dtype=torch.int64)
        for part in torch.arange(h.size(0)).split(_AT_ONCE):
            rows = slice(int(part[0]), int(part[-1]) + 1)
            quantized = self.quantizer(to_device(h[rows], self.quantizer.weight.device))
            vectors[rows], codes[rows] = quantized.vectors, quantized.codes
        return vectors, codes

    def tokens(self, x: LayerInput, blocks: Sequence[Block], codes: Tensor | None = None) -> Tokens:
        """The forward pass with all that a tokenizer's loss reads; with the given codes in place of the nearest."""
        h: LayerInput = x
        for index, block in enumerate(blocks[:-1]):
            h = self.hidden_layer(index, h, block)
            if index == self.quantised_layer:
                state, quantized = h, self.quantizer(h, codes)
                h = self.drop(quantized.vectors)
        return Tokens(self.last_layer(h, blocks[-1]), state, quantized)


def _apart(h: Tensor, quantizer: VectorQuantizer) -> bool:
    """Whether rows lie elsewhere than the codebook: on the CPU, where a graph is inferred layer by layer for a GPU."""
    return h.device != quantizer.weight.device

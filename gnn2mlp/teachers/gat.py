"""Graph attention network."""

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.core.limits import check_at_least, check_share
from gnn2mlp.data.sampling import GraphBlock
from gnn2mlp.nn.attention import aggregate, at_sources, at_targets, softmax
from gnn2mlp.nn.csr import CSR
from gnn2mlp.nn.dropout import dropout
from gnn2mlp.nn.linear import Linear
from gnn2mlp.teachers._gnn import GNNTeacher
from gnn2mlp.teachers._network import LayerInput, drop_input, rows_of


def neighbours_and_self(block: GraphBlock) -> CSR:
    """The (sampled) neighbours with the weights of their edges, and the node itself with the value 1."""
    return block.pattern.with_diagonal(block.pattern.values.new_ones(block.num_targets))


class AttentionConv(nn.Module):
    """h'_i = Σ_j α_ij W h_j + b over i and its neighbours j, for each head (Veličković et al., equations 1 to 6).

    α_ij is the softmax over j of LeakyReLU(s · W h_j + t · W h_i) + log w_ij, where t and s together are the paper's
    vector a. With the logarithm of its weight, an edge of weight 2 counts as two edges.
    """

    slope = 0.2

    def __init__(self, in_features: int, out_features: int, heads: int, dropout: float, attention_dropout: float):
        super().__init__()
        self.dropout = dropout
        self.attention_dropout = attention_dropout
        self.map = Linear(in_features, heads * out_features, bias=False, init="glorot")
        self.source = nn.Parameter(Linear(heads, out_features, bias=False, init="glorot").weight.detach())
        self.target = nn.Parameter(Linear(heads, out_features, bias=False, init="glorot").weight.detach())
        self.bias = nn.Parameter(torch.zeros(heads * out_features))
        # Scores of both ends, their sum, its activation, weights and dropped weights.
        self.numbers_per_link = 6 * heads

    def forward(self, x: LayerInput, block: GraphBlock) -> Tensor:
        """Map (sources, in_features) to (targets, heads * out_features)."""
        h = self.map(drop_input(rows_of(x), self.dropout, self.training)).view(-1, *self.source.shape)
        pattern = block.operator(neighbours_and_self)
        source = at_sources(pattern, torch.einsum("shw,hw->sh", h, self.source))
        target = at_targets(pattern, torch.einsum("shw,hw->sh", h[: block.num_targets], self.target))
        scores = F.leaky_relu(source + target, self.slope)
        if block.weighted:
            scores = scores + pattern.remembered("log", lambda: pattern.values.log()[:, None])
        weights = softmax(pattern, scores)
        weights = dropout(weights, self.attention_dropout, self.training)
        return aggregate(pattern, weights, h).flatten(1) + self.bias


class GAT(GNNTeacher):
    """GAT (Veličković et al., ICLR 2018, https://arxiv.org/abs/1710.10903).

    The paper knows no weights of edges. Where there are some, their logarithm is added to the scores before the
    softmax, so that an edge of weight 2 counts as two edges, as in the other teachers. (PyG's `GATConv` would learn
    from them as features of edges, which a student never sees.) On directed graphs a node attends to those from which
    it receives, and to itself.

    Args:
        heads: attention heads of hidden layers, each of width `hidden / heads`; the last layer has one.
        attention_dropout: on attention weights.
        hidden: width of hidden layers, over all heads.
        dropout: on the input of every layer, as in the paper.
        options: the others of `GNNTeacher`.

    Example:
        >>> network = GAT(hidden=16, heads=4).build(num_features=8, num_classes=3)
        >>> [tuple(conv.source.shape) for conv in network.convs]  # heads, and the width of each
        [(4, 4), (1, 3)]
    """

    name = "gat"
    citation = "Veličković et al., Graph Attention Networks, ICLR 2018"

    def __init__(
        self, heads: int = 8, attention_dropout: float = 0.3, hidden: int = 128, dropout: float = 0.6, **options: Any
    ):
        super().__init__(hidden=hidden, dropout=dropout, **options)
        self.heads = heads
        self.attention_dropout = attention_dropout
        check_at_least("teacher", 1, heads=heads)
        check_share("teacher", attention_dropout=attention_dropout)
        if hidden % heads:
            raise ConfigError(f"teacher.hidden: expected a multiple of teacher.heads ({heads}), got {hidden}")

    @property
    def hidden_dropout(self) -> float:
        """None: each layer drops its own input, and so its predecessor's output."""
        return 0.0

    def conv(self, in_features: int, out_features: int, last: bool) -> nn.Module:
        """One attention layer."""
        heads = 1 if last else self.heads
        return AttentionConv(in_features, out_features // heads, heads, self.dropout, self.attention_dropout)

"""Graph attention network."""

from typing import Any

import torch
import torch.nn.functional as F
import torch_geometric.nn
from torch import Tensor, nn

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.core.limits import check_at_least, check_share
from gnn2mlp.data.sampling import Block
from gnn2mlp.nn.csr import CSR, Features
from gnn2mlp.nn.linear import Linear
from gnn2mlp.teachers._gnn import GNNTeacher


class AttentionConv(nn.Module):
    """PyG's GATConv behind our own linear map, which takes sparse rows."""

    def __init__(self, in_features: int, out_features: int, heads: int, dropout: float, attention_dropout: float):
        super().__init__()
        self.dropout = dropout
        self.map = Linear(in_features, heads * out_features, bias=False, init="glorot")
        self.attention = torch_geometric.nn.GATConv(in_features, out_features, heads, dropout=attention_dropout)
        self.attention.lin = nn.Identity()

    def forward(self, x: Features, block: Block) -> Tensor:
        """Map (sources, in_features) to (targets, heads * out_features)."""
        h = self.map(_drop(x, self.dropout, self.training))
        edges = torch.stack([block.pattern.indices, block.pattern.row_ids()])
        out: Tensor = self.attention((h, h[: block.num_targets]), edges, size=(h.size(0), block.num_targets))
        return out


def _drop(x: Features, probability: float, training: bool) -> Features:
    """Dropout on the input of a layer; of sparse rows only the non-zeros need a draw."""
    if isinstance(x, CSR):
        return x.with_values(F.dropout(x.values, probability, training)) if training else x
    return F.dropout(x, probability, training)


class GAT(GNNTeacher):
    """GAT (Veličković et al., ICLR 2018, https://arxiv.org/abs/1710.10903).

    Args:
        heads: attention heads of hidden layers, each of width `hidden / heads`; the last layer has one.
        attention_dropout: on attention weights.
        hidden: width of hidden layers, over all heads.
        dropout: on the input of every layer, as in the paper.
        options: the others of `GNNTeacher`.
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

"""Graph attention network of whole graphs."""

from typing import Any

from torch import Tensor

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.core.limits import check_at_least, check_share
from gnn2mlp.teachers._graph_level import MessageGraphTeacher
from gnn2mlp.teachers._graph_network import Messages, Reads
from gnn2mlp.teachers.gat import AttentionConv


class GraphAttention(AttentionConv):
    """The layer of `gat`, over graphs side by side."""

    def forward(self, h: Tensor, messages: Messages) -> Tensor:  # type: ignore[override]
        """Map (nodes, width) to (nodes, width)."""
        return super().forward(h, messages.block)


class GraphGAT(MessageGraphTeacher):
    """GAT (Veličković et al., ICLR 2018, https://arxiv.org/abs/1710.10903), its nodes pooled. It reads no edge codes.

    Args:
        heads: attention heads of a layer, each of width `hidden / heads`.
        attention_dropout: on attention weights.
        options: the others of `MessageGraphTeacher`.

    Example:
        >>> GraphGAT(hidden=32, heads=4).heads
        4
    """

    name = "graph_gat"
    citation = "Veličković et al., Graph Attention Networks, ICLR 2018"

    def __init__(self, heads: int = 4, attention_dropout: float = 0.0, **options: Any):
        super().__init__(**options)
        self.heads = heads
        self.attention_dropout = attention_dropout
        check_at_least("teacher", 1, heads=heads)
        check_share("teacher", attention_dropout=attention_dropout)
        if self.hidden % heads:
            raise ConfigError(f"teacher.hidden: expected a multiple of teacher.heads ({heads}), got {self.hidden}")

    def conv(self, reads: Reads) -> GraphAttention:
        """One attention layer, whose dropout is that behind it."""
        return GraphAttention(self.hidden, self.hidden // self.heads, self.heads, 0.0, self.attention_dropout)

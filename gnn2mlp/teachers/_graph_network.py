"""The network of teachers of whole graphs: nodes are embedded, messages pass, what is left is pooled and classified."""

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor, nn

from gnn2mlp.data.graphs import GraphBatch
from gnn2mlp.data.sampling import GraphBlock
from gnn2mlp.nn.csr import CSR
from gnn2mlp.nn.dropout import relu_dropout_
from gnn2mlp.nn.graph_pool import Pooling, pool
from gnn2mlp.nn.linear import Linear
from gnn2mlp.nn.mlp import MLP, MLPOutput, Norm, make_norm
from gnn2mlp.nn.node_sets import code_rows, node_rows


class Reads(NamedTuple):
    """What a network reads of a set of graphs, which it is built for and every later set has to have.

    Args:
        code_sizes: how many values each field of the nodes' codes has.
        features: how many features a node has.
        edge_code_sizes: how many values each field of the edges' codes has.
    """

    code_sizes: tuple[int, ...]
    features: int
    edge_code_sizes: tuple[int, ...]

    @property
    def node_width(self) -> int:
        """Columns of `node_rows`."""
        return sum(self.code_sizes) + self.features

    @property
    def edge_width(self) -> int:
        """Columns of `code_rows` of the edges."""
        return sum(self.edge_code_sizes)


class Messages(NamedTuple):
    """What a layer reads beside the rows of nodes.

    Args:
        block: edges from every node to every node.
        edges: what each edge is, in the order of the block's entries, as columns of its codes; `None` without any.
    """

    block: GraphBlock
    edges: CSR | None


def messages_of(batch: GraphBatch, edge_code_sizes: Sequence[int]) -> Messages:
    """The edges of a batch, into each node from those that send to it.

    Degrees are counted, unless the batch tells them: a tree that was cut out of a graph has fewer edges at its leaves.
    """
    source, target = batch.edge_index
    order = target.argsort(stable=True)
    shape = (batch.num_nodes, batch.num_nodes)
    weight = torch.ones(order.numel(), device=order.device, dtype=torch.get_default_dtype())
    pattern = CSR.of_sorted(target[order], source[order], weight, shape)
    degrees = (pattern.indptr.diff() if batch.degrees is None else batch.degrees).to(weight.dtype)
    block = GraphBlock(pattern, degrees, degrees, torch.arange(batch.num_nodes, device=order.device))
    coded = batch.edge_codes is not None and edge_code_sizes
    return Messages(block, code_rows(batch.edge_codes[order], edge_code_sizes) if coded else None)  # type: ignore[index]


class GraphNetwork(nn.Module):
    """h = φ(x); h ← dropout(relu(norm(conv(h)))) for each layer; logits = ρ(pool of h over the nodes of a graph).

    Args:
        reads: what its graphs have.
        convs: layers called as `conv(h, messages)`, from `hidden` to `hidden` columns.
        hidden: width of nodes, of what is pooled, and of the hidden layer of ρ.
        num_outputs: of a graph.
        pool: `"mean"`, `"sum"` or `"max"`.
        dropout: on hidden activations.
        norm: of every layer's result.
    """

    def __init__(
        self,
        reads: Reads,
        convs: Sequence[nn.Module],
        hidden: int,
        num_outputs: int,
        pool: Pooling,
        dropout: float,
        norm: Norm,
    ):
        super().__init__()
        self.reads = reads
        self.embed = Linear(reads.node_width, hidden, init="glorot")
        self.convs = nn.ModuleList(convs)
        self.norms = nn.ModuleList(make_norm(norm, hidden) for _ in convs)
        self.head = MLP(hidden, hidden, num_outputs, dropout=dropout)
        self.pool: Pooling = pool
        self.dropout = dropout

    def forward(self, batch: GraphBatch) -> MLPOutput:
        """Logits (graphs, outputs), and the activations (graphs, hidden) that enter the last layer."""
        h, where = self.nodes(batch), batch.graph_of_node
        if batch.roots is not None:
            h, where = h[batch.roots], where[batch.roots]
        found: MLPOutput = self.head(pool(h, where, batch.num_graphs, self.pool))
        return found

    def nodes(self, batch: GraphBatch) -> Tensor:
        """What is known of each node (nodes, hidden) after all layers."""
        h: Tensor = self.embed(node_rows(batch.node_codes, self.reads.code_sizes, batch.features))
        messages = messages_of(batch, self.reads.edge_code_sizes)
        for conv, norm in zip(self.convs, self.norms, strict=True):
            h = relu_dropout_(norm(conv(h, messages)), self.dropout, self.training)
        return h

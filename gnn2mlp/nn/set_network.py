"""A network of sets: each row by itself, then all rows of a set together, and no word on what links them."""

from typing import Literal, get_args

import torch
from torch import Tensor, nn

from gnn2mlp.nn.csr import Features
from gnn2mlp.nn.graph_pool import pool, sizes
from gnn2mlp.nn.mlp import MLPOutput
from gnn2mlp.nn.node_sets import NodeSets

SetPooling = Literal["mean", "sum", "mean+size"]
SET_POOLINGS: tuple[str, ...] = get_args(SetPooling)


class SetNetwork(nn.Module):
    """y = ρ(pool of φ(x_i) over the rows i of a set) (Zaheer et al., Deep Sets, NeurIPS 2017, theorem 2).

    Args:
        embed: φ, whose `logits` (rows, width) are pooled after a ReLU.
        head: ρ, which reads the pooled rows (sets, width), one column wider with `"mean+size"`.
        pool: `"mean"`, `"sum"`, or `"mean+size"`: the mean, and the logarithm of how many rows there are.

    Example:
        >>> from gnn2mlp.nn.mlp import MLP
        >>> network = SetNetwork(MLP(4, 8, 8), MLP(8, 8, 2))
        >>> network(NodeSets(torch.eye(4), torch.tensor([0, 0, 0, 1]), 2)).logits.shape
        torch.Size([2, 2])
        >>> network(torch.eye(4)).logits.shape  # each row a set of its own
        torch.Size([4, 2])
    """

    def __init__(self, embed: nn.Module, head: nn.Module, pool: SetPooling = "mean"):
        super().__init__()
        self.embed = embed
        self.head = head
        self.pool: SetPooling = pool

    def forward(self, x: NodeSets | Features) -> MLPOutput:
        """Logits (sets, outputs) and the last hidden activations (sets, hidden) of sets; rows alone are sets of one."""
        sets = x if isinstance(x, NodeSets) else _single(x)
        found: MLPOutput = self.head(self.pooled(self.embed(sets.rows).logits.relu(), sets))
        return found

    def pooled(self, h: Tensor, sets: NodeSets) -> Tensor:
        """What the head reads of embedded rows (rows, width)."""
        where, count = sets.set_of_row, sets.num_sets
        if self.pool == "sum":
            return pool(h, where, count, "sum")
        mean = pool(h, where, count, "mean")
        if self.pool == "mean":
            return mean
        return torch.cat([mean, sizes(where, count, h).clamp(min=1).log()], dim=1)


def _single(rows: Features) -> NodeSets:
    count = rows.shape[0]
    return NodeSets(rows, torch.arange(count, device=rows.device), count)

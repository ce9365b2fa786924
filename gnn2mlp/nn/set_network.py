"""A network of sets: each row by itself, then all rows of a set together, and no word on what links them."""

from typing import Literal, get_args

import torch
from torch import Tensor, nn

from gnn2mlp.nn.csr import Features
from gnn2mlp.nn.graph_pool import pool, sizes
from gnn2mlp.nn.mlp import MLPOutput
from gnn2mlp.nn.node_sets import NodeSets

SetPooling = Literal["mean", "sum", "max", "mean+size", "mean+max+size"]
SET_POOLINGS: tuple[str, ...] = get_args(SetPooling)


class SetNetwork(nn.Module):
    """y = ρ(pool of φ(x_i) over the rows i of a set) (Zaheer et al., Deep Sets, NeurIPS 2017, theorem 2).

    Args:
        embed: φ, whose `logits` (rows, width) are pooled after a ReLU.
        head: ρ, which reads the pooled rows (sets, `pooled_width`).
        pool: what stands side by side in a pooled row: `mean`, `sum` or `max` of the embedded rows, and `size`, the
            logarithm of how many there are.

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
        return torch.cat([self._part(part, h, sets) for part in self.pool.split("+")], dim=1)

    @staticmethod
    def _part(part: str, h: Tensor, sets: NodeSets) -> Tensor:
        if part == "size":
            return sizes(sets.set_of_row, sets.num_sets, h, sets.counts).clamp(min=1).log()
        return pool(h, sets.set_of_row, sets.num_sets, part, sets.counts)  # type: ignore[arg-type]


def pooled_width(pooling: SetPooling, width: int) -> int:
    """Columns of a pooled row.

    Args:
        pooling: how rows are pooled.
        width: of an embedded row.

    Example:
        >>> pooled_width("mean+max+size", 8)
        17
    """
    return sum(1 if part == "size" else width for part in pooling.split("+"))


def _single(rows: Features) -> NodeSets:
    count = rows.shape[0]
    return NodeSets(rows, torch.arange(count, device=rows.device), count)

"""The part of a graph that the rows of a batch see within some steps, with a share of its edges left out."""

from typing import NamedTuple

import torch
from torch import Tensor

from gnn2mlp.nn.csr import CSR


class Step(NamedTuple):
    """One step of h' = Â h, from more nodes to fewer: Â = D̃^-1/2 (A + I) D̃^-1/2 of the edges that are left.

    Args:
        edges: (targets, sources), A.
        own: int64 (targets,), which source each target is; `None`: they are the same nodes in the same order.
        scale: float (sources,), D̃^-1/2.
    """

    edges: CSR
    own: Tensor | None
    scale: Tensor

    def __call__(self, h: Tensor) -> Tensor:
        """Map (sources, width) to (targets, width)."""
        scaled = self.scale.to(h.dtype)[:, None] * h
        neighbours = self.edges @ scaled
        mine, scale = (scaled, self.scale) if self.own is None else (scaled[self.own], self.scale[self.own])
        result: Tensor = scale.to(h.dtype)[:, None] * (neighbours + mine)
        return result


class Field(NamedTuple):
    """What some rows see.

    Args:
        nodes: int64 (nodes,), ascending, all that is seen; `None`: all nodes of the table.
        steps: from all that is seen to the rows.
        rows: int64 (rows,), where the rows are among what the last step gives.
    """

    nodes: Tensor | None
    steps: tuple[Step, ...]
    rows: Tensor


def thinned(adjacency: CSR, dropped: float) -> CSR:
    """The same pattern, in which a share of the edges weighs nothing; each direction of an edge is drawn by itself."""
    if not dropped:
        return adjacency
    kept = torch.rand(adjacency.nnz, device=adjacency.device) >= dropped
    return adjacency.with_values(adjacency.values * kept)


def whole_field(adjacency: CSR, rows: Tensor, steps: int) -> Field:
    """The field of rows that are all nodes, in whatever order; nothing is looked up."""
    step = Step(adjacency, None, (adjacency.row_sums() + 1).rsqrt())
    return Field(None, (step,) * steps, rows)


def field_of(adjacency: CSR, rows: Tensor, steps: int) -> Field:
    """The field of some rows: what lies within `steps` steps, all of it, so that a batch is a part of the whole.

    It costs what the rows see; where hubs are near, that may be most of a graph.
    """
    scale = (adjacency.row_sums() + 1).rsqrt()
    targets, made = rows.unique(), []
    at = torch.searchsorted(targets, rows)
    for _ in range(steps):
        edges = adjacency.rows(targets)
        sources = torch.cat([targets, edges.indices]).unique()
        local = CSR(
            edges.indptr, torch.searchsorted(sources, edges.indices), edges.values, (len(targets), len(sources))
        )
        made.append(Step(local, torch.searchsorted(sources, targets), scale[sources]))
        targets = sources
    return Field(targets, tuple(reversed(made)), at)

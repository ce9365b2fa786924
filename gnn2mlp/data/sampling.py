"""Neighbourhood blocks: the pieces of a graph that a layer needs, whole or sampled."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Generic, Self, TypeVar

import torch
from torch import Tensor

from gnn2mlp.nn.csr import CSR


class AnyBlock(ABC):
    """What one layer reads of a graph or hypergraph: how source nodes reach target nodes.

    The targets are the first sources, in the same order. All nodes are a block with targets = sources.

    Attributes:
        sources: int64 (sources,), node ids in the graph that the block was cut from.
    """

    sources: Tensor

    @property
    @abstractmethod
    def num_targets(self) -> int:
        """Number of nodes that receive."""

    @abstractmethod
    def to(self, device: torch.device | str) -> Self:
        """The same block on another device; the block itself, with its operators, where it is there already."""

    @abstractmethod
    def pairs(self, count: int, random: torch.Generator) -> tuple[Tensor, Tensor]:
        """At most `count` linked pairs, and about as many random ones that are not: int64 (2, pairs) each.

        A target, and a source that reaches it, by their positions in the block. `random` lives on the CPU.
        """


B = TypeVar("B", bound=AnyBlock)


class BlockSampler(ABC, Generic[B]):
    """Cuts blocks with whole neighbourhoods out of `num_nodes` nodes, for layer-wise inference and for requests."""

    def __init__(self, num_nodes: int):
        self.num_nodes = num_nodes
        self._whole: dict[torch.device, B] = {}

    @abstractmethod
    def everything(self) -> B:
        """All nodes as one new block on the CPU."""

    @abstractmethod
    def block(self, targets: Tensor) -> B:
        """The block into `targets` (unique ids) from all nodes that reach them in one layer."""

    def whole(self, device: torch.device | str = "cpu") -> B:
        """All nodes as one block on `device`; made once, so that its operators are made once."""
        place = torch.device(device)
        if place not in self._whole:
            self._whole[place] = self.everything().to(place)
        return self._whole[place]

    def reach(self, targets: Tensor, layers: int) -> list[B]:
        """Blocks for a stack of layers, first layer first; the sources of each are the targets of the one before it."""
        stack: list[B] = []
        for _ in range(layers):
            stack.append(self.block(targets))
            targets = stack[-1].sources
        return stack[::-1]


@dataclass(frozen=True, eq=False)
class Block(AnyBlock):
    """What one message-passing layer reads: edges from source nodes to target nodes.

    Args:
        pattern: `CSR` (targets, sources); row i holds the (sampled) neighbours of target i.
        target_degree: float (targets,), degree in the whole graph, without self-loop.
        source_degree: float (sources,), the same for sources.
        sources: int64 (sources,), node ids in the graph that the block was cut from.
    """

    pattern: CSR
    target_degree: Tensor
    source_degree: Tensor
    sources: Tensor
    _operators: dict[Callable[["Block"], CSR], CSR] = field(default_factory=dict, repr=False)

    def operator(self, make: Callable[["Block"], CSR]) -> CSR:
        """The weighted matrix (targets, sources) that `make` derives from this block; computed once and remembered."""
        if make not in self._operators:
            self._operators[make] = make(self)
        return self._operators[make]

    @property
    def num_targets(self) -> int:
        """Number of nodes that receive."""
        return self.pattern.shape[0]

    def to(self, device: torch.device | str) -> "Block":
        """The same block on another device; the block itself, with its operators, where it is there already."""
        if torch.device(device) == self.sources.device:
            return self
        return Block(
            self.pattern.to(device),
            self.target_degree.to(device),
            self.source_degree.to(device),
            self.sources.to(device),
        )

    def pairs(self, count: int, random: torch.Generator) -> tuple[Tensor, Tensor]:
        """Edges, all of them where there are no more than `count`, and random pairs that are none."""
        edges = torch.stack([self.pattern.row_ids(), self.pattern.indices])
        if edges.size(1) > count:
            edges = edges[:, torch.randint(edges.size(1), (count,), generator=random).to(edges.device)]
        others = random_pairs(self.pattern.shape, edges.size(1), random).to(edges.device)
        return edges, others[:, (others[0] != others[1]) & ~self.pattern.contains(*others)]


def random_pairs(shape: tuple[int, int], count: int, random: torch.Generator) -> Tensor:
    """int64 (2, count): rows and columns of a matrix of this shape, drawn evenly."""
    return (torch.rand((2, count), generator=random, dtype=torch.float64) * torch.tensor(shape)[:, None]).long()


class NeighbourSampler(BlockSampler[Block]):
    """Cuts blocks out of a graph: for layer-wise inference with all neighbours, for training with some.

    Sampling is uniform without replacement, as in GraphSAGE (Hamilton et al., NeurIPS 2017): a node with at most
    `fanout` neighbours keeps all of them.

    Args:
        adjacency: `CSR` (nodes, nodes) pattern without self-loops.
    """

    def __init__(self, adjacency: CSR):
        super().__init__(len(adjacency))
        self.adjacency = adjacency
        self.degree = adjacency.indptr.diff().to(torch.get_default_dtype())

    def everything(self) -> Block:
        """The graph itself as one block."""
        return Block(self.adjacency, self.degree, self.degree, torch.arange(self.num_nodes))

    def block(self, targets: Tensor, fanout: int | None = None, generator: torch.Generator | None = None) -> Block:
        """The block into `targets` (unique ids) from all their neighbours, or from `fanout` sampled ones."""
        rows = self.adjacency.rows(targets)
        if fanout is not None:
            rows = _sample_rows(rows, fanout, generator)
        sources, columns = relabel(targets, rows.indices)
        pattern = CSR(rows.indptr, columns, rows.values, (targets.numel(), sources.numel()))
        return Block(pattern, self.degree[targets], self.degree[sources], sources)

    def blocks(
        self, targets: Tensor, fanouts: Sequence[int | None], generator: torch.Generator | None = None
    ) -> list[Block]:
        """Blocks for a stack of layers, first layer first; `fanouts` in the same order, `None` = all neighbours.

        The sources of each block are the targets of the one before it.
        """
        stack: list[Block] = []
        for fanout in reversed(fanouts):
            stack.append(self.block(targets, fanout, generator))
            targets = stack[-1].sources
        return stack[::-1]


def _sample_rows(rows: CSR, fanout: int, generator: torch.Generator | None) -> CSR:
    """Keep `fanout` random entries of each row: those with the smallest of independent random keys."""
    counts = rows.indptr.diff()
    # Stay clear of 1: a large row id plus a key just below 1 would round up into the next row.
    keys = torch.rand(rows.nnz, generator=generator, dtype=torch.float64) * (1 - 2**-20)
    order = torch.argsort(rows.row_ids().to(torch.float64) + keys)  # rows stay together, entries are shuffled within
    rank = torch.arange(rows.nnz) - torch.repeat_interleave(rows.indptr[:-1], counts, output_size=rows.nnz)
    kept = order[rank < fanout].sort().values
    indptr = torch.cat([counts.new_zeros(1), counts.clamp(max=fanout).cumsum(0)])
    return CSR(indptr, rows.indices[kept], rows.values[kept], rows.shape)


def relabel(targets: Tensor, neighbours: Tensor) -> tuple[Tensor, Tensor]:
    """Sources (targets first, then every other neighbour, ascending) and the position of each neighbour among them."""
    others = torch.cat([targets, neighbours]).unique()
    others = others[~torch.isin(others, targets)]
    sources = torch.cat([targets, others])
    order = torch.argsort(sources)
    return sources, order[torch.searchsorted(sources[order], neighbours)]

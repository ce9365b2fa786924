"""Message flow blocks: the bipartite graphs that a layer reads, of full or sampled neighbourhoods (as in DGL)."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Generic, Protocol, Self, TypeVar

import torch
from torch import Tensor

from gnn2mlp.nn import devices
from gnn2mlp.nn.csr import CSR
from gnn2mlp.nn.devices import to_device


class Operator(Protocol):
    """A matrix (targets, sources) in whatever form: what aggregates."""

    @property
    def shape(self) -> tuple[int, int]:
        """(targets, sources)."""

    @property
    def nnz(self) -> int:
        """Entries that a product costs."""

    def __matmul__(self, dense: Tensor) -> Tensor:
        """The product with (sources, width), differentiable with respect to it."""


M = TypeVar("M", bound=Operator)
# Nodes that are marked in the time in which one is sorted.
_MARKED = 8


class Block(ABC):
    """What one layer reads of a graph or hypergraph: how messages pass from source nodes to target nodes.

    The targets are the first sources, in the same order. All nodes are a block with targets = sources.

    Attributes:
        sources: int64 (sources,), node ids in the graph that the block was cut from.
    """

    sources: Tensor
    _operators: dict[Callable[..., Any], Any]

    def operator(self, make: Callable[[Self], M]) -> M:
        """The weighted matrix (targets, sources) that `make` derives from this block; computed once and remembered."""
        if make not in self._operators:
            self._operators[make] = make(self)
        return self._operators[make]  # type: ignore[no-any-return]

    @property
    @abstractmethod
    def num_targets(self) -> int:
        """Number of nodes that receive."""

    @abstractmethod
    def to(self, device: torch.device | str) -> Self:
        """The same block on another device; the block itself, with its operators, where it is there already."""

    @abstractmethod
    def sample_pairs(self, count: int, random: torch.Generator) -> tuple[Tensor, Tensor]:
        """At most `count` linked pairs, and about as many random ones that are not: int64 (2, pairs) each.

        A target, and a source that reaches it, by their positions in the block. `random` lives on the CPU. A node with
        itself is no pair: where nobody is to wait for their number, such stand for what was drawn and does not count.
        """


B = TypeVar("B", bound=Block)


class BlockSampler(ABC, Generic[B]):
    """Makes blocks of full neighbourhoods among `num_nodes` nodes, for layer-wise inference and for requests."""

    def __init__(self, num_nodes: int):
        self.num_nodes = num_nodes
        self._full: dict[torch.device, B] = {}

    @abstractmethod
    def build_full_block(self) -> B:
        """All nodes as one new block on the CPU."""

    @abstractmethod
    def block(self, targets: Tensor) -> B:
        """The block into `targets` (unique ids) from all nodes that reach them in one layer."""

    def full_block(self, device: torch.device | str = "cpu") -> B:
        """All nodes as one block on `device`; made once, so that its operators are made once."""
        where = numbered(device)
        if where not in self._full:
            self._full[where] = self.build_full_block().to(where)
        return self._full[where]

    def holds_full_block(self, device: torch.device) -> bool:
        """Whether `full_block` has been made for `device`, so that it takes no more memory there."""
        return device in self._full

    def k_hop_blocks(self, targets: Tensor, hops: int) -> list[B]:
        """Blocks for a stack of layers, first layer first; the sources of each are the targets of the one before it."""
        return _stacked(targets, [self.block] * hops)


def _stacked(targets: Tensor, cuts: Sequence[Callable[[Tensor], B]]) -> list[B]:
    """Blocks first layer first, where `cuts` make them last layer first, each into the sources of the one before."""
    stack: list[B] = []
    for cut in cuts:
        stack.append(cut(targets))
        targets = stack[-1].sources
    return stack[::-1]


@dataclass(frozen=True, eq=False)
class GraphBlock(Block):
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
    _operators: dict[Callable[..., Any], Any] = field(default_factory=dict, repr=False)

    @property
    def num_targets(self) -> int:
        """Number of nodes that receive."""
        return self.pattern.shape[0]

    @property
    def sampled_degree(self) -> Tensor:
        """Float (targets,), number of neighbours that each target has in the block."""
        return self.pattern.indptr.diff().to(self.target_degree.dtype)

    def to(self, device: torch.device | str) -> "GraphBlock":
        """The same block on another device; the block itself, with its operators, where it is there already."""
        if numbered(device) == self.sources.device:
            return self
        return GraphBlock(
            self.pattern.to(device),
            to_device(self.target_degree, device),
            to_device(self.source_degree, device),
            to_device(self.sources, device),
        )

    def sample_pairs(self, count: int, random: torch.Generator) -> tuple[Tensor, Tensor]:
        """Edges, all of them where there are no more than `count`, and random pairs that are none."""
        edges = torch.stack([self.pattern.row_ids(), self.pattern.indices])
        if edges.size(1) > count:
            edges = edges[:, to_device(torch.randint(edges.size(1), (count,), generator=random), edges.device)]
        others = to_device(random_pairs(self.pattern.shape, edges.size(1), random), edges.device)
        linked = self.pattern.contains(*others)
        if devices.on_cpu(others):
            return edges, others[:, (others[0] != others[1]) & ~linked]
        return edges, others.masked_fill(linked, 0)


def numbered(device: torch.device | str) -> torch.device:
    """The device as tensors name it: `"cuda"` is the present one of several, and has a number then.

    Example:
        >>> numbered("cpu")
        device(type='cpu')
    """
    return torch.empty(0, device=device).device


def random_pairs(shape: tuple[int, int], count: int, random: torch.Generator) -> Tensor:
    """int64 (2, count): rows and columns of a matrix of this shape, drawn evenly."""
    return (torch.rand((2, count), generator=random, dtype=torch.float64) * torch.tensor(shape)[:, None]).long()


class NeighbourSampler(BlockSampler[GraphBlock]):
    """Makes blocks of a graph: for layer-wise inference with all neighbours, for training with some.

    Sampling is uniform without replacement, as in GraphSAGE (Hamilton et al., NeurIPS 2017): a node with at most
    `fanout` neighbours keeps all of them.

    Args:
        adjacency: `CSR` (nodes, nodes) pattern without self-loops.

    Example:
        >>> from gnn2mlp.data import graph_from_arrays
        >>> star = graph_from_arrays(torch.eye(4), [0, 1, 0, 1], [[0, 0, 0], [1, 2, 3]])
        >>> sampler = NeighbourSampler(star.adjacency)
        >>> sampler.block(torch.tensor([1])).sources.tolist()  # node 1, then its only neighbour
        [1, 0]
        >>> first, second = sampler.k_hop_blocks(torch.tensor([1]), hops=2)
        >>> first.sources.tolist(), second.sources.tolist()
        ([1, 0, 2, 3], [1, 0])
        >>> few = sampler.block(torch.tensor([0]), fanout=2, generator=torch.Generator().manual_seed(0))
        >>> few.pattern.nnz, few.target_degree.tolist()
        (2, [3.0])
    """

    def __init__(self, adjacency: CSR):
        super().__init__(len(adjacency))
        self.adjacency = adjacency
        self.degree = adjacency.indptr.diff().to(torch.get_default_dtype())

    def build_full_block(self) -> GraphBlock:
        """The graph itself as one block."""
        return GraphBlock(self.adjacency, self.degree, self.degree, torch.arange(self.num_nodes))

    def block(self, targets: Tensor, fanout: int | None = None, generator: torch.Generator | None = None) -> GraphBlock:
        """The block into `targets` (unique ids) from all their neighbours, or from `fanout` sampled ones."""
        if fanout is None:
            rows = self.adjacency.rows(targets)
        else:
            rows = _sampled_rows(self.adjacency, targets, fanout, generator)
        sources, columns = relabel(targets, rows.indices, self.num_nodes)
        pattern = CSR(rows.indptr, columns, rows.values, (targets.numel(), sources.numel()))
        return GraphBlock(pattern, self.degree[targets], self.degree[sources], sources)

    def sample_blocks(
        self, targets: Tensor, fanouts: Sequence[int | None], generator: torch.Generator | None = None
    ) -> list[GraphBlock]:
        """Blocks for a stack of layers, first layer first; `fanouts` in the same order, `None` = all neighbours.

        The sources of each block are the targets of the one before it.
        """
        cuts = [partial(self.block, fanout=fanout, generator=generator) for fanout in reversed(fanouts)]
        return _stacked(targets, cuts)


def _sampled_rows(matrix: CSR, ids: Tensor, fanout: int, generator: torch.Generator | None) -> CSR:
    """The rows `ids` with `fanout` random entries each, or all where there are no more; costs what it returns."""
    counts = matrix.indptr[ids + 1] - matrix.indptr[ids]
    indptr, entries = matrix.entries(ids, counts.clamp(max=fanout))
    full = (counts > fanout).nonzero()[:, 0]
    places = indptr[full] + torch.arange(fanout)[:, None]
    entries[places] = matrix.indptr[ids[full]] + _distinct(counts[full], fanout, generator)
    return CSR(indptr, matrix.indices[entries], matrix.values[entries], (ids.numel(), matrix.shape[1]))


def _distinct(sizes: Tensor, count: int, generator: torch.Generator | None) -> Tensor:
    """For each size n > `count` an even draw of `count` of 0 .. n-1 without repeats: int64 (count, sizes).

    Floyd's algorithm for all sizes at once: the j-th pick is even on 0 .. n-count+j, and where it was picked before, it
    is n-count+j itself (Bentley and Floyd, A Sample of Brilliance, CACM 1987).
    """
    draws = torch.rand((count, sizes.numel()), generator=generator, dtype=torch.float64)
    picks = torch.empty((count, sizes.numel()), dtype=torch.int64)
    for j in range(count):
        last = sizes - count + j
        pick = (draws[j] * (last + 1)).long()
        picks[j] = torch.where((picks[:j] == pick).any(0), last, pick)
    return picks


def relabel(targets: Tensor, neighbours: Tensor, num_nodes: int) -> tuple[Tensor, Tensor]:
    """Sources (targets first, then every other neighbour, ascending) and the position of each neighbour among them.

    Few neighbours are sorted; where that would take longer than a look at all nodes, these are marked instead.
    """
    if neighbours.numel() * _MARKED > num_nodes:
        marked = torch.zeros(num_nodes, dtype=torch.bool)
        marked[neighbours] = True
        marked[targets] = False
        sources = torch.cat([targets, marked.nonzero()[:, 0]])
        position = torch.empty(num_nodes, dtype=torch.int64)
        position[sources] = torch.arange(sources.numel())
        return sources, position[neighbours]
    ids, inverse = torch.cat([targets, neighbours]).unique(return_inverse=True)
    own, others = inverse[: targets.numel()], torch.ones(ids.numel(), dtype=torch.bool)
    others[own] = False
    position = torch.empty(ids.numel(), dtype=torch.int64)
    position[own] = torch.arange(targets.numel())
    position[others] = torch.arange(targets.numel(), ids.numel())
    return torch.cat([targets, ids[others]]), position[inverse[targets.numel() :]]

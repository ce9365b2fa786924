"""Message flow blocks: the bipartite graphs that a layer reads, of full or sampled neighbourhoods (as in DGL)."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import Any, Generic, NamedTuple, Protocol, Self, TypeVar

import torch
from torch import Tensor

from gnn2mlp.core.showing import short_repr
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
        pattern: `CSR` (targets, sources); row i holds the (sampled) neighbours of target i, and what their edges weigh.
        target_degree: float (targets,), degree in the whole graph, without self-loop: the weights of all edges.
        source_degree: float (sources,), the same for sources.
        sources: int64 (sources,), node ids in the graph that the block was cut from.
        target_links: float (targets,), number of neighbours in the whole graph, where edges have weights; `None` where
            that is the degree.
    """

    pattern: CSR
    target_degree: Tensor
    source_degree: Tensor
    sources: Tensor
    target_links: Tensor | None = None
    _operators: dict[Callable[..., Any], Any] = field(default_factory=dict, repr=False)

    __repr__ = short_repr

    @property
    def num_targets(self) -> int:
        """Number of nodes that receive."""
        return self.pattern.shape[0]

    @property
    def weighted(self) -> bool:
        """Whether edges have weights; those of `pattern` are 1 where they have none."""
        return self.target_links is not None

    @property
    def sampled_degree(self) -> Tensor:
        """Float (targets,), degree of each target in the block: the weights of the edges that it has there."""
        if self.weighted:
            return self.pattern.row_sums()
        return self.pattern.indptr.diff().to(self.target_degree.dtype)

    @property
    def links_per_sample(self) -> Tensor:
        """Float (targets,): for how many neighbours in the whole graph each one in the block stands, 0 of none."""
        links = self.target_degree if self.target_links is None else self.target_links
        return links / self.pattern.indptr.diff().to(links.dtype).clamp(min=1)

    def of_entries(self, targets: Tensor) -> Tensor:
        """Float (entries,): a number of each target, times the weight of each edge into it."""
        values = targets[self.pattern.row_ids()]
        return values * self.pattern.values if self.weighted else values

    def to(self, device: torch.device | str) -> "GraphBlock":
        """The same block on another device; the block itself, with its operators, where it is there already."""
        if numbered(device) == self.sources.device:
            return self
        return GraphBlock(
            self.pattern.to(device),
            to_device(self.target_degree, device),
            to_device(self.source_degree, device),
            to_device(self.sources, device),
            None if self.target_links is None else to_device(self.target_links, device),
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

    Where edges have weights, a node with more of them draws `fanout` in proportion to their weights, with replacement,
    and each drawn one weighs what an edge of the node weighs on average. So sums over drawn neighbours are, times the
    number of neighbours that each stands for, those over all of them in expectation, and weighted means are: whereas an
    even draw, whose sums the weights would scale, lets a rare heavy edge count for many times what it is.

    Args:
        adjacency: `CSR` (nodes, nodes) without self-loops; row i holds the neighbours from which i receives, and the
            weights of those edges, which count as none where all are 1.

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
        self.links = adjacency.indptr.diff().to(torch.get_default_dtype())
        self.weighted = not bool((adjacency.values == 1).all())
        self.degree = adjacency.row_sums().to(self.links.dtype) if self.weighted else self.links

    def build_full_block(self) -> GraphBlock:
        """The graph itself as one block."""
        links = self.links if self.weighted else None
        return GraphBlock(self.adjacency, self.degree, self.degree, torch.arange(self.num_nodes), links)

    def block(self, targets: Tensor, fanout: int | None = None, generator: torch.Generator | None = None) -> GraphBlock:
        """The block into `targets` (unique ids) from all their neighbours, or from `fanout` sampled ones."""
        if fanout is None:
            rows = self.adjacency.rows(targets)
        elif self.weighted:
            rows = self._weighted_rows(targets, fanout, generator)
        else:
            rows = _sampled_rows(self.adjacency, targets, fanout, generator)
        sources, columns = relabel(targets, rows.indices, self.num_nodes)
        pattern = CSR(rows.indptr, columns, rows.values, (targets.numel(), sources.numel()))
        links = self.links[targets] if self.weighted else None
        return GraphBlock(pattern, self.degree[targets], self.degree[sources], sources, links)

    def _weighted_rows(self, ids: Tensor, fanout: int, generator: torch.Generator | None) -> CSR:
        indptr, full, places, entries = _chosen(self.adjacency, ids, fanout)
        drawn = ids[full]
        entries[places] = self._draws.draw(drawn, fanout, generator)
        values = self.adjacency.values[entries]
        values[places] = (self.degree[drawn] / self.links[drawn]).to(values.dtype)
        return CSR(indptr, self.adjacency.indices[entries], values, (ids.numel(), self.num_nodes))

    @cached_property
    def _draws(self) -> "WeightedDraws":
        return WeightedDraws(self.adjacency)

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
    indptr, full, places, entries = _chosen(matrix, ids, fanout)
    counts = matrix.indptr[ids[full] + 1] - matrix.indptr[ids[full]]
    entries[places] = matrix.indptr[ids[full]] + _distinct(counts, fanout, generator)
    return CSR(indptr, matrix.indices[entries], matrix.values[entries], (ids.numel(), matrix.shape[1]))


class _Chosen(NamedTuple):
    """Entries of some rows, `fanout` at most of each, before any is drawn.

    Where each of the rows starts among them; the positions among the rows of those that have more; where, of each of
    these, the drawn entries belong, int64 (fanout, rows); and the first entries of each row, int64 (entries,).
    """

    indptr: Tensor
    full: Tensor
    places: Tensor
    entries: Tensor


def _chosen(matrix: CSR, ids: Tensor, fanout: int) -> _Chosen:
    counts = matrix.indptr[ids + 1] - matrix.indptr[ids]
    indptr, entries = matrix.entries(ids, counts.clamp(max=fanout))
    full = (counts > fanout).nonzero()[:, 0]
    return _Chosen(indptr, full, indptr[full] + torch.arange(fanout)[:, None], entries)


class WeightedDraws:
    """Draws entries of rows in proportion to their values, with replacement.

    Args:
        matrix: `CSR` with values above 0.

    Example:
        >>> draws = WeightedDraws(CSR.from_dense(torch.tensor([[1.0, 3.0], [2.0, 0.0]])))
        >>> drawn = draws.draw(torch.tensor([0]), 4000, torch.Generator().manual_seed(0))
        >>> round((drawn == 1).double().mean().item(), 2)
        0.75
    """

    def __init__(self, matrix: CSR):
        values, rows = matrix.values.double(), matrix.row_ids()
        total = torch.zeros(len(matrix), dtype=torch.float64).index_add_(0, rows, values)
        # The number of the row and, behind it, the share of its values up to each entry: ascending over all entries, so
        # that one search finds where a draw falls, in whatever row. Sums start anew in each row, and lose no digits.
        shares = (values / total[rows]).cumsum(0)
        before = torch.cat([shares.new_zeros(1), shares])[matrix.indptr[:-1]]
        self.ends = shares.sub_(before[rows]).clamp_(0, 1).add_(rows)
        self.indptr = matrix.indptr

    def draw(self, rows: Tensor, count: int, generator: torch.Generator | None) -> Tensor:
        """Positions of `count` entries of each of `rows`, none of them empty: int64 (count, rows)."""
        draws = torch.rand((count, rows.numel()), generator=generator, dtype=torch.float64)
        found = torch.searchsorted(self.ends, draws.add_(rows), right=True)
        return torch.minimum(torch.maximum(found, self.indptr[rows]), self.indptr[rows + 1] - 1)


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

"""Message flow blocks of a hypergraph: nodes that pass messages through the hyperedges they share."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

import torch
from torch import Tensor

from gnn2mlp.core.showing import short_repr
from gnn2mlp.data.hypergraph import HypergraphData
from gnn2mlp.data.sampling import Block, BlockSampler, numbered, random_pairs, relabel
from gnn2mlp.nn.csr import CSR
from gnn2mlp.nn.devices import to_device

Singletons = Literal["isolated", "all"]


class Operators(NamedTuple):
    """The matrix B A (targets, sources) that is never made: A (hyperedges, sources), then B (targets, hyperedges)."""

    to_hyperedges: CSR
    to_nodes: CSR

    @property
    def shape(self) -> tuple[int, int]:
        """(targets, sources)."""
        return self.to_nodes.shape[0], self.to_hyperedges.shape[1]

    @property
    def nnz(self) -> int:
        """Entries that a product costs."""
        return self.to_hyperedges.nnz + self.to_nodes.nnz

    def __matmul__(self, dense: Tensor) -> Tensor:
        """B (A x) for x (sources, width), differentiable with respect to it."""
        return self.to_nodes @ (self.to_hyperedges @ dense)


@dataclass(frozen=True, eq=False)
class HypergraphBlock(Block):
    """What one hypergraph layer reads: from source nodes to hyperedges, from these to target nodes.

    It holds every hyperedge of a target, with all of its members, and so costs their incidences.

    Args:
        members: `CSR` (hyperedges, sources) pattern; row e holds the nodes of hyperedge e.
        incidence: `CSR` (targets, hyperedges) pattern; row i holds the hyperedges of target i.
        weight: float (hyperedges,).
        target_degree: float (targets,), weight of all hyperedges of a node.
        source_degree: float (sources,), the same for sources.
        sources: int64 (sources,), node ids in the hypergraph that the block was cut from.
    """

    members: CSR
    incidence: CSR
    weight: Tensor
    target_degree: Tensor
    source_degree: Tensor
    sources: Tensor
    _operators: dict[Callable[..., Any], Any] = field(default_factory=dict, repr=False)

    __repr__ = short_repr

    @property
    def num_targets(self) -> int:
        """Number of nodes that receive."""
        return len(self.incidence)

    def to(self, device: torch.device | str) -> "HypergraphBlock":
        """The same block on another device; the block itself, with its operators, where it is there already."""
        if numbered(device) == self.sources.device:
            return self
        tensors = (self.weight, self.target_degree, self.source_degree, self.sources)
        weight, target_degree, source_degree, sources = (to_device(tensor, device) for tensor in tensors)
        return HypergraphBlock(
            self.members.to(device), self.incidence.to(device), weight, target_degree, source_degree, sources
        )

    def sample_pairs(self, count: int, random: torch.Generator) -> tuple[Tensor, Tensor]:
        """Targets and members of their hyperedges, and random pairs that share none.

        Pairs are drawn as a walk goes: an incidence, then a member of that hyperedge. So no pair of a large hyperedge
        is ever listed, and a pair counts by the number of hyperedges that it shares.
        """
        drawn = min(count, self.incidence.nnz)
        device = self.sources.device
        entry = to_device(torch.randint(max(1, self.incidence.nnz), (drawn,), generator=random), device)
        target, hyperedge = self.incidence.row_ids()[entry], self.incidence.indices[entry]
        start, size = self.members.indptr[hyperedge], self.members.indptr.diff()[hyperedge]
        step = to_device(torch.rand(drawn, generator=random, dtype=torch.float64), device)
        linked = torch.stack([target, self.members.indices[start + (step * size).long()]])
        others = to_device(random_pairs((self.num_targets, self.sources.numel()), drawn, random), device)
        others = others[:, others[0] != others[1]]
        return linked[:, linked[0] != linked[1]], others[:, ~self._share(*others)]

    def _share(self, target: Tensor, source: Tensor) -> Tensor:
        """Whether each target and source lie in one hyperedge, bool (pairs,)."""
        own = self.incidence.rows(target)
        pair = own.row_ids()
        inside = self.members.contains(own.indices, source[pair])
        return torch.zeros_like(target, dtype=torch.bool).index_fill_(0, pair[inside], True)


class HyperedgeSampler(BlockSampler[HypergraphBlock]):
    """Makes blocks of a hypergraph.

    Args:
        hypergraph: its hyperedges and their weights.
        singletons: `"isolated"` gives each node that lies in no hyperedge one of its own, of weight 1, without which a
            layer would answer it with zeros; `"all"` gives one to every node.

    Example:
        >>> from gnn2mlp.data import hypergraph_from_arrays
        >>> hypergraph = hypergraph_from_arrays(torch.eye(4), [0, 1, 0, 1], [[0, 1, 1, 2], [0, 0, 1, 1]])
        >>> block = HyperedgeSampler(hypergraph).block(torch.tensor([0]))
        >>> block.sources.tolist()  # node 0, and node 1, which shares its only hyperedge
        [0, 1]
    """

    def __init__(self, hypergraph: HypergraphData, singletons: Singletons = "isolated"):
        super().__init__(hypergraph.num_nodes)
        degree = hypergraph.degree
        alone = (degree == 0).nonzero()[:, 0] if singletons == "isolated" else torch.arange(self.num_nodes)
        members, dtype = hypergraph.members, torch.get_default_dtype()
        last = members.indptr[-1:]
        self.members = CSR(
            torch.cat([members.indptr, last + torch.arange(1, alone.numel() + 1)]),
            torch.cat([members.indices, alone]),
            torch.cat([members.values, members.values.new_ones(alone.numel())]).to(dtype),
            (len(members) + alone.numel(), self.num_nodes),
        )
        self.weight = torch.cat([hypergraph.weight, torch.ones(alone.numel())]).to(dtype)
        self.incidence = self.members.transpose()
        self.degree = (self.incidence @ self.weight[:, None])[:, 0]

    def build_full_block(self) -> HypergraphBlock:
        """The hypergraph itself as one block."""
        ids = torch.arange(self.num_nodes)
        return HypergraphBlock(self.members, self.incidence, self.weight, self.degree, self.degree, ids)

    def block(self, targets: Tensor) -> HypergraphBlock:
        """The block into `targets` (unique ids) from all members of their hyperedges."""
        own = self.incidence.rows(targets)
        hyperedges, inverse = own.indices.unique(return_inverse=True)
        inside = self.members.rows(hyperedges)
        sources, columns = relabel(targets, inside.indices, self.num_nodes)
        return HypergraphBlock(
            CSR(inside.indptr, columns, inside.values, (hyperedges.numel(), sources.numel())),
            CSR(own.indptr, inverse, own.values, (targets.numel(), hyperedges.numel())),
            self.weight[hyperedges],
            self.degree[targets],
            self.degree[sources],
            sources,
        )

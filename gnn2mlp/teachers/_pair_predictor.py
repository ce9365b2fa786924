"""What answers requests for pairs: both ends are embedded from their neighbourhoods, and nothing else is."""

from dataclasses import dataclass
from typing import Any, Self

import torch
from torch import Tensor

from gnn2mlp.core.environment import resolve_device
from gnn2mlp.core.errors import DataError
from gnn2mlp.core.showing import short_repr
from gnn2mlp.data.graph import GraphData
from gnn2mlp.data.sampling import BlockSampler, NeighbourSampler
from gnn2mlp.nn.csr import Features, gather
from gnn2mlp.nn.link_network import LinkNetwork
from gnn2mlp.teachers._inference import input_features
from gnn2mlp.teachers._network import Network


@dataclass(frozen=True, eq=False)
class PairPredictor:
    """A function from pairs int64 (pairs, 2) to logits of links (pairs,) on the CPU, which fetches what it needs.

    A node that is in many pairs is embedded once. `embed` and `score` are its two halves, for whoever keeps the
    embeddings of candidates.

    Args:
        module: the network, on `device`, in evaluation mode; its `embed` is a message-passing network.
        sampler: of the graph.
        features: (nodes, features), on the CPU, in the form in which the network computes.
        layers: how far a request reaches.
        device: where to compute.

    Example:
        >>> from gnn2mlp.data import graph_from_arrays
        >>> from gnn2mlp.teachers import Link
        >>> path = graph_from_arrays(torch.eye(5), [0, 1, 0, 1, 0], [[0, 1, 2, 3], [1, 2, 3, 4]])
        >>> teacher = Link(width=8)
        >>> teacher.initialise(num_features=5)
        >>> predictor = PairPredictor.of(teacher.module_, path, layers=2)
        >>> predictor.count_neighbourhood(torch.tensor([0, 1]))  # two hops from either of the two
        4
        >>> predictor(torch.tensor([[0, 1], [0, 4]])).shape
        torch.Size([2])
    """

    module: LinkNetwork
    sampler: BlockSampler[Any]
    features: Features
    layers: int
    device: torch.device | str

    __repr__ = short_repr

    @classmethod
    def of(cls, module: LinkNetwork, graph: GraphData, layers: int, device: torch.device | str = "cpu") -> Self:
        """Answers for the nodes of `graph`; moves the network to `device` and into evaluation mode."""
        device = resolve_device(device)
        return cls(module.to(device).eval(), NeighbourSampler(graph.adjacency), input_features(graph), layers, device)

    def __call__(self, pairs: Tensor) -> Tensor:
        """Logits (pairs,) of links between rows of the graph, int64 (pairs, 2).

        Raises:
            DataError: for pairs of another shape, or rows that the graph does not have.
        """
        nodes, places = checked_pairs(pairs, self.sampler.num_nodes).unique(return_inverse=True)
        z, places = self._embed(nodes), places.to(self.device)
        return self.score(z[places[:, 0]], z[places[:, 1]]).cpu()

    def embed(self, ids: Tensor) -> Tensor:
        """Embeddings (ids, width), on `device`, of rows int64 (ids,) of the graph, in any order, repeated or not."""
        nodes, places = ids.unique(return_inverse=True)
        return self._embed(nodes)[places.to(self.device)]

    @torch.inference_mode()
    def _embed(self, nodes: Tensor) -> Tensor:
        """Fetch the full neighbourhood of the distinct `nodes`, gather its features, move them, compute."""
        blocks = self.sampler.k_hop_blocks(nodes, self.layers)
        x = gather(self.features, blocks[0].sources).to(self.device)
        encoder = self.module.embed
        assert isinstance(encoder, Network)
        return encoder.logits(x, [block.to(self.device) for block in blocks])

    @torch.inference_mode()
    def score(self, z_u: Tensor, z_v: Tensor) -> Tensor:
        """Logits (pairs,), on `device`, of embeddings (pairs, width) of both ends."""
        return self.module.score(z_u, z_v)

    def count_neighbourhood(self, ids: Tensor) -> int:
        """How many nodes' features a request that embeds the rows `ids` reads."""
        return int(self.sampler.k_hop_blocks(ids.unique(), self.layers)[0].sources.numel())


def checked_pairs(pairs: Tensor, num_nodes: int) -> Tensor:
    """Pairs int64 (pairs, 2) from outside.

    Raises:
        DataError: if they are of another shape or type, or name nodes that there are not.
    """
    if pairs.dim() != 2 or pairs.size(1) != 2 or pairs.is_floating_point() or pairs.dtype == torch.bool:
        raise DataError(
            f"pairs: expected integers of shape (pairs, 2), two nodes in each line, got {pairs.dtype} of shape "
            f"{tuple(pairs.shape)}"
        )
    low, high = map(int, pairs.aminmax()) if pairs.numel() else (0, 0)
    if low < 0 or high >= num_nodes:
        raise DataError(
            f"pairs: expected nodes 0..{num_nodes - 1} of a graph of {num_nodes}, got {low}..{high}; ids count nodes "
            "from 0, and negative ones do not count from the end"
        )
    return pairs.long()

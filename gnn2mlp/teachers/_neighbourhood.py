"""What a trained network needs to answer requests: the graph at hand, and the features of whatever it reaches."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol

import torch
from torch import Tensor, nn

from gnn2mlp.core.errors import DataError
from gnn2mlp.data.sampling import BlockSampler
from gnn2mlp.nn.csr import Features, gather
from gnn2mlp.teachers._inference import infer
from gnn2mlp.teachers._network import Network

Mean = Literal["probabilities", "logits"]


class RequestPredictor(Protocol):
    """What answers requests for some nodes of a graph."""

    @property
    def module(self) -> nn.Module:
        """The network, or several."""

    def __call__(self, ids: Tensor) -> Tensor:
        """Probabilities (ids, classes) of the nodes `ids`."""

    def count_neighbourhood(self, ids: Tensor) -> int:
        """How many nodes' features a request for `ids` reads."""

    def predict_all(self) -> Tensor:
        """Logits of all nodes in one pass, on the CPU."""


@dataclass(frozen=True, eq=False)
class NeighbourhoodPredictor:
    """A function from node ids to class probabilities (ids, classes) on the CPU, which fetches what it needs.

    Args:
        module: the network, on `device`.
        sampler: of the graph.
        features: (nodes, features), on the CPU, in the form in which the network computes.
        layers: how far a request reaches.
        device: where to compute.

    Example:
        >>> from gnn2mlp.data import graph_from_arrays
        >>> from gnn2mlp.teachers import GCN
        >>> path = graph_from_arrays(torch.eye(4), [0, 1, 0, 1], [[0, 1, 2], [1, 2, 3]])
        >>> teacher = GCN(hidden=8, layers=2)
        >>> teacher.initialise(num_features=4, num_classes=2)
        >>> predictor = teacher.neighbourhood_predictor(path)
        >>> predictor.count_neighbourhood(torch.tensor([0]))  # the node, its neighbour, and the neighbour of that
        3
        >>> predictor(torch.tensor([3, 0, 3])).shape
        torch.Size([3, 2])
    """

    module: Network
    sampler: BlockSampler[Any]
    features: Features
    layers: int
    device: torch.device | str

    def __call__(self, ids: Tensor) -> Tensor:
        """Probabilities (ids, classes) of the nodes `ids`, integers (ids,), in any order and with repetitions.

        Raises:
            DataError: for ids outside 0 .. nodes - 1.
        """
        nodes, position = self._nodes(ids)
        return self._answer(nodes) if position is None else self._answer(nodes)[position]

    @torch.inference_mode()
    def _answer(self, ids: Tensor) -> Tensor:
        """Fetch the full neighbourhood of the distinct `ids`, gather its features, move them, compute."""
        blocks = self.sampler.k_hop_blocks(ids, self.layers)
        x = gather(self.features, blocks[0].sources).to(self.device)
        logits = self.module.logits(x, [block.to(self.device) for block in blocks])
        return logits.softmax(-1).cpu()

    def count_neighbourhood(self, ids: Tensor) -> int:
        """How many nodes' features a request for `ids` reads."""
        return int(self.sampler.k_hop_blocks(self._nodes(ids)[0], self.layers)[0].sources.numel())

    def _nodes(self, ids: Tensor) -> tuple[Tensor, Tensor | None]:
        """The distinct nodes among `ids`, and where each of `ids` is among them; `None` where all are distinct."""
        count = self.sampler.num_nodes
        low, high = map(int, ids.aminmax()) if ids.numel() else (0, 0)
        if low < 0 or high >= count:
            raise DataError(
                f"node ids: expected 0..{count - 1} on a graph of {count} nodes, got {low}..{high}; ids count nodes "
                "from 0, and negative ones do not count from the end"
            )
        if ids.numel() == 1:  # the commonest request
            return ids.long(), None
        nodes, position = ids.long().unique(return_inverse=True)
        return (ids.long(), None) if nodes.numel() == ids.numel() else (nodes, position)

    def predict_all(self) -> Tensor:
        """Logits of all nodes in one pass, on the CPU."""
        return infer(self.module, self.sampler, self.features.to(self.device))["logits"].cpu()


@dataclass(frozen=True, eq=False)
class MeanPredictor:
    """The mean of what several predictors of one graph say.

    Args:
        members: at least one.
        mean: of probabilities or of logits.
    """

    members: Sequence[RequestPredictor]
    mean: Mean

    @property
    def module(self) -> nn.Module:
        """The networks of all."""
        return nn.ModuleList(member.module for member in self.members)

    def __call__(self, ids: Tensor) -> Tensor:
        """As in `RequestPredictor`."""
        said = torch.stack([member(ids) for member in self.members])
        # Logarithms of probabilities are logits up to a number for each row, which the softmax does not know.
        return said.mean(0) if self.mean == "probabilities" else said.clamp(min=1e-30).log().mean(0).softmax(-1)

    def count_neighbourhood(self, ids: Tensor) -> int:
        """That of the member that reads farthest: neighbourhoods of one graph are nested."""
        return max(member.count_neighbourhood(ids) for member in self.members)

    def predict_all(self) -> Tensor:
        """As in `RequestPredictor`."""
        logits = torch.stack([member.predict_all() for member in self.members])
        return logits.mean(0) if self.mean == "logits" else logits.log_softmax(-1).logsumexp(0) - math.log(len(logits))

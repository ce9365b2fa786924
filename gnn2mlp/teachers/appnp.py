"""Predict, then propagate: an MLP whose answers travel by personalised PageRank."""

from collections.abc import Sequence
from functools import partial
from typing import Any

from torch import Tensor

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.core.limits import check_share
from gnn2mlp.data.sampling import Block
from gnn2mlp.nn.csr import CSR
from gnn2mlp.nn.dropout import dropout, relu_dropout_
from gnn2mlp.nn.linear import Linear
from gnn2mlp.teachers._network import LayerInput
from gnn2mlp.teachers._propagation import Hop, PropagationNetwork, PropagationTeacher, spread
from gnn2mlp.teachers.gcn import gcn_norm


class PersonalisedPropagation(PropagationNetwork):
    """Z = P relu(X W + b) W', P the K-th power iteration of α (I - (1 - α) Â)^-1.

    The second map has no bias, so that it may stand before the propagation, where it makes rows narrow, or behind it:
    the activations that enter it are taken there, where they tell of neighbours.

    Args:
        alpha: α, the share of a node's own answer that each hop brings back.
        edge_dropout: probability that an entry of Â is dropped in training, anew in each hop.
        options: the others of `PropagationNetwork`.
    """

    def __init__(
        self, num_features: int, num_classes: int, alpha: float, edge_dropout: float, hidden: int, **options: Any
    ):
        maps = [Linear(num_features, hidden, init="glorot"), Linear(hidden, num_classes, bias=False, init="glorot")]
        super().__init__(maps, hidden, **options)
        self.alpha = alpha
        self.edge_dropout = edge_dropout

    def between(self, mapped: Tensor) -> Tensor:
        """Activations (rows, hidden) between the maps, of each row by itself."""
        return relu_dropout_(self.norms[0](mapped), self.dropout, self.training)

    def travel(self, mapped: Tensor, hops: Sequence[Hop]) -> tuple[Tensor, Tensor]:
        """As in `PropagationNetwork`; hidden activations travel."""
        hidden = spread(self.between(mapped), hops, 1 - self.alpha, self.alpha)
        logits: Tensor = self.convs[1](hidden)
        return logits, hidden

    def logits(self, x: LayerInput, blocks: Sequence[Block]) -> Tensor:
        """The same logits, where they travel themselves: as wide as there are classes."""
        predicted = self.convs[1](self.between(self.first_map(x)))
        return spread(predicted, self.steps(blocks), 1 - self.alpha, self.alpha)

    def steps(self, blocks: Sequence[Block]) -> list[Hop]:
        """The products with Â, or in training with what each hop keeps of it."""
        if not (self.training and self.edge_dropout):
            return super().steps(blocks)
        return [partial(_thinned_hop, block=block, probability=self.edge_dropout) for block in blocks]


def _thinned_hop(z: Tensor, block: Block, probability: float) -> Tensor:
    operator: CSR = block.operator(gcn_norm)  # type: ignore[arg-type]
    return operator.with_values(dropout(operator.values, probability, True)) @ z


class APPNP(PropagationTeacher):
    """APPNP (Gasteiger et al., ICLR 2019, https://arxiv.org/abs/1810.05997): predictions, then personalised PageRank.

    Weights and the direction of edges are read as in `GCN`, and as PyG's `APPNP` reads them.

    Departures from the paper: `weight_decay` acts on all weights, in the paper on those of the first map; the first map
    has a bias, as in DGL's form, from which GLNN's tables come; epochs are chosen as for all teachers.

    Args:
        alpha: α, the probability of a return to the node itself.
        edge_dropout: probability that an entry of the propagation is dropped in training, anew in each hop.
        hops: K, the power iterations.
        options: the others of `PropagationTeacher`; there are no `fanouts`, as it trains on the whole graph.

    Example:
        >>> import torch
        >>> from gnn2mlp.data import Observed, graph_from_arrays
        >>> graph = graph_from_arrays(torch.eye(6), [0, 0, 0, 1, 1, 1], [[0, 1, 3, 4], [1, 2, 4, 5]])
        >>> observed = Observed(graph, torch.arange(6), train=torch.tensor([0, 3]), valid=torch.tensor([1, 4]))
        >>> teacher = APPNP(hidden=16, input_dropout=0.0, epochs=60)
        >>> history = teacher.fit(observed)
        >>> teacher.predict(graph).argmax(1).tolist()
        [0, 0, 0, 1, 1, 1]
    """

    name = "appnp"
    citation = "Gasteiger et al., Predict then Propagate: Graph Neural Networks meet Personalized PageRank, ICLR 2019"
    module_: PersonalisedPropagation

    def __init__(self, alpha: float = 0.1, edge_dropout: float = 0.5, hops: int = 10, **options: Any):
        super().__init__(hops=hops, **options)
        self.alpha = alpha
        self.edge_dropout = edge_dropout
        check_share("teacher", edge_dropout=edge_dropout)
        if not 0 < alpha <= 1:
            raise ConfigError(f"teacher.alpha: expected a number above 0 and at most 1, got {alpha}")

    def build(self, num_features: int, num_classes: int) -> PersonalisedPropagation:
        """The untrained network for these sizes."""
        return PersonalisedPropagation(
            num_features, num_classes, self.alpha, self.edge_dropout, **self.network_options()
        )

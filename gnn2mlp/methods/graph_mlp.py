"""Graph-MLP: labels, and a contrast that tells what is near in the graph; no teacher."""

from gnn2mlp.core.limits import check_at_least
from gnn2mlp.distill.updates import UpdateRule
from gnn2mlp.methods._base import Method
from gnn2mlp.objectives import Objective
from gnn2mlp.objectives.hard_labels import HardLabels
from gnn2mlp.objectives.neighbourhood_contrast import NeighbourhoodContrast


class GraphMLP(Method):
    """Graph-MLP (Hu et al., 2021, https://arxiv.org/abs/2106.04051): the graph teaches by itself, in training alone.

    L = CE(labels) + α · NContrast, over training nodes and all observed nodes respectively.

    A trial of one split without a committed result, released settings on cpf-cora: 76.8 % of seen and 71.0 % of unseen
    nodes, where the same network without the contrast has 56.0 and 60.0 and a SAGE network 81.0 and 82.7; one split
    tells nothing of how it stands beside GLNN.

    Args:
        contrast_weight: α; 10 for Cora, 1 for CiteSeer, 100 for PubMed in the released code.
        order: how many steps a neighbourhood reaches; 2 in the released code.
        temperature: τ of the contrast, divides cosines; 0.5, 2 and 1 for these data sets.
        update: `"joint"` or `"alternating"`.

    Example:
        >>> GraphMLP().teacher_keys  # no teacher is trained
        frozenset()
        >>> sorted(GraphMLP().needs)
        ['adjacency']
    """

    name = "graph_mlp"
    citation = "Hu et al., Graph-MLP: Node Classification without Message Passing in Graph, 2021, arXiv 2106.04051"
    idea = (
        "The graph can teach without a teacher. Graph-MLP pulls the hidden features of nodes together that few steps "
        "of the graph connect, and pushes those of others apart, while the labels are learnt as usual. The adjacency "
        "enters the loss alone, so that the trained network reads features and nothing else. There is no teacher to "
        "train first."
    )
    departures = (
        "The embedding is the last hidden layer of whatever student is trained, after ReLU and dropout (released code: "
        "a GELU network with layer normalisation, whose embedding has neither). Every node is in one batch of an epoch "
        "(released code: one batch drawn with replacement, which holds all training nodes). "
        + NeighbourhoodContrast.departures
    )

    def __init__(
        self, contrast_weight: float = 1.0, order: int = 2, temperature: float = 1.0, update: UpdateRule = "joint"
    ):
        check_at_least("method", 0, contrast_weight=contrast_weight)
        self.contrast_weight = contrast_weight
        self.order = order
        self.temperature = temperature
        self.update = update

    def build_objective(self) -> Objective:
        """Hard labels + α · neighbourhood contrast."""
        return HardLabels() + self.contrast_weight * NeighbourhoodContrast(self.order, self.temperature)

"""Teachers that take a graph as a few overlapping patches."""

from abc import abstractmethod

import torch
from torch import nn

from gnn2mlp.core.errors import ConfigError, DataError
from gnn2mlp.core.limits import check_at_least, check_share
from gnn2mlp.data.graphs import ObservedGraphs
from gnn2mlp.data.view import Observed
from gnn2mlp.teachers._graph_level import GraphLevelTeacher
from gnn2mlp.teachers._graph_network import Reads
from gnn2mlp.teachers._graph_patches import PARTITIONS, Partition
from gnn2mlp.teachers._patch_network import PatchNetwork, Sizes
from gnn2mlp.teachers._patch_training import PatchTraining


class PatchTeacher(GraphLevelTeacher):
    """A graph is cut into patches, each is encoded by message passing, and the patches are mixed as tokens.

    Subclasses supply `mixing`. Training draws patches anew each epoch, of graphs without some of their edges; graphs
    are judged in patches that a seed of the model fixes. These follow from the order in which a graph's nodes are
    numbered: another order of the same nodes is another partition, and nearly the same answer.

    Args:
        patches: of each graph; one of fewer nodes leaves slots empty.
        layers: of message passing within patches.
        mixer_layers: of mixing between patches.
        hidden: width of nodes, patches and graphs.
        drop_edges: share of the edges of a training graph without which its patches are drawn.
        partition: `"grow"`, or `"metis"`, which needs pymetis and takes longer.
        walk_steps: a node is told how probably a random walk is back after 1 .. walk_steps steps.
        eigenvectors: and its entries of so many eigenvectors of the Laplacian, with random signs in training.
        patch_steps: a patch is told the same of walks from patch to patch.
        dropout: on hidden activations.
        lr: learning rate of Adam.
        weight_decay: L2 penalty in Adam's gradient.
        epochs: at most this many.
        patience: stop after this many epochs in a row of which none was kept.
        batch_size: training graphs per step.

    Raises:
        ConfigError: for an option that cannot be.
    """

    module_: PatchNetwork

    def __init__(
        self,
        patches: int = 8,
        layers: int = 2,
        mixer_layers: int = 2,
        hidden: int = 64,
        drop_edges: float = 0.3,
        partition: Partition = "grow",
        walk_steps: int = 16,
        eigenvectors: int = 0,
        patch_steps: int = 8,
        dropout: float = 0.3,
        lr: float = 0.001,
        weight_decay: float = 0.0,
        epochs: int = 100,
        patience: int = 30,
        batch_size: int = 32,
    ):
        super().__init__(lr, weight_decay, epochs, patience, batch_size)
        self.patches = patches
        self.layers = layers
        self.mixer_layers = mixer_layers
        self.hidden = hidden
        self.drop_edges = drop_edges
        self.partition: Partition = partition
        self.walk_steps = walk_steps
        self.eigenvectors = eigenvectors
        self.patch_steps = patch_steps
        self.dropout = dropout
        check_at_least("teacher", 1, patches=patches, layers=layers, mixer_layers=mixer_layers, hidden=hidden)
        check_at_least("teacher", 1, walk_steps=walk_steps, patch_steps=patch_steps)
        check_at_least("teacher", 0, eigenvectors=eigenvectors)
        check_share("teacher", drop_edges=drop_edges, dropout=dropout)
        if partition not in PARTITIONS:
            raise ConfigError(f"teacher.partition: expected one of {', '.join(PARTITIONS)}, got {partition!r}")

    @abstractmethod
    def mixing(self) -> nn.Module:
        """What mixes tokens, called as `mixing(tokens, overlap, filled)`; see `PatchNetwork`."""

    def build(self, reads: Reads, num_outputs: int) -> PatchNetwork:
        """The untrained network."""
        told = {name: getattr(self, name) for name in Sizes._fields}
        return PatchNetwork(reads, Sizes(**told), self.mixing(), num_outputs)

    def training(self, view: ObservedGraphs, seed: int, device: torch.device) -> PatchTraining:
        """What a step and a validation are."""
        return PatchTraining(self.module_, view, self.batch_size, seed, device, self.drop_edges)

    def view(self, observed: Observed | ObservedGraphs) -> ObservedGraphs:
        """As of all teachers of graphs; trees of a condensed set are refused.

        Raises:
            DataError: if there are no whole graphs to cut.
        """
        found = super().view(observed)
        if found.graphs.roots is not None or found.graphs.directed:
            raise DataError(
                f"teacher {self.name!r} cuts whole graphs into patches, and this condensed set has computation trees; "
                "take one that keeps graphs, such as that of herding, or a teacher of messages, such as graph_gin"
            )
        return found

"""Training a network on graphs that are cut into patches, anew each epoch."""

from collections.abc import Iterator

import torch
from torch import Tensor

from gnn2mlp.core.seeds import generator
from gnn2mlp.data.graphs import GraphBatch, ObservedGraphs
from gnn2mlp.nn.loop import Step
from gnn2mlp.nn.training_state import Position
from gnn2mlp.teachers._graph_patches import drawn_slots, ragged_of
from gnn2mlp.teachers._graph_training import GraphTraining
from gnn2mlp.teachers._patch_network import Cut, PatchNetwork


class PatchTraining(GraphTraining):
    """What `gnn2mlp.nn.loop` trains: where nodes stand is computed once, patches of all graphs at once for an epoch.

    Args:
        module: on the device.
        observed: what may be seen.
        batch_size: training graphs per step, nearly.
        seed: of the order of graphs, and of patches.
        device: where the module is.
        drop_edges: share of the edges that patches of training are drawn without.
    """

    module: PatchNetwork

    def __init__(
        self,
        module: PatchNetwork,
        observed: ObservedGraphs,
        batch_size: int,
        seed: int,
        device: torch.device | str,
        drop_edges: float,
    ):
        super().__init__(module, observed, batch_size, seed, device)
        self.drop_edges = drop_edges
        self.patch_seeds = generator(seed, "patches")
        self.fixed = module.cut(ragged_of(observed.graphs))
        self.drawn = self.fixed
        self.taught = ragged_of(observed.graphs.take(observed.train))
        self.taught_nodes = observed.graphs.nodes_of(observed.train)

    def steps(self, position: Position) -> Iterator[Step]:
        """Steps of an epoch, whose patches are drawn before the first."""
        seed = int(torch.randint(1 << 62, (), generator=self.patch_seeds))
        sizes = self.module.sizes
        slots = self.fixed.slots.clone()
        slots[self.taught_nodes] = drawn_slots(self.taught, sizes.patches, self.drop_edges, seed, sizes.partition)
        self.drawn = Cut(slots, self.fixed.encodings)
        yield from super().steps(position)

    def logits(self, batch: GraphBatch, chosen: Tensor) -> Tensor:
        """What the network says of the graphs `chosen`, in the patches of the epoch; in evaluation in fixed ones."""
        nodes = self.observed.graphs.nodes_of(chosen)
        slots, encodings = self.drawn if self.module.training else self.fixed
        found: Tensor = self.module(batch, Cut(slots[nodes], encodings[nodes])).logits
        return found

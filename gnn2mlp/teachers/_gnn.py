"""Message-passing teachers on graphs: what GCN, SAGE and GAT share."""

from typing import Any

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.core.limits import check_at_least
from gnn2mlp.data.graph import GraphData
from gnn2mlp.data.nodes import NodeData
from gnn2mlp.data.sampling import NeighbourSampler
from gnn2mlp.teachers._layered import LayeredTeacher


class GNNTeacher(LayeredTeacher):
    """A message-passing teacher on a graph, trained full-batch or on sampled neighbourhoods.

    Subclasses add their own options and supply `conv`. All take:

    Args:
        fanouts: neighbours sampled per layer in training, first layer first; `None` trains on the whole graph.
        batch_size: training nodes per step when neighbours are sampled.
        options: those of `LayeredTeacher`.
    """

    reads = GraphData

    def __init__(self, fanouts: tuple[int, ...] | None = None, batch_size: int = 512, **options: Any):
        super().__init__(**options)
        self.fanouts = fanouts
        self.batch_size = batch_size
        check_at_least("teacher", 1, batch_size=batch_size)
        if fanouts is not None and (len(fanouts) != self.layers or min(fanouts) < 1):
            raise ConfigError(
                f"teacher.fanouts: expected a number of at least 1 for each layer ({self.layers}), got {list(fanouts)}"
            )

    def sampler(self, graph: NodeData) -> NeighbourSampler:
        """Cuts blocks out of the graph's adjacency."""
        self.check_reads(graph)
        assert isinstance(graph, GraphData), "checked above"
        return NeighbourSampler(graph.adjacency)

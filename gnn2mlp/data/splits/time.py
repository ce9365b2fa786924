"""Train on the past, score what appears later."""

from torch import Tensor

from gnn2mlp.core.limits import check_share
from gnn2mlp.data.nodes import NodeData
from gnn2mlp.data.split import key_of, rest
from gnn2mlp.data.splits._draw import check_shares
from gnn2mlp.data.splits._held_out import HeldOut


class Time(HeldOut):
    """The latest nodes are unseen: a model of today is asked about tomorrow's.

    The cut is where the share `later` of the labelled nodes is younger. What is younger, labelled or not, does not
    exist in training. Of the labelled nodes before it, training and validation nodes are drawn by a hash of their ids,
    and the rest is tested as seen; so validation and seen test nodes are alike, and what the passing of time costs is
    the difference between seen and unseen. A node without a time (`gnn2mlp.tables.keys.ALWAYS`) counts
    as the past.

    Args:
        train: expected share of the labelled nodes before the cut that trains, above 0.
        valid: expected share that validates, above 0; together below 1.
        later: share of all labelled nodes that are younger than the cut.
        every_class: refuse a split in which some class has no training label; `False` takes such a split as it is.
    """

    name = "time"
    citation = "Hu et al., Open Graph Benchmark, NeurIPS 2020 (splits by time)"

    def __init__(self, train: float = 0.6, valid: float = 0.2, later: float = 0.2, every_class: bool = True):
        check_shares(self.name, train, valid)
        check_share("split", later=later)
        self.train = train
        self.valid = valid
        self.later = later
        self.every_class = every_class

    def held_out(self, graph: NodeData, seed: int) -> Tensor:
        """Bool (nodes,): which nodes are younger than the cut; the seed says nothing."""
        time = key_of(graph, "time", self.name)
        known = time[rest(graph)].sort().values
        cut = known[max(0, round((1 - self.later) * known.numel()) - 1)]
        return time > cut

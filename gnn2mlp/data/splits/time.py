"""Train on the past, score what appears later."""

import torch
from torch import Tensor

from gnn2mlp.core.limits import check_share
from gnn2mlp.data.nodes import NodeData
from gnn2mlp.data.split import Roles, Splitter, key_of, rest
from gnn2mlp.data.splits._draw import check_shares
from gnn2mlp.data.splits.hash import hashed_roles


class Time(Splitter):
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

    def assign(self, graph: NodeData, seed: int) -> Roles:
        """Roles of the past by hash; what is later is tested.

        Raises:
            DataError: if the nodes have no time.
        """
        labelled, late = rest(graph), self._late(graph)
        roles = hashed_roles(graph, labelled[~late[labelled]], self.train, self.valid, seed)
        return roles._replace(test=torch.cat([roles.test, labelled[late[labelled]]]))

    def unseen(self, graph: NodeData, test: Tensor, seed: int, fraction: float) -> Tensor:
        """Mask over `test`: whether a node is younger than the cut, whatever the fraction."""
        return self._late(graph)[test]

    def absent(self, graph: NodeData, seed: int) -> Tensor:
        """The unlabelled nodes that are younger than the cut."""
        return (self._late(graph) & ~graph.task.known(graph.labels)).nonzero()[:, 0]

    def _late(self, graph: NodeData) -> Tensor:
        time = key_of(graph, "time", self.name)
        known = time[rest(graph)].sort().values
        cut = known[max(0, round((1 - self.later) * known.numel()) - 1)]
        return time > cut

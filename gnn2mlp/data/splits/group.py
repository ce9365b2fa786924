"""Whole groups are held out: customers, countries, days of which training knows nothing."""

import torch
from torch import Tensor

from gnn2mlp.core.limits import check_share
from gnn2mlp.data.nodes import NodeData
from gnn2mlp.data.split import Roles, Splitter, key_of, rest
from gnn2mlp.data.splits._draw import check_shares
from gnn2mlp.data.splits.hash import hashed_roles, uniform
from gnn2mlp.tables.keys import NO_GROUP


class Group(Splitter):
    """The nodes of a held-out group, labelled or not, do not exist in training; its labelled ones are tested as unseen.

    Which groups those are follows from a hash of the group and the seed, so that nodes and groups that are added later
    change no other's role. Of the other labelled nodes training and validation nodes are drawn by a hash of their ids,
    and the rest is tested as seen. A node without a group is held out with none.

    Args:
        train: expected share of the labelled nodes outside held-out groups that trains, above 0.
        valid: expected share that validates, above 0; together below 1.
        held: expected share of the groups that is held out; of few groups it may be none, or most: choose another seed.
        every_class: refuse a split in which some class has no training label; `False` takes such a split as it is.
    """

    name = "group"
    citation = "Roberts et al., Cross-validation strategies for data with hierarchical structure, Ecography 2017"

    def __init__(self, train: float = 0.6, valid: float = 0.2, held: float = 0.2, every_class: bool = True):
        check_shares(self.name, train, valid)
        check_share("split", held=held)
        self.train = train
        self.valid = valid
        self.held = held
        self.every_class = every_class

    def assign(self, graph: NodeData, seed: int) -> Roles:
        """Roles outside held-out groups by hash; what is held out is tested.

        Raises:
            DataError: if the nodes have no groups.
        """
        labelled, held = rest(graph), self._held(graph, seed)
        roles = hashed_roles(graph, labelled[~held[labelled]], self.train, self.valid, seed)
        return roles._replace(test=torch.cat([roles.test, labelled[held[labelled]]]))

    def unseen(self, graph: NodeData, test: Tensor, seed: int, fraction: float) -> Tensor:
        """Mask over `test`: whether a node's group is held out, whatever the fraction."""
        return self._held(graph, seed)[test]

    def absent(self, graph: NodeData, seed: int) -> Tensor:
        """The unlabelled nodes of held-out groups."""
        return (self._held(graph, seed) & ~graph.task.known(graph.labels)).nonzero()[:, 0]

    def _held(self, graph: NodeData, seed: int) -> Tensor:
        group = key_of(graph, "group", self.name)
        return (uniform(group, seed, "split/group") < self.held) & (group != NO_GROUP)

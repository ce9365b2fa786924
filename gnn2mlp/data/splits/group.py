"""Whole groups are held out: customers, countries, days of which training knows nothing."""

from torch import Tensor

from gnn2mlp.core.limits import check_share
from gnn2mlp.data.nodes import NodeData
from gnn2mlp.data.split import key_of
from gnn2mlp.data.splits._draw import check_shares
from gnn2mlp.data.splits._held_out import HeldOut
from gnn2mlp.data.splits.hash import uniform
from gnn2mlp.tables.keys import NO_GROUP


class Group(HeldOut):
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

    def held_out(self, graph: NodeData, seed: int) -> Tensor:
        """Bool (nodes,): which nodes are of a held-out group."""
        group = key_of(graph, "group", self.name)
        return (uniform(group, seed, "split/group") < self.held) & (group != NO_GROUP)

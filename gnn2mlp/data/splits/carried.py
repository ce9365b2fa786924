"""The split that an earlier run had, kept with the data."""

import torch
from torch import Tensor

from gnn2mlp.core.errors import DataError
from gnn2mlp.data.nodes import NodeData
from gnn2mlp.data.split import Roles, Split, Splitter

# What a node's role is written as.
_ROLES = ("train", "valid", "seen", "unseen", "absent")


def role_key(seed: int) -> str:
    """The name under which the roles of a seed are among the keys of splits."""
    return f"roles of seed {seed}"


def roles_of(split: Split, num_nodes: int) -> dict[str, Tensor]:
    """The roles of a split as a key of splits, int64 (nodes,) by name: 0 train, 1 valid, 2 seen, 3 unseen, 4 absent.

    Nodes without a role have -1.
    """
    roles = torch.full((num_nodes,), -1)
    for number, part in enumerate(_ROLES):
        roles[getattr(split, part)] = number
    return {role_key(split.seed): roles}


class Carried(Splitter):
    """The roles that nodes had in an earlier run, as data from which something was removed keep them.

    Args:
        every_class: refuse a split in which some class has no training label.
    """

    name = "carried"
    citation = "the run from whose data something was removed"

    def __init__(self, every_class: bool = False):
        self.every_class = every_class

    def assign(self, graph: NodeData, seed: int) -> Roles:
        """Read the roles from the data.

        Raises:
            DataError: if they were not kept for this seed.
        """
        roles = self._roles(graph, seed)
        train, valid = ((roles == number).nonzero()[:, 0] for number in (0, 1))
        return Roles(train, valid, ((roles == 2) | (roles == 3)).nonzero()[:, 0])

    def unseen(self, graph: NodeData, test: Tensor, seed: int, fraction: float) -> Tensor:
        """Those that were unseen."""
        return self._roles(graph, seed)[test] == 3

    def absent(self, graph: NodeData, seed: int) -> Tensor:
        """Those that were absent."""
        return (self._roles(graph, seed) == 4).nonzero()[:, 0]

    def _roles(self, graph: NodeData, seed: int) -> Tensor:
        key = role_key(seed)
        if key not in graph.split_keys:
            kept = sorted(int(name.rsplit(" ", 1)[1]) for name in graph.split_keys if name.startswith("roles of seed "))
            raise DataError(
                f"{graph.name}: split 'carried' asks for the roles that nodes had in an earlier run with seed {seed}, "
                f"and the data keep those of seeds {', '.join(map(str, kept)) or 'none'}; name one of them, or use "
                "split 'fraction'"
            )
        return graph.split_keys[key]

"""What splits have in common that decide by a node's own key, labelled or not, whether it exists in training."""

from abc import abstractmethod

import torch
from torch import Tensor

from gnn2mlp.data.nodes import NodeData
from gnn2mlp.data.split import Roles, Splitter, rest
from gnn2mlp.data.splits.hash import hashed_roles


class HeldOut(Splitter):
    """Held-out nodes are tested as unseen; of the others a hash of their ids draws who trains, validates and is tested.

    Subclasses say who is held out.
    """

    train: float
    valid: float

    @abstractmethod
    def held_out(self, graph: NodeData, seed: int) -> Tensor:
        """Bool (nodes,): which nodes do not exist in training."""

    def assign(self, graph: NodeData, seed: int) -> Roles:
        """Roles outside what is held out by hash; what is held out is tested.

        Raises:
            DataError: if the nodes have no key to go by.
        """
        labelled, held = rest(graph), self.held_out(graph, seed)
        roles = hashed_roles(graph, labelled[~held[labelled]], self.train, self.valid, seed)
        return roles._replace(test=torch.cat([roles.test, labelled[held[labelled]]]))

    def unseen(self, graph: NodeData, test: Tensor, seed: int, fraction: float) -> Tensor:
        """Mask over `test`: whether a node is held out, whatever the fraction."""
        return self.held_out(graph, seed)[test]

    def absent(self, graph: NodeData, seed: int) -> Tensor:
        """The unlabelled nodes that are held out."""
        return (self.held_out(graph, seed) & ~graph.task.known(graph.labels)).nonzero()[:, 0]

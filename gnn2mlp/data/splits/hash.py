"""Roles that survive the growth of the graph."""

import torch
from torch import Tensor

from gnn2mlp.core import hashing
from gnn2mlp.data.nodes import NodeData
from gnn2mlp.data.split import Roles, Splitter, rest
from gnn2mlp.data.splits._draw import check_shares


class Hash(Splitter):
    """A node's role follows from a hash of its id and the seed alone, so that nodes added later change no other's role.

    Ids are the `id` among the graph's `split_keys`, as tables have them; without, row numbers: append new nodes, never
    renumber. The shares hold in expectation only, and nothing balances the classes: a class with n labelled nodes
    misses training with probability (1 - train)^n, which `split` refuses with a message that names the class. Unseen
    test nodes are hashed likewise.

    Args:
        train: expected share of labelled nodes for training, above 0.
        valid: expected share for validation, above 0; together below 1.
        every_class: refuse a split in which some class has no training label; `False` takes such a split as it is.
    """

    name = "hash"
    citation = "Appleby, MurmurHash3, 2011"

    def __init__(self, train: float = 0.1, valid: float = 0.1, every_class: bool = True):
        check_shares(self.name, train, valid)
        self.train = train
        self.valid = valid
        self.every_class = every_class

    def assign(self, graph: NodeData, seed: int) -> Roles:
        """Hash every labelled node into its role."""
        return hashed_roles(graph, rest(graph), self.train, self.valid, seed)

    def unseen(self, graph: NodeData, test: Tensor, seed: int, fraction: float) -> Tensor:
        """Mask over `test`: each node is unseen with probability `fraction`, by its own hash."""
        return uniform(ids_of(graph)[test], seed, "split/hash/unseen") < fraction


def hashed_roles(graph: NodeData, nodes: Tensor, train: float, valid: float, seed: int) -> Roles:
    """Roles of `nodes`, each by the hash of its id."""
    u = uniform(ids_of(graph)[nodes], seed, "split/hash/role")
    is_train, is_valid = u < train, (u >= train) & (u < train + valid)
    return Roles(nodes[is_train], nodes[is_valid], nodes[~is_train & ~is_valid])


def ids_of(graph: NodeData) -> Tensor:
    """int64 (nodes,): what stands for the id of each node."""
    return graph.split_keys["id"] if "id" in graph.split_keys else torch.arange(graph.num_nodes)


def uniform(ids: Tensor, seed: int, purpose: str) -> Tensor:
    """`gnn2mlp.core.hashing.uniform` of a tensor of ids: float64 (ids,) in [0, 1)."""
    return torch.from_numpy(hashing.uniform(ids.cpu().numpy(), seed, purpose))

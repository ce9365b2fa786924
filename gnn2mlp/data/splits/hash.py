"""Roles that survive the growth of the graph."""

import numpy as np
import torch
from torch import Tensor

from gnn2mlp.core.seeds import derive
from gnn2mlp.data.nodes import NodeData
from gnn2mlp.data.split import Roles, Splitter
from gnn2mlp.data.splits._draw import check_shares


class Hash(Splitter):
    """A node's role follows from a hash of its id and the seed alone, so that nodes added later change no other's role.

    Ids are row numbers: append new nodes, never renumber. The shares hold in expectation only, and nothing balances
    the classes: a class with n labelled nodes misses training with probability (1 - train)^n, which `split` refuses
    with a message that names the class. Unseen test nodes are hashed likewise.

    Args:
        train: expected share of labelled nodes for training, above 0.
        valid: expected share for validation, above 0; together below 1.
    """

    name = "hash"
    citation = "Appleby, MurmurHash3, 2011"

    def __init__(self, train: float = 0.1, valid: float = 0.1):
        check_shares(self.name, train, valid)
        self.train = train
        self.valid = valid

    def assign(self, graph: NodeData, seed: int) -> Roles:
        """Hash every labelled node into its role."""
        ids = (graph.labels >= 0).nonzero()[:, 0]
        u = uniform(ids, seed, "split/hash/role")
        is_train, is_valid = u < self.train, (u >= self.train) & (u < self.train + self.valid)
        return Roles(ids[is_train], ids[is_valid], ids[~is_train & ~is_valid])

    def unseen(self, test: Tensor, seed: int, fraction: float) -> Tensor:
        """Mask over `test`: each node is unseen with probability `fraction`, by its own hash."""
        return uniform(test, seed, "split/hash/unseen") < fraction


def uniform(ids: Tensor, seed: int, purpose: str) -> Tensor:
    """float64 (ids,) in [0, 1): a pure function of each id, the seed and the purpose."""
    from sklearn.utils import murmurhash3_32

    key = derive(seed, purpose) & 0xFFFFFFFF
    hashes = murmurhash3_32(ids.numpy().astype(np.int32), seed=key, positive=True)
    return torch.from_numpy(hashes / 2.0**32)

"""Shares of the labelled nodes, stratified by class where there are classes."""

import torch

from gnn2mlp.data.nodes import NodeData
from gnn2mlp.data.split import Roles, Splitter, rest
from gnn2mlp.data.splits._draw import check_shares, shuffled_strata


class Fraction(Splitter):
    """Of every class the share `train` trains and the share `valid` validates; every other labelled node is test.

    A class with at least one labelled node has at least one training node, whatever the share; validation and test
    nodes come from what remains. Of nodes without classes (several labels, numbers) the shares are those of all.

    Args:
        train: share of each class's labelled nodes for training, above 0.
        valid: share for validation, above 0; together below 1.
    """

    name = "fraction"
    citation = "Shchur et al., Pitfalls of Graph Neural Network Evaluation, 2018"

    def __init__(self, train: float = 0.1, valid: float = 0.1):
        check_shares(self.name, train, valid)
        self.train = train
        self.valid = valid

    def assign(self, graph: NodeData, seed: int) -> Roles:
        """Draw the roles class by class, shares rounded to the nearest count."""
        drawn_train, drawn_valid = [], []
        for _, ids in shuffled_strata(graph, seed, self.name):
            first = max(1, round(self.train * ids.numel()))
            last = first + round(self.valid * ids.numel())
            drawn_train.append(ids[:first])
            drawn_valid.append(ids[first:last])
        train, valid = torch.cat(drawn_train).sort().values, torch.cat(drawn_valid).sort().values
        return Roles(train, valid, rest(graph, train, valid))

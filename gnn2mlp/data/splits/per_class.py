"""A fixed number of labels per class."""

import torch

from gnn2mlp.core.errors import DataError
from gnn2mlp.core.limits import check_at_least
from gnn2mlp.data.nodes import NodeData
from gnn2mlp.data.split import Roles, Splitter, check_has_classes, rest
from gnn2mlp.data.splits._draw import shuffled_strata


class PerClass(Splitter):
    """`train` training and `valid` validation nodes of every class at random; every other labelled node is test.

    The few-label setting of Planetoid (Yang et al., ICML 2016) with random draws. For the node sets behind the
    literature's tables on CPF data use `cpf`, whose generator is theirs.

    Args:
        train: labelled training nodes per class, at least 1.
        valid: validation nodes per class, at least 1.
    """

    name = "per_class"
    citation = "Yang et al., Revisiting Semi-Supervised Learning with Graph Embeddings, ICML 2016"

    def __init__(self, train: int = 20, valid: int = 30):
        check_at_least("split", 1, train=train, valid=valid)
        self.train = train
        self.valid = valid

    def assign(self, graph: NodeData, seed: int) -> Roles:
        """Draw the roles class by class.

        Raises:
            DataError: if nodes have no classes, or a class has fewer labelled nodes than `train` and `valid` ask for.
        """
        check_has_classes(graph, self.name)
        drawn_train, drawn_valid = [], []
        for c, ids in shuffled_strata(graph, seed, self.name):
            if ids.numel() < self.train + self.valid:
                raise DataError(
                    f"{graph.name}: split 'per_class' needs {self.train} + {self.valid} labelled nodes of class "
                    f"{graph.class_names[c]}, got {ids.numel()}; lower split.train or "
                    "split.valid, or use split 'fraction'"
                )
            drawn_train.append(ids[: self.train])
            drawn_valid.append(ids[self.train : self.train + self.valid])
        train, valid = torch.cat(drawn_train).sort().values, torch.cat(drawn_valid).sort().values
        return Roles(train, valid, rest(graph, train, valid))

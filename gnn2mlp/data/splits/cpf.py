"""The split with which the GNN-to-MLP literature's tables on CPF data were made."""

import numpy as np
import torch
from torch import Tensor

from gnn2mlp.core.errors import DataError
from gnn2mlp.core.limits import check_at_least
from gnn2mlp.data.nodes import NodeData
from gnn2mlp.data.split import Roles, Splitter, check_has_classes, labelled_by_stratum, rest


class Cpf(Splitter):
    """Per class `train_per_class` + `valid_per_class` nodes from one numpy `RandomState(seed)`; the rest is test.

    Draw for draw as in CPF (Yang et al., WWW 2021) and the released code of GLNN, NOSMOG and VQGraph: all classes'
    training nodes first, then all classes' validation nodes from what remains. Node sets equal theirs seed by seed.

    Args:
        train_per_class: labelled training nodes per class.
        valid_per_class: validation nodes per class.
    """

    name = "cpf"
    citation = "Yang et al., Extract the Knowledge of Graph Neural Networks and Go Beyond it, WWW 2021"

    def __init__(self, train_per_class: int = 20, valid_per_class: int = 30):
        check_at_least("split", 1, train_per_class=train_per_class, valid_per_class=valid_per_class)
        self.train_per_class = train_per_class
        self.valid_per_class = valid_per_class

    def assign(self, graph: NodeData, seed: int) -> Roles:
        """Draw train and validation nodes by class; every other labelled node is test."""
        check_has_classes(graph, self.name)
        random = np.random.RandomState(seed)  # the literature's generator
        train = self._draw(random, graph, self.train_per_class, None)
        valid = self._draw(random, graph, self.valid_per_class, train)
        return Roles(train, valid, rest(graph, train, valid))

    def _draw(self, random: np.random.RandomState, graph: NodeData, count: int, taken: Tensor | None) -> Tensor:
        drawn = []
        for c, ids in enumerate(labelled_by_stratum(graph, taken)):
            if ids.numel() < count:
                raise DataError(
                    f"{graph.name}: split 'cpf' needs {count} more labelled nodes of class {graph.class_names[c]}, "
                    f"got {ids.numel()}; lower split.train_per_class or split.valid_per_class, or use split 'fraction'"
                )
            drawn.append(torch.from_numpy(random.choice(ids.numpy(), count, replace=False)))
        return torch.cat(drawn).sort().values

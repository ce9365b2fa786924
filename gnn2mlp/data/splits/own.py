"""The split that was published with the data."""

import torch

from gnn2mlp.core.errors import ConfigError, DataError
from gnn2mlp.core.seeds import generator
from gnn2mlp.core.spec import Spec
from gnn2mlp.data.nodes import NodeData
from gnn2mlp.data.split import SPLITTERS, Roles, Splitter


class Own(Splitter):
    """The data set's own split: Planetoid's public one, OGB's official one, the masks or `train_idx` of a file.

    Of several published splits, seed s takes number s modulo their count; with a single one every seed has the same
    node sets (and the spread over seeds says nothing about the choice of labels). Nodes without a label are left out.

    Args:
        valid: share of the published test nodes that validate where no validation set was published.
        every_class: refuse a split in which some class has no training label; `False` takes such a split as it is.
        otherwise: the splitter for data without a split of its own; without one they are refused.
    """

    name = "own"
    citation = "the publication of the data set"

    def __init__(self, valid: float = 0.1, every_class: bool = True, otherwise: Spec | None = None):
        if not 0 < valid < 1:
            raise ConfigError(f"split 'own': expected a share between 0 and 1 for valid, got {valid}")
        self.valid = valid
        self.every_class = every_class
        self.otherwise = None if otherwise is None else Spec.parse(otherwise).build(SPLITTERS)

    def drawer(self, graph: NodeData) -> Splitter:
        """The other splitter for data without a split of their own, for unseen nodes as for all other roles."""
        return self if graph.own_splits or self.otherwise is None else self.otherwise

    def assign(self, graph: NodeData, seed: int) -> Roles:
        """Read the roles from the data.

        Raises:
            DataError: if the data set has no split of its own.
        """
        if not graph.own_splits:
            raise DataError(
                f"{graph.name}: split 'own' asks for a split published with the data, got none; "
                "use split 'per_class', 'fraction' or 'hash'"
            )
        published = graph.own_splits[seed % len(graph.own_splits)]
        known = graph.task.known(graph.labels)
        parts = {key: ids[known[ids]] for key, ids in published.items()}
        if "valid" in parts:
            return Roles(parts["train"], parts["valid"], parts["test"])
        test = parts["test"]
        order = torch.randperm(test.numel(), generator=generator(seed, "split/own/valid"))
        count = max(1, round(self.valid * test.numel()))
        return Roles(parts["train"], test[order[:count]].sort().values, test[order[count:]].sort().values)

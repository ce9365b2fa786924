"""Roles of whole graphs, given by the splitters that give nodes theirs."""

from dataclasses import dataclass
from typing import Any, ClassVar

import torch
from torch import Tensor

from gnn2mlp.core.seeds import as_seed
from gnn2mlp.core.spec import Spec
from gnn2mlp.data.graphs.graph_set import GraphSet
from gnn2mlp.data.nodes import NodeData
from gnn2mlp.data.split import SPLITTERS, Split, Splitter


@dataclass(frozen=True, eq=False, repr=False)
class GraphUnits(NodeData):
    """The graphs of a set as units with labels, which nothing links: all that a splitter may go by."""

    kind: ClassVar[str] = "set of graphs"

    @property
    def link_counts(self) -> dict[str, int]:
        """Nothing links graphs."""
        return {}

    @property
    def structure(self) -> dict[str, Tensor]:
        """Nothing links graphs."""
        return {}

    @property
    def degree(self) -> Tensor:
        """Zeros."""
        return torch.zeros(self.num_nodes, dtype=torch.int64)

    def links_apart_from(self, ids: Tensor) -> dict[str, Any]:
        """No fields."""
        return {}

    def links_among(self, ids: Tensor) -> dict[str, Any]:
        """No fields."""
        return {}


def split_graphs(graphs: GraphSet, splitter: Splitter | Spec | str, seed: int) -> Split:
    """Which graphs train, validate and are tested, by any splitter of `SPLITTERS`.

    The ids of the split are numbers of graphs. Whole graphs that are tested do not exist in training, so that all of
    them are `unseen`. Graphs without a label are in no part; they exist in training, without one.

    Args:
        graphs: with all labels.
        splitter: one of `own` (such as a scaffold split), `fraction` (stratified), `folds` (cross-validation), `hash`,
            or another; by name, as a spec or built.
        seed: 0 .. 2**32 - 1; equal seeds give equal splits.

    Raises:
        ConfigError: if the seed is out of range.
        DataError: if a part is empty, or a class has no training label.

    Example:
        >>> from gnn2mlp.data import load_graph_set
        >>> split = split_graphs(load_graph_set("motif-graphs"), "folds", seed=3)
        >>> split.sizes
        {'train': 160, 'valid': 20, 'seen': 0, 'unseen': 20}
    """
    built = splitter if isinstance(splitter, Splitter) else Spec.parse(splitter).build(SPLITTERS)
    nothing = torch.empty(graphs.num_graphs, 0)
    units = GraphUnits(graphs.name, nothing, graphs.labels, graphs.task, own_splits=graphs.own_splits)
    drawn = built.split(units, as_seed(seed))
    none = torch.empty(0, dtype=torch.int64)
    return Split(drawn.train, drawn.valid, none, drawn.test, "inductive", drawn.seed, drawn.scheme)

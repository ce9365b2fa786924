"""Condensing by choosing: some of the training graphs as they are."""

from abc import abstractmethod
from collections.abc import Iterator
from typing import Literal

import numpy as np
import torch

from gnn2mlp.condensers._base import Condensed, Condenser, Training
from gnn2mlp.core.errors import ConfigError
from gnn2mlp.core.limits import check_at_least


class WholeGraphs(Condenser):
    """Chooses graphs of each class, one after another, up to a number of graphs or of nodes. Subclasses supply `order`.

    Args:
        graphs: of each class; all of them where there are fewer.
        nodes: in all, in place of `graphs`: each class has its equal part of them, and is filled up to that with the
            first of its order that fit, at least one.
        classes: `"balanced"`, all classes count alike in training, or `"share"`, by their share of training graphs.
    """

    baseline = True

    def __init__(self, graphs: int = 10, nodes: int | None = None, classes: Literal["balanced", "share"] = "balanced"):
        check_at_least(self.name, 1, graphs=graphs, **({} if nodes is None else {"nodes": nodes}))
        self.graphs = graphs
        self.nodes = nodes
        self.classes = classes

    @abstractmethod
    def order(self, training: Training, number: int, seed: int) -> Iterator[int]:
        """Graphs of class `number`, the one to be chosen first in front, each once."""

    def condensed(self, training: Training, seed: int) -> Condensed:
        """As in `Condenser`; each graph is a set of its own, stored once if several tasks choose it."""
        chosen = [self._of_class(training, number, seed) for number in range(len(training.names))]
        ids, first, place = np.unique(np.concatenate(chosen), return_index=True, return_inverse=True)
        order = np.argsort(first)  # as they were chosen
        by_class = [
            {"name": name, "graphs": graphs, "sets": len(one)}
            for name, graphs, one in zip(training.names, training.counts, chosen, strict=True)
        ]
        return Condensed(
            training.graphs.take(torch.from_numpy(ids[order])),
            np.arange(len(place) + 1),
            np.argsort(order)[place],
            np.repeat(np.arange(len(chosen)), [len(one) for one in chosen]),
            np.ones_like(place),
            {"classes": by_class},
        )

    def _of_class(self, training: Training, number: int, seed: int) -> np.ndarray:
        sizes = training.graphs.nodes_per_graph.numpy()
        room = None if self.nodes is None else self.nodes // len(training.names)
        found: list[int] = []
        for graph in self.order(training, number, seed):
            if room is None and len(found) == self.graphs:
                break
            if room is not None and found and sizes[[*found, graph]].sum() > room:
                break
            found.append(graph)
        if room is not None and sizes[found[0]] > room:
            raise ConfigError(
                f"{self.name}.nodes: expected room for a graph of each class, got {room} nodes for "
                f"{training.names[number]!r}, whose first graph has {sizes[found[0]]}; ask for more nodes"
            )
        return np.array(found, dtype=np.int64)

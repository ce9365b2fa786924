"""A small set of random molecules of two classes, and what training may see of it."""

from typing import Any

import numpy as np

from gnn2mlp.core.spec import Spec
from gnn2mlp.data import GraphSet, GraphViews, ObservedGraphs, graph_set_from_arrays, split_graphs

SPLIT = Spec("fraction", train=0.5, valid=0.2)


def arrays(seed: int = 0, graphs: int = 60) -> dict[str, Any]:
    """Arguments of `graph_set_from_arrays`: chains with branches; the second class has more nodes of kind 1."""
    random = np.random.default_rng(seed)
    sizes = random.integers(4, 10, graphs)
    of_graph = np.repeat(np.arange(graphs), sizes)
    begins = np.repeat(np.cumsum(sizes) - sizes, sizes)
    number = np.arange(len(of_graph))
    back = np.where(random.random(len(number)) < 0.15, 2, 1)
    linked = number > begins
    above = np.maximum(number - back, begins)
    edges = np.stack([above[linked], number[linked]])
    classes = np.arange(graphs) % 2
    kinds = (random.random(len(number)) < np.where(classes[of_graph] == 1, 0.3, 0.1)).astype(int)
    bonds = (random.random(edges.shape[1]) < 0.1).astype(int)
    return {
        "labels": classes,
        "graph_of_node": of_graph,
        "edge_index": np.concatenate([edges, edges[::-1]], 1),
        "node_codes": np.stack([kinds, np.full_like(kinds, 2)], 1),
        "edge_codes": np.concatenate([bonds, bonds]),
        "class_names": ["no", "yes"],
    }


def graph_set(**changed: Any) -> GraphSet:
    """The set, with some arguments of `graph_set_from_arrays` changed."""
    return graph_set_from_arrays(**{**arrays(), **changed})


def views(graphs: GraphSet) -> GraphViews:
    """Views under a stratified split of which half of the graphs train."""
    return GraphViews.of(graphs, split_graphs(graphs, SPLIT, 0))


def observed(graphs: GraphSet | None = None) -> ObservedGraphs:
    """What training may see of a set, by default of `graph_set()`."""
    return views(graph_set() if graphs is None else graphs).observed

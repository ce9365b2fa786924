"""Computation trees of all nodes of a set of graphs, counted without writing one out."""

from typing import NamedTuple

import numpy as np

from gnn2mlp.condensers.colours import colour_sets, row_labels, tree_colours
from gnn2mlp.condensers.trees import tree_sizes
from gnn2mlp.core.showing import short_repr
from gnn2mlp.data.graphs.graph_set import GraphSet


class CountedTrees(NamedTuple):
    """Computation trees of all nodes of a set of graphs, as integers.

    Args:
        colours: those of depth 0, 1, ..., int64 (nodes,) each.
        edge_labels: int64 (edges,), or `None`.
        offsets: int64 (graphs + 1,), where the trees of each graph begin in `items`.
        items: int64, the set of trees of each graph, ascending.
        sizes: int64 (nodes,), how many nodes the tree of each node has.
        node_offsets: int64 (graphs + 1,), where the nodes of each graph begin.
    """

    colours: list[np.ndarray]
    edge_labels: np.ndarray | None
    offsets: np.ndarray
    items: np.ndarray
    sizes: np.ndarray
    node_offsets: np.ndarray

    def __repr__(self) -> str:
        return short_repr(self)

    def sets_of(self, graphs: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The sets of trees of some graphs: offsets int64 (graphs + 1,) and trees, ascending within a graph."""
        counts = np.diff(self.offsets)
        kept = np.zeros(len(counts), dtype=bool)
        kept[graphs] = True
        return np.concatenate([[0], np.cumsum(counts[kept])]), self.items[np.repeat(kept, counts)]


def count_trees(graphs: GraphSet, depth: int) -> CountedTrees:
    """The computation trees of depth `depth` of all nodes, none of them written out.

    Two nodes are alike if they are in all codes and features, two edges if they are in all codes. Nodes without an edge
    are in no graph's set.

    Args:
        graphs: of any size.
        depth: at least 0.

    Example:
        >>> from gnn2mlp.data import graph_set_from_arrays
        >>> path = graph_set_from_arrays([0], [0, 0, 0], [[0, 1], [1, 2]], node_codes=[4, 4, 4])
        >>> counted = count_trees(path, 1)
        >>> counted.colours[1].tolist(), counted.items.tolist(), counted.sizes.tolist()
        ([0, 1, 0], [0, 1], [2, 3, 2])
    """
    labels = row_labels(*(None if one is None else one.numpy() for one in (graphs.node_codes, graphs.features)))
    edges = graphs.edge_index.numpy()
    kinds = None if graphs.edge_codes is None else row_labels(graphs.edge_codes.numpy())
    colours = tree_colours(labels, edges, kinds, depth)
    linked = np.bincount(edges[1], minlength=graphs.num_nodes) > 0
    offsets, items = colour_sets(colours[-1], graphs.node_offsets.numpy(), linked)
    sizes = tree_sizes(graphs.num_nodes, edges, depth)
    return CountedTrees(colours, kinds, offsets, items, sizes, graphs.node_offsets.numpy())

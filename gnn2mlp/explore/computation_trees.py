"""How many nodes are told apart by message passing: distinct computation trees, and which of them training has."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from gnn2mlp.condensers.colours import row_labels, tree_colours
from gnn2mlp.core.errors import DataError
from gnn2mlp.core.showing import short_repr
from gnn2mlp.data import GraphData
from gnn2mlp.data.graphs import GraphSet
from gnn2mlp.nn.csr import CSR


class ComputationTrees(NamedTuple):
    """What is counted, an entry for each depth, 0 (a node by itself) first.

    Args:
        nodes: how many there are.
        distinct: int64 (depth + 1,), trees of which no two are isomorphic.
        alone: float (depth + 1,), the share of nodes whose tree no other node has.
        known: float (depth + 1,), the share of all other nodes whose tree a training node has; `None` without
            training nodes, or without others.
    """

    nodes: int
    distinct: np.ndarray
    alone: np.ndarray
    known: np.ndarray | None

    def __repr__(self) -> str:
        return short_repr(self)


def computation_trees(
    graph: GraphData | GraphSet, depth: int = 2, train: Sequence[int] | np.ndarray | None = None
) -> ComputationTrees:
    """Count the computation trees of all nodes, by Weisfeiler and Leman's refinement.

    A network of L layers says the same of nodes with equal trees of depth L. Where there are few, a teacher has as few
    answers; where each node is alone, each answer may be one of its own. `known` says how much of what is asked later
    training has seen.

    Args:
        graph: whose features, codes, edges and their weights or codes are compared, exactly.
        depth: of the deepest trees.
        train: ids of the nodes that train, or of a `GraphSet` of the graphs.

    Raises:
        DataError: for a depth below 0, or an id that is none.

    Example:
        >>> from gnn2mlp.data import graph_set_from_arrays
        >>> path = graph_set_from_arrays([0], [0] * 5, [[0, 1, 2, 3], [1, 2, 3, 4]], node_codes=[0] * 5)
        >>> computation_trees(path).distinct.tolist()  # the ends; the next ones; the middle, by two steps
        [1, 2, 3]
    """
    if depth < 0:
        raise DataError(f"depth: expected at least 0, got {depth}")
    colours = tree_colours(_node_labels(graph), graph.edge_index.numpy(), _edge_labels(graph), depth)
    counts = [np.bincount(colour) for colour in colours]
    nodes = len(colours[0])
    alone = np.array([(count == 1).sum() / max(1, nodes) for count in counts])
    trains = _training_nodes(graph, nodes, train)
    known = None
    if trains is not None and not trains.all():
        known = np.array([np.isin(colour[~trains], colour[trains]).mean() for colour in colours])
    return ComputationTrees(nodes, np.array([len(count) for count in counts]), alone, known)


def _node_labels(graph: GraphData | GraphSet) -> np.ndarray:
    codes, features = getattr(graph, "node_codes", None), graph.features
    dense = features.to_dense() if isinstance(features, CSR) else features
    rows = None
    if dense is not None and dense.shape[1]:
        found = np.ascontiguousarray(dense.numpy() + 0.0)  # -0 is 0
        rows = np.unique(found.view(np.dtype((np.void, found.itemsize * found.shape[1])))[:, 0], return_inverse=True)[1]
    columns = (None if codes is None else codes.numpy(), rows)
    if all(column is None for column in columns):
        return np.zeros(graph.num_nodes, np.int64)
    return row_labels(*columns)


def _edge_labels(graph: GraphData | GraphSet) -> np.ndarray | None:
    kinds = graph.edge_codes if isinstance(graph, GraphSet) else graph.edge_weight
    return None if kinds is None else row_labels(kinds.numpy())


def _training_nodes(graph: GraphData | GraphSet, nodes: int, train: object) -> np.ndarray | None:
    """Which nodes train, bool (nodes,)."""
    if train is None:
        return None
    of_graphs = isinstance(graph, GraphSet)
    ids, count = np.asarray(train), len(graph) if isinstance(graph, GraphSet) else nodes
    if ids.ndim != 1 or ids.dtype.kind not in "iu" or (len(ids) and not (ids.min() >= 0 and ids.max() < count)):
        what = "graphs" if of_graphs else "nodes"
        raise DataError(f"train: expected ids of {what}, 0 to {count - 1}, got {ids.dtype} of shape {ids.shape}")
    chosen = np.zeros(count, bool)
    chosen[ids] = True
    return chosen[graph.graph_of_node.numpy()] if isinstance(graph, GraphSet) else chosen

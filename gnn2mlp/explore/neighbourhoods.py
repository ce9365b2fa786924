"""Which nodes a code stands for, and what their neighbourhoods look like."""

from typing import NamedTuple

import numpy as np
import scipy.sparse as sp

from gnn2mlp.core.errors import DataError
from gnn2mlp.core.limits import check_count
from gnn2mlp.core.showing import short_repr
from gnn2mlp.explore.codebook import Array, check_code, of_nodes
from gnn2mlp.knowledge import TeacherKnowledge


class EgoGraph(NamedTuple):
    """A node and what is around it, all in ids of the full graph.

    Args:
        node: the one in the middle.
        nodes: int64 (around,), from near to far, `node` first.
        hops: int64 (around,), distance of each from `node`.
        classes: int64 (around,), class of each, -1 where unknown.
        edges: int64 (2, edges), every edge among them once.
    """

    node: int
    nodes: np.ndarray
    hops: np.ndarray
    classes: np.ndarray
    edges: np.ndarray

    def __repr__(self) -> str:
        return short_repr(self)


class BehindCode(NamedTuple):
    """The nodes of one code, most probable first; arrays have a row for each.

    Args:
        code: which.
        nodes: int64 (members,), ids in the full graph.
        probability: of the code at each node.
        classes: int64 (members,), -1 where unknown.
        degrees: int64 (members,), number of neighbours.
        neighbour_classes: int64 (members, classes), number of neighbours of each class that is known.
        neighbourhoods: an `EgoGraph` of each.
    """

    code: int
    nodes: np.ndarray
    probability: np.ndarray
    classes: np.ndarray
    degrees: np.ndarray
    neighbour_classes: np.ndarray
    neighbourhoods: tuple[EgoGraph, ...]

    def __repr__(self) -> str:
        return short_repr(self)


def behind_code(knowledge: TeacherKnowledge, edge_index: Array, labels: Array, code: int, hops: int = 1) -> BehindCode:
    """The nodes whose nearest code is `code`, and their neighbourhoods in the graph that the teacher saw.

    Args:
        knowledge: with `code` and `codebook`; without probabilities of codes every node counts as sure of its own.
        edge_index: (2, edges) of the full graph, in either or both directions; edges that end at a node without a row
            in the knowledge are left out, as the teacher did not see them.
        labels: class of every node of the full graph, -1 where unknown.
        code: which.
        hops: how far a neighbourhood reaches.

    Raises:
        MissingKnowledgeError: if the knowledge lacks codes.
        ConfigError: if `hops` is below 1, or not whole.
        DataError: if there is no such code, or labels or edges do not fit the graph.
    """
    knowledge.require(["code", "codebook"])
    check_code(code, knowledge["codebook"].size(0))
    check_count("behind_code", 1, hops=hops)
    every = np.asarray(labels)
    of_nodes(knowledge, every, "labels")
    graph = _adjacency(knowledge.node_ids.numpy(), np.asarray(edge_index), every.size)
    rows = np.flatnonzero(knowledge["code"].numpy() == code)
    probability = _probability(knowledge, rows, code)
    order = np.argsort(-probability, kind="stable")
    nodes = knowledge.node_ids.numpy()[rows[order]]
    around = tuple(_ego_graph(graph, every, int(node), hops) for node in nodes)
    return BehindCode(
        code,
        nodes,
        probability[order],
        every[nodes],
        np.diff(graph.indptr)[nodes].astype(np.int64),
        _neighbour_classes(graph, nodes, every),
        around,
    )


def _adjacency(ids: np.ndarray, edges: np.ndarray, size: int) -> sp.csr_matrix:
    """Neighbours by row among the nodes `ids`, each once, in both directions, without self-loops."""
    if edges.ndim != 2 or edges.shape[0] != 2 or (edges.size and not 0 <= edges.min() <= edges.max() < size):
        raise DataError(
            f"edge_index: expected the shape (2, edges) with ends in 0..{size - 1}, as there are {size} labels, got "
            f"the shape {edges.shape}; hand over edges and labels of the same, full graph"
        )
    present = np.zeros(size, dtype=bool)
    present[ids] = True
    source, target = edges[:, present[edges].all(axis=0) & (edges[0] != edges[1])]
    both = np.concatenate([source, target]), np.concatenate([target, source])
    graph = sp.csr_matrix((np.ones(both[0].size), both), shape=(size, size))
    graph.sum_duplicates()
    return graph


def _probability(knowledge: TeacherKnowledge, rows: np.ndarray, code: int) -> np.ndarray:
    """(rows,): probability of `code` at these rows; 0 where it is not among those stored."""
    if "code_probabilities" not in knowledge.values:
        return np.ones(rows.size)
    here = knowledge["code_indices"].numpy()[rows] == code
    found: np.ndarray = (knowledge["code_probabilities"].double().numpy()[rows] * here).sum(axis=1)
    return found


def _neighbour_classes(graph: sp.csr_matrix, nodes: np.ndarray, labels: np.ndarray) -> np.ndarray:
    counts = np.zeros((nodes.size, int(labels.max(initial=0)) + 1), dtype=np.int64)
    for row, node in zip(counts, nodes, strict=True):
        near = labels[graph.indices[graph.indptr[node] : graph.indptr[node + 1]]]
        row += np.bincount(near[near >= 0], minlength=row.size)
    return counts


def _ego_graph(graph: sp.csr_matrix, labels: np.ndarray, node: int, hops: int) -> EgoGraph:
    shells = [np.array([node])]
    for _ in range(hops):
        found = np.unique(graph[shells[-1]].indices)
        shells.append(np.setdiff1d(found, np.concatenate(shells)))
    nodes = np.concatenate(shells).astype(np.int64)
    inside = sp.triu(graph[nodes][:, nodes]).tocoo()
    edges = nodes[np.stack([inside.row, inside.col])]
    reach = np.repeat(np.arange(hops + 1), [shell.size for shell in shells])
    return EgoGraph(node, nodes, reach, labels[nodes], edges)

"""Computation trees written out, for those few that are needed: one representative of each colour."""

from dataclasses import dataclass

import numpy as np

from gnn2mlp.condensers.colours import row_labels
from gnn2mlp.core.showing import short_repr

# Nodes of a tree that are still counted; sums over millions of trees hold in 64 bits.
_MOST = 2**40


@dataclass(frozen=True, eq=False)
class Trees:
    """Computation trees of some nodes, one after another, each level by level.

    Args:
        nodes: int64 (tree nodes,), which node of the graphs each tree node is.
        parents: int64 (tree nodes,), the tree node above each, -1 for roots.
        edges: int64 (tree nodes,), which column of `edge_index` leads from each to its parent, -1 for roots.
        offsets: int64 (trees + 1,), where each tree begins; its root comes first.

    Example:
        Of a path of three nodes, the tree of depth 2 of its first: 0, 1 below it, and below that both 0 and 2.

        >>> path = np.array([[0, 1, 1, 2], [1, 0, 2, 1]])
        >>> trees = unroll(np.array([0]), 2, path, [np.zeros(3, int)] * 3)
        >>> trees.nodes.tolist(), trees.parents.tolist()
        ([0, 1, 0, 2], [-1, 0, 1, 1])
    """

    nodes: np.ndarray
    parents: np.ndarray
    edges: np.ndarray
    offsets: np.ndarray

    __repr__ = short_repr


def unroll(
    roots: np.ndarray,
    depth: int,
    edge_index: np.ndarray,
    colours: list[np.ndarray],
    edge_labels: np.ndarray | None = None,
) -> Trees:
    """The computation trees of `roots`. Children are ordered by edge label and colour, never by a node's number.

    Args:
        roots: int64 (trees,), nodes.
        depth: of the trees.
        edge_index: int64 (2, edges), sources and targets: a node's children are the sources of edges to it.
        colours: `depth` + 1 arrays (nodes,): the one at t orders the children below which t levels follow.
        edge_labels: int64 (edges,), or `None`.
    """
    source, target = edge_index
    by_target = np.argsort(target, kind="stable")
    counts = np.bincount(target, minlength=len(colours[0]))
    starts = np.cumsum(counts) - counts
    level = _Level(roots, np.full(len(roots), -1), np.full(len(roots), -1), np.arange(len(roots)))
    levels, above = [level], 0
    for below in reversed(range(depth)):
        parent = np.repeat(np.arange(len(level.nodes)), counts[level.nodes])
        begun = np.cumsum(counts[level.nodes]) - counts[level.nodes]
        edges = by_target[np.arange(len(parent)) - begun[parent] + starts[level.nodes][parent]]
        kinds = np.zeros(len(edges), dtype=np.int64) if edge_labels is None else edge_labels[edges]
        order = np.lexsort((colours[below][source[edges]], kinds, parent))
        level, above = (
            _Level(source[edges[order]], parent[order] + above, edges[order], level.trees[parent[order]]),
            above + len(level.nodes),
        )
        levels.append(level)
    return _tree_by_tree(levels, len(roots))


@dataclass(frozen=True, eq=False)
class _Level:
    """Tree nodes of all trees at one depth; parents are counted through all levels."""

    nodes: np.ndarray
    parents: np.ndarray
    edges: np.ndarray
    trees: np.ndarray


def _tree_by_tree(levels: list[_Level], count: int) -> Trees:
    nodes, parents, edges, trees = (
        np.concatenate([getattr(one, field) for one in levels]) for field in ("nodes", "parents", "edges", "trees")
    )
    order = np.argsort(trees, kind="stable")
    moved = np.empty(len(order), dtype=np.int64)
    moved[order] = np.arange(len(order))
    parents = np.where(parents < 0, -1, moved[parents])[order]
    offsets = np.concatenate([[0], np.cumsum(np.bincount(trees, minlength=count))])
    return Trees(nodes[order], parents, edges[order], offsets)


def tree_sizes(nodes: int, edge_index: np.ndarray, depth: int) -> np.ndarray:
    """How many nodes the computation tree of each node has, int64 (nodes,), without writing it out.

    More than 2^40 count as 2^40: deep trees of dense graphs have more nodes than an integer holds.

    Example:
        >>> tree_sizes(3, np.array([[0, 1, 1, 2], [1, 0, 2, 1]]), 2).tolist()
        [4, 5, 4]
    """
    sizes = np.ones(nodes, dtype=np.int64)
    source, target = edge_index
    for _ in range(depth):
        counted = 1 + np.bincount(target, weights=sizes[source], minlength=nodes)
        sizes = np.minimum(counted, _MOST).astype(np.int64)
    return sizes


def representatives(colours: np.ndarray, finer: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """For each wanted colour a node that has it, and among these the commonest finer colour, int64 (wanted,).

    Trees of equal colour may differ in what the colour does not say, the degrees of their leaves; nodes of equal
    finer colour do not. So the choice depends on no node's number.

    Args:
        colours: int64 (nodes,).
        finer: int64 (nodes,), each of whose values lies within one colour.
        wanted: int64 (wanted,), ascending, each of them the colour of some node.

    Example:
        >>> representatives(np.array([0, 1, 1, 1]), np.array([0, 1, 2, 2]), np.array([0, 1])).tolist()
        [0, 2]
    """
    candidates = np.flatnonzero(np.isin(colours, wanted))
    both = row_labels(colours[candidates], finer[candidates])
    kinds, first, counts = np.unique(both, return_index=True, return_counts=True)
    order = np.lexsort((np.arange(len(kinds)), -counts, colours[candidates[first]]))
    chosen = order[np.unique(colours[candidates[first]][order], return_index=True)[1]]
    return candidates[first[chosen]]

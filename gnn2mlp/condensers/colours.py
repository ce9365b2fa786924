"""Computation trees as integers: Weisfeiler-Leman refinement of many graphs at once, without writing out a tree.

What a network of L message-passing layers says of a node depends on the node's computation tree of depth L alone: the
root is the node, children of a tree node are all its neighbours, the way back to the parent among them. Two nodes have
equal trees exactly if they have equal colours after L rounds of refinement.
"""

import numpy as np

from gnn2mlp.core.errors import DataError

# Two numbers are put into one integer; where that would overflow, both are first renumbered.
_MOST = 2**62


def row_labels(*columns: np.ndarray | None) -> np.ndarray:
    """int64 (rows,): equal numbers for rows that are equal in all columns, in the order of the rows' values.

    Args:
        columns: arrays (rows,) or (rows, fields) of integers or real numbers, side by side; `None` is left out.

    Example:
        >>> row_labels(np.array([[1, 5], [0, 7], [1, 5]])).tolist()
        [1, 0, 1]
    """
    fields = [field for one in columns if one is not None for field in (one.T if one.ndim == 2 else [one])]
    if not fields:
        raise DataError("row_labels: expected at least one column, got none")
    label = np.zeros(len(fields[0]), dtype=np.int64)
    for field in fields:
        whole = field.dtype.kind in "iu" and len(field)
        label = _joined(label, field - field.min() if whole else np.unique(field, return_inverse=True)[1])
    return label


def tree_colours(
    labels: np.ndarray, edge_index: np.ndarray, edge_labels: np.ndarray | None, depth: int
) -> list[np.ndarray]:
    """Colours of all nodes by their computation trees of depth 0, 1, ..., `depth`.

    Two nodes have the same number in the t-th array exactly if their trees of depth t are isomorphic, labels of nodes
    and edges included. Numbers follow the trees' contents alone, so that renumbering nodes permutes them and no more.

    Weisfeiler and Leman, 1968; Shervashidze et al., JMLR 2011.

    Args:
        labels: int64 (nodes,), what a node is, at least 0.
        edge_index: int64 (2, edges), sources and targets, messages go from the first to the second.
        edge_labels: int64 (edges,), what an edge is, at least 0; `None`: all are alike.
        depth: how many rounds.

    Returns:
        `depth` + 1 arrays int64 (nodes,), each with numbers 0, 1, ... without gaps.

    Example:
        The ends of a path are alike; its third node is told from its second in the second round.

        >>> path = np.array([[0, 1, 1, 2, 2, 3, 3, 4], [1, 0, 2, 1, 3, 2, 4, 3]])
        >>> [colour.tolist() for colour in tree_colours(np.zeros(5, int), path, None, 2)]
        [[0, 0, 0, 0, 0], [0, 1, 1, 1, 0], [0, 1, 2, 1, 0]]
    """
    colours = [np.unique(labels, return_inverse=True)[1].astype(np.int64)]
    for _ in range(depth):
        colours.append(refined(colours[-1], edge_index, edge_labels))
    return colours


def refined(colours: np.ndarray, edge_index: np.ndarray, edge_labels: np.ndarray | None) -> np.ndarray:
    """One round: new colours int64 (nodes,) from the own one and the multiset of neighbours' with their edges' labels.

    Args:
        colours: int64 (nodes,).
        edge_index: int64 (2, edges), sources and targets.
        edge_labels: int64 (edges,), or `None`.
    """
    source, target = edge_index
    seen = colours[source] if edge_labels is None else _joined(edge_labels, colours[source])
    return _folded(colours, seen[_order(target, seen)], np.bincount(target, minlength=len(colours)))


def _folded(own: np.ndarray, seen: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """New colours from the own one and the sorted ones of neighbours, of which node i has the next `counts[i]`.

    Neighbours are folded in one after another, for all nodes that have so many at once.
    """
    starts = np.cumsum(counts) - counts
    folded, active = own.copy(), np.flatnonzero(counts)
    for position in range(int(counts.max(initial=0))):
        active = active[counts[active] > position]
        folded[active] = _joined(folded[active], seen[starts[active] + position])
    return _joined(counts, folded)


def _joined(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Numbers 0, 1, ... of pairs, in lexicographic order."""
    if not len(first):
        return np.zeros(0, dtype=np.int64)
    if (int(first.max()) + 1) * (int(second.max()) + 1) > _MOST:
        first, second = (np.unique(one, return_inverse=True)[1] for one in (first, second))
    pair = first.astype(np.int64) * (int(second.max()) + 1) + second
    return np.unique(pair, return_inverse=True)[1].astype(np.int64)


def _order(target: np.ndarray, seen: np.ndarray) -> np.ndarray:
    """What sorts edges by target, then by what is seen along them."""
    if not len(target) or (int(target.max()) + 1) * (int(seen.max()) + 1) > _MOST:
        return np.lexsort((seen, target))
    return np.argsort(target * (int(seen.max()) + 1) + seen)


def colour_sets(colours: np.ndarray, node_offsets: np.ndarray, kept: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The set of colours of each graph: offsets int64 (graphs + 1,) and colours, ascending within a graph.

    Args:
        colours: int64 (nodes,).
        node_offsets: int64 (graphs + 1,), where each graph's nodes begin.
        kept: bool (nodes,), nodes that count.

    Example:
        >>> colour_sets(np.array([2, 1, 2, 0, 0]), np.array([0, 3, 5]), np.array([True, True, True, True, False]))
        (array([0, 2, 3]), array([1, 2, 0]))
    """
    graph = np.repeat(np.arange(len(node_offsets) - 1), np.diff(node_offsets))[kept]
    width = int(colours.max(initial=0)) + 1
    pairs = np.unique(graph * width + colours[kept])
    counts = np.bincount(pairs // width, minlength=len(node_offsets) - 1)
    return np.concatenate([[0], np.cumsum(counts)]), pairs % width

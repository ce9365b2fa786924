"""Small random labelled graphs, side by side, and their computation trees as nested tuples."""

import numpy as np


def random_graphs(
    seed: int, graphs: int = 6, most: int = 12, kinds: int = 2, edge_kinds: int = 2
) -> tuple[np.ndarray, ...]:
    """Labels (nodes,), edges (2, edges) in both directions, edge labels (edges,), node offsets (graphs + 1,)."""
    random = np.random.default_rng(seed)
    sizes = random.integers(2, most + 1, graphs)
    offsets = np.concatenate([[0], np.cumsum(sizes)])
    pairs = [
        (begin + u, begin + v)
        for begin, size in zip(offsets, sizes, strict=False)
        for u in range(size)
        for v in range(u)
        if random.random() < 2.2 / size
    ]
    ends = np.array(pairs, dtype=np.int64).reshape(-1, 2).T
    of_edges = random.integers(0, edge_kinds, ends.shape[1])
    labels = random.integers(0, kinds, offsets[-1])
    return labels, np.concatenate([ends, ends[::-1]], 1), np.concatenate([of_edges, of_edges]), offsets


def tree_text(node: int, depth: int, labels: np.ndarray, edges: np.ndarray, edge_labels: np.ndarray) -> str:
    """A canonical text of a node's computation tree, with separators."""
    below = sorted(
        f"{edge_labels[column]}:{tree_text(int(edges[0, column]), depth - 1, labels, edges, edge_labels)}"
        for column in np.flatnonzero(edges[1] == node)
        if depth
    )
    return f"({labels[node]}|{';'.join(below)})"


def renumbered(seed: int, labels: np.ndarray, edges: np.ndarray, edge_labels: np.ndarray) -> tuple[np.ndarray, ...]:
    """The same graphs under other numbers of nodes and in another order of edges; and where each node went."""
    random = np.random.default_rng(seed)
    moved, order = random.permutation(len(labels)), random.permutation(edges.shape[1])
    other = np.empty_like(labels)
    other[moved] = labels
    return other, moved[edges][:, order], edge_labels[order], moved

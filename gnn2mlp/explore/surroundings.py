"""What is around a node: neighbours of its own class, and how far it is to the next node with a training label."""

import numpy as np
import scipy.sparse as sp
from jaxtyping import Float, Int

UNREACHED = -1


def node_homophily(links: sp.csr_matrix, codes: Int[np.ndarray, " nodes"]) -> Float[np.ndarray, " nodes"]:
    """The share of a node's neighbours of known class that are of its own; NaN without any, or without a class.

    Args:
        links: (nodes, nodes), what joins nodes (weights and loops do not count), or (nodes, hyperedges), which nodes
            lie in which hyperedge: then those it shares a hyperedge with, each as often as they share one.
        codes: class of each node, -1 where unknown.

    Example:
        >>> path = sp.csr_matrix(([1] * 4, ([0, 1, 1, 2], [1, 0, 2, 1])), shape=(3, 3))
        >>> node_homophily(path, np.array([0, 0, 1])).tolist()
        [1.0, 0.5, 0.0]
    """
    classes = int(codes.max(initial=0)) + 1
    known = codes >= 0
    member = sp.csr_matrix(
        (np.ones(int(known.sum())), (np.flatnonzero(known), codes[known])), shape=(codes.size, classes)
    )
    plain = _pattern(links)
    if plain.shape[0] == plain.shape[1]:
        around = plain @ member
        own = np.zeros(codes.size)
    else:  # a node is in each of its hyperedges itself
        around = plain @ (plain.T @ member)
        own = np.asarray(plain.sum(axis=1)).ravel()
    alike = np.asarray(around[np.arange(codes.size), np.maximum(codes, 0)]).ravel() - own
    every = np.asarray(around.sum(axis=1)).ravel() - own
    found: np.ndarray = np.where(known & (every > 0), alike / np.maximum(every, 1), np.nan)
    return found


def distance_to(links: sp.csr_matrix, sources: Int[np.ndarray, " sources"]) -> Int[np.ndarray, " nodes"]:
    """Links on the shortest way from each node to any of `sources`; 0 at a source, -1 where there is no way.

    Args:
        links: as in `node_homophily`; of a way along hyperedges each hyperedge is one link.
        sources: ids of nodes.

    Example:
        >>> path = sp.csr_matrix(([1] * 4, ([0, 1, 1, 2], [1, 0, 2, 1])), shape=(4, 4))
        >>> distance_to(path, np.array([0])).tolist()
        [0, 1, 2, -1]
    """
    plain = _pattern(links)
    square = plain.shape[0] == plain.shape[1]
    back = plain.T.tocsr()
    found = np.full(plain.shape[0], UNREACHED, dtype=np.int64)
    found[sources] = 0
    shell, hops = np.unique(sources), 0
    while shell.size:
        hops += 1
        reached = plain[shell].indices if square else back[np.unique(plain[shell].indices)].indices
        if square:
            reached = np.concatenate([reached, back[shell].indices])  # either way along an edge
        shell = np.unique(reached)
        shell = shell[found[shell] == UNREACHED]
        found[shell] = hops
    return found


def _pattern(links: sp.csr_matrix) -> sp.csr_matrix:
    plain = sp.csr_matrix(links, copy=True).astype(np.float64)
    if plain.shape[0] == plain.shape[1]:
        plain.setdiag(0)
    plain.eliminate_zeros()
    plain.data[:] = 1
    return plain

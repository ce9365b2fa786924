"""Drawing large graphs: a degree-corrected block model with features that tell the class. All in vectorised passes."""

from typing import Any

import numpy as np
import torch
from torch import Tensor

from gnn2mlp.core.seeds import derive
from gnn2mlp.data.edges import both_directions

# Edges and feature rows drawn at a time: what is made on the way stays small beside the result.
EDGES_AT_ONCE = 2**22
ROWS_AT_ONCE = 2**16
Array = np.ndarray


def stream(seed: int, purpose: str) -> np.random.Generator:
    """A generator of numpy for `purpose`: its normal and integer draws are several times as fast as torch's."""
    return np.random.Generator(np.random.SFC64(derive(seed, purpose)))


def draw_labels(nodes: int, classes: int, skew: float, seed: int) -> Array:
    """int64 (nodes,): classes in random order; class k has a share proportional to (k + 1)^-skew, and a node at least.

    Args:
        nodes: at least as many as classes.
        classes: number of classes.
        skew: 0 makes all classes equally large.
        seed: of the order.
    """
    share = (np.arange(classes) + 1.0) ** -skew
    bounds = np.round(np.cumsum(share) / share.sum() * (nodes - classes)).astype(np.int64)
    labels = np.repeat(np.arange(classes), np.diff(bounds, prepend=0) + 1)
    stream(seed, "labels").shuffle(labels)
    return labels


def draw_degrees(nodes: int, edges: int, exponent: float, seed: int) -> Array:
    """int64 (nodes,): how often each node is asked for, at least once; heavy-tailed, 2 · edges in all, nearly.

    Args:
        nodes: number of nodes.
        edges: number of undirected edges.
        exponent: of the power law of degrees, above 2: the share of nodes of degree d falls as d^-exponent.
        seed: of the draw.
    """
    random = stream(seed, "degrees")
    weight = random.random(nodes) ** (-1 / (exponent - 1))
    np.minimum(weight, weight.mean() * nodes**0.5, out=weight)  # no node may be asked for by most others
    wanted = np.maximum(weight * (2 * edges / weight.sum()), 1.0)
    found: Array = (wanted + random.random(nodes)).astype(np.int64)
    return found


def draw_edges(labels: Array, degrees: Array, edges: int, homophily: float, seed: int) -> Tensor:
    """int64 (2, 2 · edges): undirected edges in canonical form, exactly `edges` of them. As `draw_pairs` draws them."""
    return both_directions(torch.from_numpy(draw_pairs(labels, degrees, edges, homophily, seed)), labels.size)


def draw_pairs(labels: Array, degrees: Array, edges: int, homophily: float, seed: int) -> Array:
    """int64 (edges,): low · nodes + high of each of exactly `edges` undirected edges, ascending.

    One end is a node drawn in proportion to its degree; with probability `homophily` the other is drawn in the same
    way from the class of the first, else from all nodes. Pairs that are drawn again, and self-loops, are drawn anew,
    so that the degrees of the largest nodes fall a little short.

    Args:
        labels: (nodes,), from 0.
        degrees: (nodes,), at least 1.
        edges: how many; at most a quarter of all pairs within classes.
        homophily: share of edges drawn within a class.
        seed: of the draw.
    """
    nodes, random = labels.size, stream(seed, "edges")
    # A node stands in `stubs` as often as it is asked for, beside the others of its class: drawing is indexing.
    order = np.argsort(labels, kind="stable")
    stubs = np.repeat(order.astype(np.int32 if nodes < 2**31 else np.int64), degrees[order])
    count = np.bincount(labels, weights=degrees).astype(np.int64)
    start = np.cumsum(count) - count
    keys = np.zeros(0, dtype=np.int64)
    while keys.size < edges:
        missing = edges - keys.size
        parts = [keys]
        for size in _sizes(missing + missing // 50 + 16, EDGES_AT_ONCE):
            one = stubs[random.integers(stubs.size, size=size)].astype(np.int64)
            own = labels[one]
            inside = start[own] + (random.random(size) * count[own]).astype(np.int64)
            anywhere = random.integers(stubs.size, size=size)
            other = stubs[np.where(random.random(size) < homophily, inside, anywhere)].astype(np.int64)
            key = np.minimum(one, other) * nodes + np.maximum(one, other)
            parts.append(key[one != other])
        keys = np.concatenate(parts)
        del parts
        keys.sort()
        keys = keys[np.concatenate([[True], keys[1:] != keys[:-1]])]
    surplus = random.choice(keys.size, keys.size - edges, replace=False)
    return np.delete(keys, surplus)


def dense_features(labels: Array, width: int, signal: float, seed: int) -> Array:
    """float32 (nodes, width): a random direction of the class, of length `signal`, plus noise of unit variance."""
    centres = stream(seed, "centres").standard_normal((int(labels.max()) + 1, width)).astype(np.float32)
    centres *= signal / np.linalg.norm(centres, axis=1, keepdims=True)
    random, found = stream(seed, "dense features"), np.empty((labels.size, width), dtype=np.float32)
    for first in range(0, labels.size, ROWS_AT_ONCE):
        rows = found[first : first + ROWS_AT_ONCE]
        random.standard_normal(dtype=np.float32, out=rows)
        rows += centres[labels[first : first + ROWS_AT_ONCE]]
    return found


def sparse_features(labels: Array, width: int, words: int, signal: float, seed: int) -> Any:
    """Bags of words, 0 or 1, float32 (nodes, width): `words` draws a node, fewer words where one is drawn twice.

    Words follow Zipf's law. A draw follows, with probability `signal`, the ranking of the node's class, in which the
    words have an order of its own, else the common one.
    """
    from scipy.sparse import csr_matrix

    random, classes = stream(seed, "sparse features"), int(labels.max()) + 1
    ranking = np.stack([random.permutation(width) for _ in range(classes)]).astype(np.int32)
    mass = np.cumsum(1 / (np.arange(width) + 1.0))
    rank = np.searchsorted(mass, random.random((labels.size, words)) * mass[-1]).astype(np.int32)
    own = random.random(rank.shape) < signal
    column = np.where(own, ranking[labels[:, None], rank], rank)
    column.sort(axis=1)
    first = np.concatenate([np.ones((labels.size, 1), dtype=bool), column[:, 1:] != column[:, :-1]], axis=1)
    indptr = np.concatenate([[0], np.cumsum(first.sum(1))])
    return csr_matrix((np.ones(indptr[-1], dtype=np.float32), column[first], indptr), shape=(labels.size, width))


def _sizes(total: int, limit: int) -> list[int]:
    return [min(limit, total - done) for done in range(0, total, limit)]

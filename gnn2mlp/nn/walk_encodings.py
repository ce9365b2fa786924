"""Where a node stands in its graph, as numbers: how often random walks return, and eigenvectors of the Laplacian."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import torch
from torch import Tensor

from gnn2mlp.nn.partition import Ragged

# Pairs of nodes of the graphs whose walks are counted at a time, so that memory does not grow with their number.
_PAIRS = 1 << 22


def return_probabilities(graphs: Ragged, steps: int) -> Tensor:
    """The probability that a walk of 1, ..., `steps` steps along random edges ends where it began.

    Diagonals of (D⁻¹A)ᵏ (Dwivedi et al., ICLR 2022, https://arxiv.org/abs/2110.07875, equation 10). They are those of
    powers of S = D^-½ A D^-½, which is symmetric: the diagonal of Sᵃ Sᵇ is the sum over a row of Sᵃ ⊙ Sᵇ, so that half
    as many powers are made. A node without an edge goes nowhere, and never returns.

    Args:
        graphs: undirected.
        steps: of the longest walk, at least 1.

    Returns:
        float32 (nodes, steps).

    Example:
        >>> path = Ragged(np.array([0, 1, 1, 2]), np.array([1, 0, 2, 1]), np.array([0, 3]))
        >>> return_probabilities(path, 2).tolist()
        [[0.0, 0.5], [0.0, 1.0], [0.0, 0.5]]
    """
    found = torch.zeros(int(graphs.offsets[-1]), steps)
    for start, stop in _few(graphs):
        for power, diagonal in zip(range(steps), _diagonals(_walk(graphs, start, stop)), strict=False):
            found[start:stop, power] = torch.from_numpy(diagonal)
    return found


def _few(graphs: Ragged) -> Iterator[tuple[int, int]]:
    """Runs of graphs with at most `_PAIRS` pairs of nodes, or of one graph: their first node, and the end."""
    pairs = (graphs.sizes.astype(np.float64) ** 2).cumsum()
    first = 0
    while first < len(pairs):
        before = pairs[first - 1] if first else 0.0
        last = max(first + 1, int(np.searchsorted(pairs, before + _PAIRS, side="right")))
        yield int(graphs.offsets[first]), int(graphs.offsets[last])
        first = last


def _walk(graphs: Ragged, start: int, stop: int) -> Any:
    """D^-½ A D^-½ of the nodes from `start` to `stop`, as a sparse matrix of scipy."""
    from scipy.sparse import csr_matrix

    first, last = np.searchsorted(graphs.source, [start, stop])
    rows, columns = graphs.source[first:last] - start, graphs.target[first:last] - start
    root = np.sqrt(np.bincount(rows, minlength=stop - start))
    return csr_matrix((1 / (root[rows] * root[columns]), (rows, columns)), shape=(stop - start, stop - start))


def _diagonals(walk: Any) -> Iterator[np.ndarray]:
    """The diagonals of the powers of a symmetric matrix: the first, the second, and so on without end."""
    power = walk
    yield walk.diagonal()
    while True:
        yield np.asarray(power.multiply(power).sum(1))[:, 0]
        power, before = power @ walk, power
        yield np.asarray(power.multiply(before).sum(1))[:, 0]


def laplacian_eigenvectors(graphs: Ragged, number: int) -> Tensor:
    """The eigenvectors of I - D^-½ A D^-½ with the lowest eigenvalues but the first, their lengths 1.

    Zeros stand for what a small graph does not have. A sign means nothing: the entry that is largest in magnitude is
    positive here, and training draws signs anew. Time is cubic in the nodes of a graph.

    Args:
        graphs: undirected.
        number: of eigenvectors.

    Returns:
        float32 (nodes, number).

    Example:
        >>> path = Ragged(np.array([0, 1, 1, 2]), np.array([1, 0, 2, 1]), np.array([0, 3]))
        >>> laplacian_eigenvectors(path, 1).abs().square().round(decimals=3).flatten().tolist()
        [0.5, 0.0, 0.5]
    """
    found = torch.zeros(int(graphs.offsets[-1]), number)
    for start, stop in zip(graphs.offsets[:-1].tolist(), graphs.offsets[1:].tolist(), strict=True):
        laplacian = torch.eye(stop - start, dtype=torch.float64) - torch.from_numpy(
            _walk(graphs, start, stop).toarray()
        )
        vectors = torch.linalg.eigh(laplacian).eigenvectors[:, 1 : number + 1]
        largest = vectors.gather(0, vectors.abs().argmax(0, keepdim=True))
        found[start:stop, : vectors.size(1)] = (vectors * largest.sign()).float()
    return found

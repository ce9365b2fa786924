"""Codes and nodes of a codebook in one plane."""

from typing import Literal, NamedTuple

import numpy as np
from sklearn.manifold import TSNE

from gnn2mlp.core.errors import ConfigError, nearest
from gnn2mlp.core.seeds import derive
from gnn2mlp.explore.codebook import code_usage, code_vectors
from gnn2mlp.knowledge import TeacherKnowledge

# Neighbours that t-SNE looks at, its authors' usual choice; fewer where there are few points.
NEIGHBOURS = 30


class CodeMap(NamedTuple):
    """Where codes and nodes lie in the plane.

    Args:
        codes: (codes, 2).
        nodes: (nodes, 2), in the order of the knowledge.
        code: int64 (nodes,), the nearest code of each node.
        usage: int64 (codes,), number of nodes of each code.
        explained: share of the variance of the codebook along each axis; none for t-SNE, whose axes mean nothing.
    """

    codes: np.ndarray
    nodes: np.ndarray
    code: np.ndarray
    usage: np.ndarray
    explained: tuple[float, float] | None


def code_map(knowledge: TeacherKnowledge, projection: Literal["pca", "tsne"] = "pca", seed: int = 0) -> CodeMap:
    """Lay codes and nodes out in the plane.

    A code is its vector; a node is the mean of the vectors of its most probable codes, weighted by probability. So
    both are in one space whatever the teacher computes with, and a node between two codes lies between them.

    Args:
        knowledge: with all keys of codes.
        projection: `"pca"`: the two directions along which the codes, weighted by their nodes, vary most; or
            `"tsne"`: van der Maaten & Hinton, JMLR 2008, which keeps neighbours together and distances not.
        seed: of t-SNE, which starts from principal components.

    Raises:
        MissingKnowledgeError: if the knowledge lacks codes.
        ConfigError: for another projection.
    """
    knowledge.require(["code", "code_indices", "code_probabilities"])
    if projection not in _PROJECTIONS:
        raise ConfigError(
            f"projection: expected one of {', '.join(_PROJECTIONS)}, "
            f"got {projection!r}{nearest(projection, _PROJECTIONS)}"
        )
    vectors, usage = code_vectors(knowledge), code_usage(knowledge).nodes
    codes, nodes, explained = _PROJECTIONS[projection](vectors, _soft_vectors(knowledge, vectors), usage, seed)
    return CodeMap(codes, nodes, knowledge["code"].numpy(), usage, explained)


def _soft_vectors(knowledge: TeacherKnowledge, vectors: np.ndarray) -> np.ndarray:
    """(nodes, code_dim): Σ_k p_k e_k / Σ_k p_k over the codes that are stored for a node."""
    indices, weight = knowledge["code_indices"].numpy(), knowledge["code_probabilities"].double().numpy()
    total = np.zeros((indices.shape[0], vectors.shape[1]))
    for column in range(indices.shape[1]):  # by column: the gathered vectors of all columns would be top times as large
        total += weight[:, column, None] * vectors[indices[:, column]]
    mean: np.ndarray = total / weight.sum(axis=1, keepdims=True).clip(min=np.finfo(float).tiny)
    return mean


_Projected = tuple[np.ndarray, np.ndarray, tuple[float, float] | None]


def _pca(codes: np.ndarray, nodes: np.ndarray, usage: np.ndarray, seed: int) -> _Projected:
    weight = usage / max(1, usage.sum())
    centre = weight @ codes
    # Without nodes there is nothing to weigh by, and a codebook of width 1 has no second axis: both give zeros.
    _, size, axes = np.linalg.svd(np.sqrt(weight)[:, None] * (codes - centre), full_matrices=False)
    axes = np.pad(axes[:2], ((0, max(0, 2 - len(axes))), (0, 0)))
    size = np.pad(size, (0, max(0, 2 - len(size))))
    # An axis is as good as its opposite: the largest entry is made positive, so that every machine draws the same.
    axes = axes * np.where(axes[[0, 1], np.abs(axes).argmax(axis=1)] < 0, -1, 1)[:, None]
    share = size**2 / max(float((size**2).sum()), np.finfo(float).tiny)
    return (codes - centre) @ axes.T, (nodes - centre) @ axes.T, (float(share[0]), float(share[1]))


def _tsne(codes: np.ndarray, nodes: np.ndarray, usage: np.ndarray, seed: int) -> _Projected:
    points = np.concatenate([codes, nodes])
    random = derive(seed, "t-SNE") % 2**32  # what scikit-learn takes
    tsne = TSNE(perplexity=min(NEIGHBOURS, (len(points) - 1) / 3), init="pca", random_state=random)
    both = tsne.fit_transform(points).astype(np.float64)
    return both[: len(codes)], both[len(codes) :], None


_PROJECTIONS = {"pca": _pca, "tsne": _tsne}

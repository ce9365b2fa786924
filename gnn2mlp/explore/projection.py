"""Codes and nodes of a codebook in one plane."""

import warnings
from typing import Literal, NamedTuple

import numpy as np

from gnn2mlp.core.errors import ConfigError, nearest
from gnn2mlp.core.seeds import derive
from gnn2mlp.core.showing import short_repr
from gnn2mlp.explore.codebook import code_usage, code_vectors
from gnn2mlp.knowledge import TeacherKnowledge

# Neighbours that t-SNE and UMAP look at, their authors' usual choices; fewer where there are few points.
NEIGHBOURS = {"tsne": 30, "umap": 15}
# More nodes than these are sampled before t-SNE or UMAP, whose time grows with them: a few seconds each.
SAMPLE = 1500
# Steps of t-SNE, half of scikit-learn's, whose time they are: it starts from principal components.
STEPS = 500
# How coarsely t-SNE sums up what is far away. scikit-learn's 0.5 takes half as long again and fits no better: of 3,548
# points of coauthor-physics, divergence 0.961 against 0.962, and as many neighbours stay together, 60 %.
ANGLE = 0.8


class CodeMap(NamedTuple):
    """Where codes and nodes lie in the plane.

    Args:
        codes: (codes, 2).
        nodes: (nodes, 2), in the order of the knowledge.
        code: int64 (nodes,), the nearest code of each node.
        usage: int64 (codes,), number of nodes of each code.
        explained: share of the variance of the codebook along each axis; none for others, whose axes mean nothing.
        projection: by which way they were laid out.
        rows: int64 (nodes,), which nodes of the knowledge these are, where they are a sample; else `None`.
        total: nodes of the knowledge, where these are a sample.
    """

    codes: np.ndarray
    nodes: np.ndarray
    code: np.ndarray
    usage: np.ndarray
    explained: tuple[float, float] | None
    projection: str = "pca"
    rows: np.ndarray | None = None
    total: int | None = None

    def __repr__(self) -> str:
        return short_repr(self)

    @property
    def note(self) -> str:
        """How codes and nodes were laid out, in a sentence."""
        if self.explained is not None:
            x, y = (100 * share for share in self.explained)
            return f"Principal components: {x:.0f}% and {y:.0f}% of the variance of the codes."
        name = {"tsne": "t-SNE", "umap": "UMAP"}.get(self.projection, self.projection)
        of = "" if self.rows is None else f" of a sample: {len(self.rows):,} of {self.total:,} nodes"
        return f"{name}{of}. Neighbours stay together; distances and axes mean nothing."


def code_map(
    knowledge: TeacherKnowledge,
    projection: Literal["pca", "tsne", "umap"] = "pca",
    seed: int = 0,
    most: int = SAMPLE,
) -> CodeMap:
    """Lay codes and nodes out in the plane.

    A code is its vector; a node is the mean of the vectors of its most probable codes, weighted by probability. So
    both are in one space whatever the teacher computes with, and a node between two codes lies between them.

    Args:
        knowledge: with all keys of codes.
        projection: `"pca"`: the two directions along which the codes, weighted by their nodes, vary most; or
            `"tsne"`: van der Maaten & Hinton, JMLR 2008, or `"umap"`: McInnes, Healy & Melville, 2018,
            arXiv:1802.03426, which keep neighbours together and distances not.
        seed: of the latter two, and of their sample.
        most: nodes that the latter two lay out; of more, a sample is drawn, so that codes keep their shares.

    Raises:
        MissingKnowledgeError: if the knowledge lacks codes.
        ConfigError: for another projection, or for UMAP without umap-learn.
    """
    knowledge.require(["code", "code_indices", "code_probabilities"])
    if projection not in _PROJECTIONS:
        raise ConfigError(
            f"projection: expected one of {', '.join(_PROJECTIONS)}, "
            f"got {projection!r}{nearest(projection, _PROJECTIONS)}"
        )
    vectors, usage = code_vectors(knowledge), code_usage(knowledge).nodes
    soft, code = _soft_vectors(knowledge, vectors), knowledge["code"].numpy()
    rows = None if projection == "pca" or len(soft) <= most else _sample(len(soft), most, seed)
    if rows is not None:
        soft, code = soft[rows], code[rows]
    codes, nodes, explained = _PROJECTIONS[projection](vectors, soft, usage, seed)
    return CodeMap(
        codes, nodes, code, usage, explained, projection, rows, None if rows is None else len(knowledge["code"])
    )


def _sample(nodes: int, most: int, seed: int) -> np.ndarray:
    rows: np.ndarray = np.random.default_rng(derive(seed, "map sample")).choice(nodes, most, replace=False)
    return np.sort(rows)


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
    from sklearn.manifold import TSNE

    points = np.concatenate([codes, nodes])
    random = derive(seed, "t-SNE") % 2**32  # what scikit-learn takes
    perplexity = min(NEIGHBOURS["tsne"], (len(points) - 1) / 3)
    tsne = TSNE(perplexity=perplexity, init="pca", max_iter=STEPS, angle=ANGLE, random_state=random)
    return _split(tsne.fit_transform(points), len(codes))


def _umap(codes: np.ndarray, nodes: np.ndarray, usage: np.ndarray, seed: int) -> _Projected:
    from sklearn.neighbors import NearestNeighbors

    try:
        from umap import UMAP
    except ImportError as error:
        raise ConfigError("UMAP needs umap-learn; install the extra: pip install 'gnn2mlp[umap]'") from error
    points = np.concatenate([codes, nodes])
    # One process, as several would add in no fixed order. It starts from principal components, so that its 200 epochs
    # suffice, which its authors take for larger data.
    count = max(2, min(NEIGHBOURS["umap"], len(points) - 1))
    # Of few points it would take the distance of each pair by a call of its own, which is most of its time: exact
    # neighbours, each point itself among them, are found faster here.
    distances, neighbours = NearestNeighbors(n_neighbors=count).fit(points).kneighbors(points)
    reducer = UMAP(
        n_neighbors=count,
        precomputed_knn=(neighbours, distances.astype(np.float32)),
        force_approximation_algorithm=True,
        init="pca",
        n_epochs=200,
        n_jobs=1,
        random_state=derive(seed, "UMAP") % 2**32,
    )
    with warnings.catch_warnings():
        # That new points cannot be added, which nobody asks for.
        warnings.filterwarnings("ignore", "precomputed_knn", UserWarning)
        return _split(reducer.fit_transform(points), len(codes))


def _split(both: np.ndarray, codes: int) -> _Projected:
    return both[:codes].astype(np.float64), both[codes:].astype(np.float64), None


_PROJECTIONS = {"pca": _pca, "tsne": _tsne, "umap": _umap}

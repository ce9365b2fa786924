"""A short list of candidates for a link, by a linear stand-in for the decoder; the list is then scored as ever.

For one node, a decoder is a function s of the other end's embedding alone. Near the best of some sampled candidates it
is almost linear, s(z) ~ g · z + const, and whoever is best by g · z is among the best by s. A product with a vector is
many times cheaper than an MLP for each candidate, the more so where embeddings are projected to their main directions;
what stands on the list is scored by the decoder itself. Something may be missed; how much is measured.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import numpy as np

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.deploy.link_search import best

if TYPE_CHECKING:
    from gnn2mlp.deploy._links import BaseLinkPredictor

Engine = Literal["scan", "faiss"]
# Candidates that are scored for each question, to find where the best are.
SAMPLE = 2048
# Of the vectors that an engine learns from.
_LEARNT_FROM = 20_000
# Candidates that a product with a vector goes over at once.
_BLOCK = 65_536

Lister = Callable[[np.ndarray, int], np.ndarray]


class Recall(NamedTuple):
    """How many of the k best candidates an index finds, measured on some of its own nodes.

    Args:
        k: how many were asked for.
        queries: of how many nodes.
        mean: share of the k best that was found, over all queries.
        least: the same of the worst of them.
    """

    k: int
    queries: int
    mean: float
    least: float


class Shortlist:
    """The candidates that are likely to be the best.

    Args:
        predictor: that made the embeddings.
        embeddings: (rows, width).
        size: how many candidates are listed.
        engine: `"scan"`: a product with all of them, in numpy; `"faiss"`: lists of near vectors (IVF), of which some
            are looked at.
        dims: main directions that embeddings are projected to, at most the width.
        seed: of the sample.

    Raises:
        ConfigError: for an engine that there is not, or that is not installed.
    """

    def __init__(
        self,
        predictor: "BaseLinkPredictor",
        embeddings: np.ndarray,
        size: int = 1000,
        engine: Engine = "scan",
        dims: int = 64,
        seed: int = 0,
    ):
        if engine not in _ENGINES:
            raise ConfigError(f"engine: expected 'scan' or 'faiss', got {engine!r}")
        self.predictor, self.size, self.engine = predictor, size, engine
        rng = np.random.default_rng(seed)
        count = len(embeddings)
        self._sample = predictor.held(embeddings[np.sort(rng.choice(count, min(SAMPLE, count), replace=False))])
        some = embeddings[np.sort(rng.choice(count, min(_LEARNT_FROM, count), replace=False))]
        self._directions = main_directions(some, dims)
        self._list: Lister = _ENGINES[engine](_projected(embeddings, self._directions), rng)

    def rows(self, z: np.ndarray, k: int) -> np.ndarray:
        """int64 (listed,): rows of candidates for a node of embedding z (width,), in their order; itself may be one."""
        toward = self.predictor.direction(z, self._sample) @ self._directions
        return np.sort(self._list(np.ascontiguousarray(toward, np.float32), max(self.size, 10 * k)))


def main_directions(vectors: np.ndarray, dims: int) -> np.ndarray:
    """float32 (width, dims): the directions in which vectors are longest, so that inner products stay as they are.

    Example:
        >>> main_directions(np.array([[3.0, 0.0, 0.1], [0.0, 2.0, 0.0]]), 2).shape
        (3, 2)
    """
    exact = vectors.astype(np.float64)
    _, found = np.linalg.eigh(exact.T @ exact)
    return np.ascontiguousarray(found[:, ::-1][:, :dims], np.float32)


def _projected(embeddings: np.ndarray, directions: np.ndarray) -> np.ndarray:
    """float32 (rows, dims), made some rows at a time."""
    made = np.empty((len(embeddings), directions.shape[1]), np.float32)
    for start in range(0, len(embeddings), _BLOCK):
        made[start : start + _BLOCK] = embeddings[start : start + _BLOCK] @ directions
    return made


def _scanning(vectors: np.ndarray, rng: np.random.Generator) -> Lister:
    return lambda toward, size: best(lambda block: block @ toward, vectors, size, block=_BLOCK).rows


def _faiss(vectors: np.ndarray, rng: np.random.Generator) -> Lister:
    """An inverted file: vectors stand in the lists of their centres, and the lists nearest to a question are read.

    Vectors get one number more, which makes all as long as the longest. So the nearest to a question of that length are
    those of the largest product (Bachrach et al., Speeding Up the Xbox Recommender System, RecSys 2014): without it,
    centres draw a few long vectors, and lists miss the others.
    """
    try:
        import faiss
    except ImportError as error:
        raise ConfigError("faiss is not installed; install the extra: pip install 'gnn2mlp[search]'") from error
    count, dims = vectors.shape
    lists = max(1, min(int(2 * np.sqrt(count)), count // 40))
    squares = np.square(vectors).sum(axis=1)
    longest = squares.max()

    def lengthened(rows: Any) -> np.ndarray:
        more = np.sqrt(np.maximum(longest - squares[rows], 0))
        return np.concatenate([vectors[rows], more[:, None]], axis=1)

    index = faiss.IndexIVFFlat(faiss.IndexFlatL2(dims + 1), dims + 1, lists)
    index.train(lengthened(rng.choice(count, min(count, 60 * lists), replace=False)))
    for start in range(0, count, _BLOCK):
        index.add(lengthened(slice(start, start + _BLOCK)))
    index.nprobe = max(8, lists // 8)

    def listed(toward: np.ndarray, size: int) -> np.ndarray:
        scale = np.sqrt(longest) / max(float(np.linalg.norm(toward)), 1e-30)
        _, rows = index.search(np.append(toward * scale, 0).astype(np.float32)[None], min(size, count))
        return rows[0][rows[0] >= 0]  # type: ignore[no-any-return]  # -1 where the lists held fewer

    return listed


_ENGINES: dict[Any, Callable[[np.ndarray, np.random.Generator], Lister]] = {"scan": _scanning, "faiss": _faiss}

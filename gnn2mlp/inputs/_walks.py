"""Random walks on a graph, and vectors of nodes that are near on them (DeepWalk)."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.nn.csr import CSR

# After the last node of a walk that could not go on.
ENDED = -1


def random_walks(adjacency: CSR, walks: int, length: int, random: np.random.Generator) -> NDArray[np.int32]:
    """Walks (nodes · walks, length) from every node, in random order; each step goes to a neighbour drawn by weight.

    A walk that comes to a node without neighbours ends there; the rest of its row is -1.

    Args:
        adjacency: (nodes, nodes); row i holds the neighbours of i and the weights of its edges.
        walks: from each node.
        length: nodes of a walk, the first one included.
        random: makes the draws.

    Example:
        >>> import torch
        >>> path = CSR.from_dense(torch.tensor([[0.0, 1.0], [1.0, 0.0]]))
        >>> random_walks(path, 1, 4, np.random.default_rng(0)).tolist()
        [[0, 1, 0, 1], [1, 0, 1, 0]]
    """
    nodes = adjacency.shape[0]
    indptr, indices = adjacency.indptr.cpu().numpy(), adjacency.indices.cpu().numpy()
    reach = np.concatenate([[0.0], np.cumsum(adjacency.values.cpu().double().numpy())])
    found = np.full((nodes * walks, length), ENDED, dtype=np.int32)
    found[:, 0] = np.concatenate([random.permutation(nodes) for _ in range(walks)])
    for step in range(1, length):
        here = found[:, step - 1]
        going = (here != ENDED) & (np.diff(indptr)[here] > 0)
        start, stop = indptr[here[going]], indptr[here[going] + 1]
        # A point in the stretch that the edges of a node take up, each as long as it weighs.
        point = reach[start] + random.random(start.size) * (reach[stop] - reach[start])
        edge = np.searchsorted(reach, point, side="right") - 1
        found[going, step] = indices[np.clip(edge, start, stop - 1)]
    return found


class Sentences:
    """Walks as gensim reads sentences: lists of words, made as they are asked for, as often as they are."""

    def __init__(self, walks: NDArray[np.int32]):
        self.walks = walks

    def __iter__(self) -> Iterator[list[str]]:
        names = np.arange(self.walks.max(initial=0) + 1).astype(str).tolist()
        for walk in self.walks:
            yield [names[node] for node in walk if node != ENDED]


def skip_gram(
    walks: NDArray[np.int32], nodes: int, dim: int, window: int, epochs: int, negative: int, seed: int
) -> NDArray[np.float32]:
    """Vectors (nodes, dim) by gensim's skip-gram with hierarchical softmax, in one thread: the same bits each time.

    Args:
        walks: of `random_walks`.
        nodes: how many there are; each is in a walk.
        dim: width of a vector.
        window: steps in which nodes count as near.
        epochs: over all walks.
        negative: noise words beside the hierarchical softmax.
        seed: of first vectors and draws.

    Raises:
        ConfigError: if gensim is not installed.
    """
    model = _word2vec()(
        Sentences(walks),
        vector_size=dim,
        window=window,
        epochs=epochs,
        negative=negative,
        seed=seed,
        min_count=1,
        sg=1,
        hs=1,
        workers=1,
    )
    vectors: NDArray[np.float32] = model.wv[[str(node) for node in range(nodes)]]
    return vectors


def _word2vec() -> Any:
    try:
        from gensim.models import Word2Vec
    except ImportError as error:
        raise ConfigError(
            "positions from random walks need gensim; install the extra: pip install 'gnn2mlp[walks]'"
        ) from error
    return Word2Vec

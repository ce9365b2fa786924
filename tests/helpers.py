"""Small seeded inputs shared by the tests, and a disk that is full."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
import scipy.sparse as sp
from torch import Tensor

from gnn2mlp.data.graph import GraphData, graph_from_arrays
from gnn2mlp.data.hypergraph import HypergraphData, hypergraph_from_arrays


@contextmanager
def full_disk(limit: int) -> Iterator[None]:
    """Within it files of more than `limit` bytes cannot be written, as if there were no space left."""
    resource = pytest.importorskip("resource")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def tiny_arrays(
    seed: int = 0, nodes: int = 60, classes: int = 3, features: int = 12
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Features (nodes, features), labels (nodes,) and edges (2, edges) of a planted partition.

    Labels go round robin, so class sizes differ by one at most. Nodes of one class share an edge with probability
    0.3, others with 0.03; a feature is "on" with probability 0.6 if it belongs to the node's class, else 0.15.
    """
    random = np.random.default_rng(seed)
    labels = np.arange(nodes) % classes
    same = labels[:, None] == labels[None, :]
    linked = np.triu(random.random((nodes, nodes)) < np.where(same, 0.3, 0.03), k=1)
    own = labels[:, None] == np.arange(features)[None, :] % classes
    x = (random.random((nodes, features)) < np.where(own, 0.6, 0.15)).astype(np.float32)
    return x, labels, np.stack(linked.nonzero())


def tiny_graph(
    seed: int = 0,
    nodes: int = 60,
    classes: int = 3,
    features: int = 12,
    sparse: bool = False,
    weighted: bool = False,
    directed: bool = False,
    texts: bool = False,
) -> GraphData:
    """A seeded planted-partition graph whose features and edges both tell the class.

    Args:
        seed: equal seeds give equal graphs.
        nodes: number of nodes.
        classes: number of classes; node i has class i mod classes.
        features: number of binary features.
        sparse: keep the features as `CSR` instead of a dense tensor.
        weighted: give edges weights between 0.1 and 4, the heavier ones mostly within classes.
        directed: let half of the edges go from the lower to the higher node, the others back, and some both ways.
        texts: give nodes those of `tiny_texts`.
    """
    x, labels, edges = tiny_arrays(seed, nodes, classes, features)
    random = np.random.default_rng(seed + 2000)
    if directed:
        turned = random.random(edges.shape[1]) < 0.5
        edges = np.where(turned, edges[::-1], edges)
        edges = np.concatenate([edges, edges[::-1, :5]], axis=1)
    inside = labels[edges[0]] == labels[edges[1]]
    weight = np.where(inside, random.uniform(0.5, 4, edges.shape[1]), random.uniform(0.1, 1, edges.shape[1]))
    return graph_from_arrays(
        sp.csr_matrix(x) if sparse else x,
        labels,
        edges,
        edge_weight=weight if weighted else None,
        directed=directed,
        name="tiny",
        texts=tiny_texts(seed, nodes, classes) if texts else None,
    )


# Words of each class of `tiny_texts`, and those of all.
TOPICS = (
    "matrix tensor gradient layer kernel network training",
    "protein genome molecule enzyme sequence tissue receptor",
    "theorem lattice proof topology algebra manifold functor",
)
COMMON = "we show a new result about this with many examples and further work"


def tiny_texts(seed: int = 0, nodes: int = 60, classes: int = 3) -> list[str]:
    """A text for each node of `tiny_graph`: eight words, of which half are of the node's class, mostly."""
    random = np.random.default_rng(seed + 3000)
    texts = []
    for node in range(nodes):
        topic = node % classes if random.random() < 0.9 else int(random.integers(classes))
        words = [*random.choice(TOPICS[topic].split(), 4), *random.choice(COMMON.split(), 4)]
        texts.append(" ".join(random.permutation(words)).capitalize() + ".")
    return texts


def tiny_hypergraph(
    seed: int = 0, nodes: int = 60, classes: int = 3, features: int = 12, sparse: bool = False
) -> HypergraphData:
    """A seeded hypergraph on the nodes of `tiny_graph`: 40 hyperedges of 2 to 6 nodes, most of them of one class.

    A hyperedge prefers one class and draws each node from it with probability 0.8. Some nodes lie in none. Weights
    differ. Arguments as in `tiny_graph`.
    """
    x, labels, _ = tiny_arrays(seed, nodes, classes, features)
    random = np.random.default_rng(seed + 1000)
    members = []
    for hyperedge in range(40):
        share = np.where(labels == hyperedge % classes, 0.8 * classes, 0.2 * classes / (classes - 1))
        size = int(random.integers(2, 7))
        members.append(random.choice(nodes, size, replace=False, p=share / share.sum()))
    index = np.stack([np.concatenate(members), np.repeat(np.arange(40), [len(m) for m in members])])
    weight = random.uniform(0.5, 2.0, 40)
    x_form = sp.csr_matrix(x) if sparse else x
    return hypergraph_from_arrays(x_form, labels, index, hyperedge_weight=weight, name="tiny hypergraph")


def mapped_file(tensor: Tensor) -> Path | None:
    """The file whose mapping holds the memory of `tensor`; skips the test where the system does not tell."""
    maps = Path("/proc/self/maps")
    if not maps.exists():
        pytest.skip("needs /proc/self/maps")
    for line in maps.read_text().splitlines():
        span, *_, name = line.split(maxsplit=5)
        low, high = (int(bound, 16) for bound in span.split("-"))
        if low <= tensor.data_ptr() < high:
            return Path(name) if name.startswith("/") else None
    return None

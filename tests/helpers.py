"""Small seeded inputs shared by the tests."""

import numpy as np
import scipy.sparse as sp

from gnn2mlp.data.graph import GraphData, graph_from_arrays


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


def tiny_graph(seed: int = 0, nodes: int = 60, classes: int = 3, features: int = 12, sparse: bool = False) -> GraphData:
    """A seeded planted-partition graph whose features and edges both tell the class.

    Args:
        seed: equal seeds give equal graphs.
        nodes: number of nodes.
        classes: number of classes; node i has class i mod classes.
        features: number of binary features.
        sparse: keep the features as `CSR` instead of a dense tensor.
    """
    x, labels, edges = tiny_arrays(seed, nodes, classes, features)
    return graph_from_arrays(sp.csr_matrix(x) if sparse else x, labels, edges, name="tiny")

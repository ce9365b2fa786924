"""Herding: the graphs whose mean is nearest to the mean of their class."""

from collections.abc import Iterator
from typing import Literal

import numpy as np
import scipy.sparse as sp

from gnn2mlp.condensers._base import Training
from gnn2mlp.condensers._whole import WholeGraphs
from gnn2mlp.core.limits import check_at_least
from gnn2mlp.data.graphs.graph_set import GraphSet


class Herding(WholeGraphs):
    """Greedily the graph that brings the mean of the chosen ones' embeddings nearest to the mean of the class.

    As in Welling, ICML 2009, with embeddings that need no training: codes one-hot and features, averaged over
    neighbours and the node itself `depth` times, then over the nodes of a graph. Of equally near graphs the first is
    taken.

    Args:
        graphs: as in `WholeGraphs`.
        nodes: as in `WholeGraphs`.
        classes: as in `WholeGraphs`.
        depth: how many times nodes are averaged.
    """

    name = "herding"
    citation = "Welling, Herding Dynamical Weights to Learn, ICML 2009"

    def __init__(
        self,
        graphs: int = 10,
        nodes: int | None = None,
        classes: Literal["balanced", "share"] = "balanced",
        depth: int = 2,
    ):
        super().__init__(graphs, nodes, classes)
        check_at_least(self.name, 0, depth=depth)
        self.depth = depth

    def order(self, training: Training, number: int, seed: int) -> Iterator[int]:
        """As in `WholeGraphs`."""
        members = training.members[number]
        return (int(members[one]) for one in herded(mean_embeddings(training.graphs.take(members), self.depth)))


def herded(embeddings: np.ndarray) -> Iterator[int]:
    """Rows of embeddings (rows, width), each as soon as it is asked for: the one that brings the mean nearest.

    Example:
        >>> list(herded(np.array([[0.0], [2.0], [3.1], [9.0]])))
        [2, 1, 3, 0]
    """
    aim, total = embeddings.mean(0), np.zeros(embeddings.shape[1])
    left = np.ones(len(embeddings), dtype=bool)
    for count in range(1, len(embeddings) + 1):
        far = np.linalg.norm((total + embeddings) / count - aim, axis=1)
        chosen = int(np.where(left, far, np.inf).argmin())
        left[chosen] = False
        total += embeddings[chosen]
        yield chosen


def mean_embeddings(graphs: GraphSet, depth: int) -> np.ndarray:
    """What nodes are, averaged over neighbours and themselves `depth` times, then over each graph: (graphs, width)."""
    source, target = graphs.edge_index.numpy()
    count = graphs.num_nodes
    ones = np.ones(len(source))
    links = sp.csr_matrix((ones, (target, source)), (count, count)) + sp.eye(count, format="csr")
    average = sp.diags(1 / np.asarray(links.sum(1)).ravel()) @ links
    rows = _inputs(graphs)
    for _ in range(depth):
        rows = average @ rows
    sizes = graphs.nodes_per_graph.numpy()
    pool = sp.csr_matrix((np.repeat(1 / sizes, sizes), np.arange(count), graphs.node_offsets.numpy()))
    return np.asarray((pool @ rows).todense())


def _inputs(graphs: GraphSet) -> sp.csr_matrix:
    """A row for each node: a column for each value of each code, then the features."""
    columns = []
    if graphs.node_codes is not None:
        for codes, size in zip(graphs.node_codes.numpy().T, graphs.code_sizes, strict=True):
            known = np.flatnonzero((codes >= 0) & (codes < size))
            place = known, codes[known]
            columns.append(sp.csr_matrix((np.ones(len(known)), place), (graphs.num_nodes, size)))
    if graphs.features is not None:
        columns.append(sp.csr_matrix(graphs.features.numpy().astype(np.float64)))
    return sp.hstack(columns, format="csr")

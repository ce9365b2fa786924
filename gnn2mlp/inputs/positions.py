"""A node's features, and where it stands in the graph by random walks."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from torch import Tensor

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.core.limits import check_at_least
from gnn2mlp.inputs._base import Inputs
from gnn2mlp.inputs._walks import random_walks, skip_gram
from gnn2mlp.nn.csr import CSR, Features


class Positions(Inputs):
    """[x_i ‖ p_i], p_i the DeepWalk vector of node i (Perozzi et al., KDD 2014), as in NOSMOG (Tian et al., ICLR 2023).

    Walks go along the observed graph alone. A node that was not observed has the mean of the vectors of its observed
    neighbours, by the weights of its edges, and zeros if it has none. So a row takes the node's edges, and a student
    with such rows **needs the graph at inference**: `rows(graph)` makes them for all nodes of a graph whose node i is
    the one that had the id i in training (new ones come after them), and the student answers these rows.

    Needs the extra: `pip install 'gnn2mlp[walks]'`. The vectors of the observed nodes ship with the student.

    Args:
        walks: from each node.
        length: nodes of a walk.
        window: steps in which nodes count as near.
        epochs: over all walks.
        dim: width of p.
        negative: noise words of the skip-gram beside its hierarchical softmax; 0 is DeepWalk. The released code of
            NOSMOG has gensim's default, 5.
        seed: of walks and vectors.

    Example:
        >>> from gnn2mlp.data import graph_from_arrays
        >>> graph = graph_from_arrays(torch.eye(4), [0, 0, 1, 1], [[0, 1, 2], [1, 2, 3]])
        >>> inputs = Positions(walks=2, length=5, dim=8)
        >>> inputs.fit_graph(graph.subgraph(torch.arange(3)))  # node 3 is not there yet
        >>> rows = inputs.rows(graph)
        >>> rows.shape, torch.equal(rows[3, 4:], rows[2, 4:])  # and then stands where its only neighbour does
        (torch.Size([4, 12]), True)
    """

    name = "positions"
    citation = (
        "Perozzi et al., DeepWalk: Online Learning of Social Representations, KDD 2014; Tian et al., Learning MLPs on "
        "Graphs (NOSMOG), ICLR 2023"
    )
    needs_graph = True

    node_ids_: Tensor
    vectors_: Tensor

    def __init__(
        self,
        walks: int = 5,
        length: int = 50,
        window: int = 5,
        epochs: int = 1,
        dim: int = 64,
        negative: int = 0,
        seed: int = 0,
    ):
        self.walks = walks
        self.length = length
        self.window = window
        self.epochs = epochs
        self.dim = dim
        self.negative = negative
        self.seed = seed
        check_at_least("inputs", 1, walks=walks, window=window, epochs=epochs, dim=dim)
        check_at_least("inputs", 2, length=length)
        check_at_least("inputs", 0, negative=negative, seed=seed)

    def fit_graph(self, graph: Any) -> None:
        """Walk, and make vectors of the graph's nodes, whose ids are their numbers.

        Raises:
            ConfigError: for a hypergraph, on which there is no edge to walk along; or if gensim is not installed.
        """
        adjacency = _adjacency(graph)
        found = random_walks(adjacency, self.walks, self.length, np.random.default_rng(self.seed))
        vectors = skip_gram(
            found, graph.num_nodes, self.dim, self.window, self.epochs, self.negative, self.seed % 2**32
        )
        self.vectors_ = torch.from_numpy(vectors)
        self.node_ids_ = torch.arange(graph.num_nodes)

    def fit_observed(self, observed: Any) -> None:
        """The same of an observed view, whose nodes have the ids that they have in the full graph."""
        self.fit_graph(observed.graph)
        self.node_ids_ = observed.node_ids.cpu()

    def training_rows(self, graph: Any) -> Features:
        """Rows of the observed nodes, of which the graph that these inputs were fitted on consists."""
        return beside(graph.features, self.vectors_)

    def observed_rows(self, observed: Any) -> Features:
        """The same."""
        return self.training_rows(observed.graph)

    def rows(self, graph: Any) -> Features:
        """Rows (nodes, features + dim) of a graph whose node i has the id i, with every edge that is known by now.

        Raises:
            ConfigError: if there are fewer nodes than training observed.
        """
        nodes = graph.num_nodes
        if self.node_ids_.numel() and int(self.node_ids_.max()) >= nodes:
            raise ConfigError(
                f"inputs {self.name!r}: expected the graph of training, perhaps with further nodes, which has at least "
                f"{int(self.node_ids_.max()) + 1} nodes, got {nodes}"
            )
        known = torch.zeros(nodes)
        known[self.node_ids_] = 1.0
        positions = torch.zeros(nodes, self.dim)
        positions[self.node_ids_] = self.vectors_
        adjacency = _adjacency(graph).to(dtype=torch.float32)
        count = adjacency @ known[:, None]
        mean = (adjacency @ positions) / count.where(count > 0, 1.0)
        return beside(graph.features, torch.where(known[:, None] > 0, positions, mean))

    def transform(self, features: Features) -> Features:
        """Refused: a row takes the graph."""
        raise self._refuse_alone()

    def state(self) -> dict[str, Tensor]:
        """`node_ids` (observed nodes,) and their `vectors` (observed nodes, dim)."""
        return {"node_ids": self.node_ids_, "vectors": self.vectors_}

    def load_state(self, state: Mapping[str, Tensor]) -> None:
        """Take them on."""
        self.node_ids_, self.vectors_ = state["node_ids"], state["vectors"]


def _adjacency(graph: Any) -> CSR:
    adjacency = getattr(graph, "adjacency", None)
    if not isinstance(adjacency, CSR):
        raise ConfigError(
            f"inputs 'positions': expected a graph with edges to walk along, got a {getattr(graph, 'kind', 'thing')}"
        )
    return adjacency


def beside(features: Features, columns: Tensor) -> Features:
    """Features (rows, features) and dense columns (rows, width) side by side; sparse where the features are."""
    columns = columns.to(features.device, features.dtype)
    if not isinstance(features, CSR):
        return torch.cat([features, columns], dim=1)
    rows, (width, more) = len(features), (features.shape[1], columns.size(1))
    own = features.indptr.diff()
    indptr = features.indptr + more * torch.arange(rows + 1)
    fresh = (indptr[:-1] + own)[:, None] + torch.arange(more)
    old = torch.arange(features.nnz) + more * features.row_ids()
    indices, values = torch.empty(int(indptr[-1]), dtype=torch.int64), features.values.new_empty(int(indptr[-1]))
    indices[old], values[old] = features.indices, features.values
    indices[fresh] = width + torch.arange(more).expand_as(fresh)
    values[fresh] = columns
    return CSR(indptr, indices, values, (rows, width + more))

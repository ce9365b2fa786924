"""A node's features beside those of its neighbourhood, one step after the other."""

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor

from gnn2mlp.core.limits import check_at_least
from gnn2mlp.core.spec import Spec
from gnn2mlp.inputs._base import INPUTS, Inputs
from gnn2mlp.nn.csr import CSR, Features
from gnn2mlp.nn.normalised import normalised


class Hops(Inputs):
    """[X, ÂX, ..., Â^r X] (SIGN, Frasca et al., 2020), Â the normalised adjacency with self-loops of the graph at hand.

    A student of such rows is no longer graph-free: a new node's row takes its edges and the features of its
    neighbours. As the rows of a teacher's assistant they stay in training. Sparse features stay sparse.

    Args:
        order: r, how many steps; the row has r + 1 times the columns.
        of: the inputs whose rows X are, such as `"standardise"`; default: the features as they are.

    Example:
        >>> from gnn2mlp.data import graph_from_arrays
        >>> graph = graph_from_arrays([[2.0], [0.0]], [0, 1], [[0], [1]])
        >>> rows = Hops(order=1).rows(graph)
        >>> [[round(value, 4) for value in row] for row in rows.tolist()]  # both see each other, and themselves
        [[2.0, 1.0], [0.0, 1.0]]
    """

    name = "hops"
    citation = "Frasca et al., SIGN: Scalable Inception Graph Neural Networks, 2020, arXiv 2004.11198"
    needs_graph = True

    def __init__(self, order: int = 2, of: Any = "features"):
        check_at_least("inputs", 0, order=order)
        self.order = order
        self._of = Spec.parse(of).build(INPUTS)
        self.of = self._of.spec().to_dict()

    @property
    def rescales(self) -> bool:  # type: ignore[override]
        """Whether those do that the hops are of."""
        return self._of.rescales

    def fit_graph(self, graph: Any) -> None:
        """Fit what the hops are of; the hops themselves learn nothing."""
        self._of.fit_graph(graph)

    def rows(self, graph: Any) -> Features:
        """Rows (nodes, (order + 1) * width) of all nodes of a graph.

        Raises:
            ConfigError: for a hypergraph, which has no adjacency.
        """
        own = self._of.rows(graph)
        if not hasattr(graph, "adjacency"):
            raise self._refuse_alone()
        matrix = normalised(graph.adjacency.to(own.device))
        return _sparse(own, matrix, self.order) if isinstance(own, CSR) else _dense(own, matrix, self.order)

    def transform(self, features: Features) -> Features:
        """Not to be had of features alone: raises `ConfigError`."""
        raise self._refuse_alone()

    def state(self) -> dict[str, Tensor]:
        """What was fitted of the inputs that the hops are of."""
        return self._of.state()

    def load_state(self, state: Mapping[str, Tensor]) -> None:
        """Take it on."""
        self._of.load_state(state)


def _dense(own: Tensor, matrix: CSR, order: int) -> Tensor:
    blocks = [own]
    for _ in range(order):
        blocks.append(matrix.matmul(blocks[-1].to(matrix.dtype)).to(own.dtype))
    return torch.cat(blocks, dim=1)


def _sparse(own: CSR, matrix: CSR, order: int) -> CSR:
    from scipy.sparse import hstack

    step, blocks = matrix.to_scipy(), [own.to_scipy()]
    for _ in range(order):
        blocks.append(step @ blocks[-1])
    return CSR.from_scipy(hstack(blocks, format="csr")).to(own.device, own.dtype)

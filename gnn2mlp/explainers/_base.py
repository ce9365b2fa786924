"""What an explainer is: scores, for each node, of the nodes that its answer was made of."""

from abc import ABC, abstractmethod
from typing import Any, ClassVar

import numpy as np
import scipy.sparse as sp

from gnn2mlp.core.registry import Registry
from gnn2mlp.core.spec import Configurable
from gnn2mlp.explainers._explanation import Explanation, check_nodes
from gnn2mlp.explainers._surrogate import Surrogate


class Explainer(Configurable, ABC):
    """Explains answers of a graph neural network through its `Surrogate`. Subclasses supply `scores`.

    Attributes:
        baseline: whether it reads no model: what others are to be compared with.

    Example:
        >>> import torch
        >>> from gnn2mlp.data import graph_from_arrays
        >>> from gnn2mlp.explainers import FastDnX, fit_surrogate
        >>> path = graph_from_arrays(torch.eye(6), [0, 0, 0, 1, 1, 1], [[0, 1, 2, 3, 4], [1, 2, 3, 4, 5]])
        >>> surrogate = fit_surrogate(path, 4 * torch.eye(2)[path.labels], hops=1, epochs=20)
        >>> FastDnX().explain(surrogate, [0]).ranked(0)[0].shape  # node 0 and its neighbour
        (2,)
    """

    baseline: ClassVar[bool] = False

    @abstractmethod
    def scores(self, surrogate: Surrogate, nodes: np.ndarray, rows: sp.csr_matrix, seed: int) -> np.ndarray:
        """A score for each stored entry of `rows`, (entries,).

        Args:
            surrogate: of the teacher.
            nodes: int64 (explained,).
            rows: their rows of Â^K, (explained, nodes): the nodes that are to be scored, and how much they weigh.
            seed: of whatever is drawn, for each node by itself, so that its explanation does not depend on others.
        """

    def explain(self, surrogate: Surrogate, nodes: Any, seed: int = 0) -> Explanation:
        """Scores of the nodes within K hops of `nodes`.

        Args:
            surrogate: of the teacher.
            nodes: rows of the graph.
            seed: of whatever is drawn.

        Raises:
            DataError: if there is no such node.
        """
        ids = check_nodes(nodes, surrogate.operator.shape[0], "explain")
        rows = surrogate.rows(ids)
        found = np.asarray(self.scores(surrogate, ids, rows, seed), dtype=np.float64)
        scores = sp.csr_matrix((found, rows.indices, rows.indptr), shape=rows.shape)
        return Explanation(ids, scores, self.name)


def entry_rows(rows: sp.csr_matrix) -> np.ndarray:
    """int64 (entries,): of which row each stored entry is."""
    return np.repeat(np.arange(rows.shape[0]), np.diff(rows.indptr))


EXPLAINERS: Registry[Explainer] = Registry("explainer", "gnn2mlp.explainers", Explainer)  # type: ignore[type-abstract]

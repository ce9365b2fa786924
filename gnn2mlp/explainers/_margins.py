"""Own margin: how much of what decides a node's class its own features carry, and how much its neighbours."""

from typing import NamedTuple

import numpy as np

from gnn2mlp.core.showing import short_repr
from gnn2mlp.explainers._base import entry_rows
from gnn2mlp.explainers._explanation import check_nodes
from gnn2mlp.explainers._surrogate import Surrogate


class Margins(NamedTuple):
    """The margin of the likeliest class over the second in the surrogate's logits, in parts; arrays are (nodes,).

    own + neighbours + constant = margin.

    Args:
        first: int64, the likeliest class.
        second: int64, the next one.
        margin: z[first] - z[second], at least 0.
        own: the part of the node itself, Â^K_ii x_i (Θ_first - Θ_second).
        neighbours: that of all other nodes within K hops.
        constant: b_first - b_second.
    """

    first: np.ndarray
    second: np.ndarray
    margin: np.ndarray
    own: np.ndarray
    neighbours: np.ndarray
    constant: np.ndarray

    def __repr__(self) -> str:
        return short_repr(self)


def own_margins(surrogate: Surrogate, nodes: object) -> Margins:
    """The margins of some nodes.

    A student that reads a node's own features alone has the own part, and has to guess the rest. Trials on cpf-cora
    and cpf-citeseer found that the own margin tells where a student will agree with its teacher, and that the share of
    the neighbours does not.

    Args:
        surrogate: of the teacher.
        nodes: rows of the graph.

    Raises:
        DataError: if there is no such node.

    Example:
        >>> import torch
        >>> from gnn2mlp.data import graph_from_arrays
        >>> from gnn2mlp.explainers import fit_surrogate, own_margins
        >>> path = graph_from_arrays(torch.eye(6), [0, 0, 0, 1, 1, 1], [[0, 1, 2, 3, 4], [1, 2, 3, 4, 5]])
        >>> surrogate = fit_surrogate(path, 4 * torch.eye(2)[path.labels], hops=1, epochs=20)
        >>> parts = own_margins(surrogate, [0, 5])
        >>> np.allclose(parts.own + parts.neighbours + parts.constant, parts.margin)
        True
    """
    ids = check_nodes(nodes, surrogate.operator.shape[0], "own_margins")
    rows = surrogate.rows(ids)
    logits = surrogate.logits(rows)
    order = np.argsort(-logits, axis=1, kind="stable")
    first, second = order[:, 0], order[:, 1]
    every = np.arange(len(ids))
    margin = logits[every, first] - logits[every, second]
    itself = rows.indices == ids[entry_rows(rows)]
    weight = np.bincount(entry_rows(rows)[itself], rows.data[itself], minlength=len(ids))
    own = weight * (surrogate.mapped[ids, first] - surrogate.mapped[ids, second])
    constant = surrogate.bias[first] - surrogate.bias[second]
    return Margins(first, second, margin, own, margin - own - constant, constant)

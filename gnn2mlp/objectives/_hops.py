"""Powers of the normalised adjacency among the rows of a batch, made from the whole observed graph."""

from typing import Any

import numpy as np
import torch
from torch import Tensor

from gnn2mlp.nn.csr import CSR
from gnn2mlp.nn.normalised import normalised


def power_among(adjacency: CSR, rows: Tensor, order: int) -> Tensor:
    """The block of Â^order whose rows and columns are those of a batch, dense (rows, rows).

    Paths may lead through any node of the graph. No power of the whole matrix is made: the rows of the batch are
    multiplied `order` - 1 times by Â, on the CPU, which costs the edges of what lies that many steps away.

    Args:
        adjacency: (nodes, nodes), without self-loops.
        rows: int64 (rows,), nodes of the batch, each once.
        order: how many steps, at least 1.
    """
    matrix, chosen = _scipy(adjacency), rows.cpu().numpy()
    block = matrix[chosen]
    for _ in range(order - 1):
        block = block @ matrix
    among = block[:, chosen].toarray()
    return torch.from_numpy(np.ascontiguousarray(among)).to(adjacency.device)


def _scipy(adjacency: CSR) -> Any:
    return adjacency.remembered("normalised/scipy", lambda: normalised(adjacency).to_scipy())

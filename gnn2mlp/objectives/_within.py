"""The links among the rows of a batch."""

import torch
from torch import Tensor

from gnn2mlp.nn.csr import CSR
from gnn2mlp.objectives._batch import Batch


def links_within(batch: Batch, reader: str) -> CSR:
    """The (rows, rows) matrix of the neighbours that each row of a batch has in the batch; made once for a batch.

    In a batch of all rows these are all links of the graph; in a smaller one they are a sample of them, in which each
    link is as likely as any other. Every link of a row has an entry: one that leads out of the batch has the value 0,
    so that how many there are need not be asked of a GPU.

    Args:
        batch: with links of the kind `"neighbours"`.
        reader: the name of the objective that asks.

    Raises:
        ConfigError: if the batch has no such links.

    Example:
        >>> from gnn2mlp.nn.mlp import MLPOutput
        >>> path = CSR.from_coo(torch.tensor([0, 1]), torch.tensor([1, 2]), torch.ones(2), (2, 3))  # 0 - 1 - 2
        >>> batch = Batch(torch.tensor([0, 1]), torch.tensor([-1, -1]), links={"neighbours": path})
        >>> links_within(batch, "example").to_dense().tolist()
        [[0.0, 1.0], [0.0, 0.0]]
    """
    pattern = batch.links_of("neighbours", reader)
    return pattern.remembered("within", lambda: _within(pattern, batch.rows))


def _within(pattern: CSR, rows: Tensor) -> CSR:
    """The same links with the places of `rows`, those of the table that the batch consists of, as columns."""
    place = torch.full((pattern.shape[1],), -1, device=rows.device)
    place = place.scatter(0, rows, torch.arange(rows.numel(), device=rows.device))
    column = place[pattern.indices]
    values = pattern.values * (column >= 0)
    return CSR(pattern.indptr, column.clamp(min=0), values, (pattern.shape[0], rows.numel()))

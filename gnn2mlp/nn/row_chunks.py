"""Rows of features, a few at a time."""

from collections.abc import Iterator

import torch

from gnn2mlp.nn.csr import CSR, Features, gather


def row_chunks(x: Features, size: int) -> Iterator[Features]:
    """Consecutive rows, at most `size` at a time; one empty chunk if there are none.

    Example:
        >>> [len(chunk) for chunk in row_chunks(torch.zeros(5, 3), 2)]
        [2, 2, 1]
    """
    rows = x.shape[0]
    if rows <= size:
        yield x
    elif isinstance(x, CSR):
        yield from (gather(x, ids) for ids in torch.arange(rows).split(size))
    else:
        yield from x.split(size)

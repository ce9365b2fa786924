"""The nearest rows by cosine, found exactly: products of blocks, of which the best are kept."""

from typing import Any

import numpy as np
import torch
from torch import Tensor

from gnn2mlp.nn.csr import CSR

# Rows that are looked at together, and rows they are compared with: blocks of so many products stay near the processor.
_ROWS, _OTHERS = 4096, 1024


def nearest_by_cosine(rows: Any, others: Any, k: int) -> np.ndarray:
    """Which of the others are the k nearest to each row by cosine, nearest first: int64 (rows, k).

    All pairs are compared, in the precision of the arrays. Equally near ones come in any order; a row of zeros is
    equally near to all.

    Args:
        rows: (rows, width), numpy or scipy.
        others: (others, width), sparse if `rows` is.
        k: at most the number of others.

    Example:
        >>> nearest_by_cosine([[2.0, 0.1]], [[0.0, 1.0], [1.0, 0.0], [1.0, 1.0]], k=2).tolist()
        [[1, 2]]
    """
    asked, candidates = _unit(rows), _unit(others)
    parts = [_part(asked, slice(start, start + _ROWS)) for start in range(0, asked.shape[0], _ROWS)]
    best: list[tuple[Tensor, Tensor] | None] = [None] * len(parts)
    for start in range(0, candidates.shape[0], _OTHERS):
        block = candidates[start : start + _OTHERS]
        columns = torch.from_numpy(block.T if isinstance(block, np.ndarray) else block.T.toarray())
        for place, part in enumerate(parts):
            best[place] = _best(part @ columns, start, k, best[place])
    found = [one[1] for one in best if one is not None]
    return torch.cat(found).numpy() if found else np.empty((0, k), np.int64)


def _unit(rows: Any) -> Any:
    """Rows of length 1, but for those of zeros, in single precision if they were so."""
    from sklearn.preprocessing import normalize

    given = rows if hasattr(rows, "tocsr") else np.asarray(rows)
    if not given.shape[0]:
        return given
    return normalize(given.astype(np.float32 if given.dtype == np.float32 else np.float64))


def _part(rows: Any, which: slice) -> Tensor | CSR:
    part = rows[which]
    return torch.from_numpy(np.ascontiguousarray(part)) if isinstance(part, np.ndarray) else CSR.from_scipy(part)


def _best(similar: Tensor, start: int, k: int, before: tuple[Tensor, Tensor] | None) -> tuple[Tensor, Tensor]:
    """The k largest of a block and those before it: values and places, each (rows, k) or less if there were fewer."""
    values, places = similar.topk(min(k, similar.shape[1]), dim=1)
    places += start
    if before is None:
        return values, places
    values, places = torch.cat([before[0], values], dim=1), torch.cat([before[1], places], dim=1)
    values, chosen = values.topk(min(k, values.shape[1]), dim=1)
    return values, places.gather(1, chosen)

"""Rows of codes that are equal, found without comparing rows: each row is one number."""

from collections.abc import Sequence

import numpy as np


def code_keys(codes: np.ndarray, sizes: Sequence[int], begin: np.ndarray | None = None) -> np.ndarray:
    """int64 (rows,): equal for rows of equal codes, and for no others. What is no value of its field is one to all.

    Args:
        codes: integers (rows, fields).
        sizes: how many values each field has.
        begin: int64 (rows,), not negative; rows are equal only if this is. Default: the same for all.

    Example:
        >>> code_keys(np.array([[0, 1], [0, 1], [7, 0], [-1, 0]]), [3, 2]).tolist()
        [5, 5, 1, 1]
    """
    key = np.zeros(len(codes), np.int64) if begin is None else begin
    bound = int(key.max(initial=0)) + 1
    for field, size in zip(codes.T, sizes, strict=True):
        if bound * (size + 1) >= 2**62:
            key = np.unique(key, return_inverse=True)[1]
            bound = int(key.max(initial=0)) + 1
        known = (field >= 0) & (field < size)
        key = key * (size + 1) + np.where(known, field + np.int64(1), 0)
        bound *= size + 1
    return key

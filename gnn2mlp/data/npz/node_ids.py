"""Ends of links by the ids that a file gives its nodes, as row numbers."""

import numpy as np

from gnn2mlp.core.errors import DataError
from gnn2mlp.data.checks import repeated
from gnn2mlp.data.npz.arrays import Array, Arrays, texts

_IDS = ("node_ids", "node_id", "ids")
_NAMES = "node_names"


def to_rows(ends: Array, key: str, arrays: Arrays) -> Array:
    """Row numbers of `ends`, which are row numbers already, or ids that an array `node_ids` (nodes,) gives the rows.

    Text may also be what `node_names` has.

    Args:
        ends: of links, any shape.
        key: the array that they come from, for messages.
        arrays: of the file.

    Raises:
        DataError: for text without ids to look it up in, ids that are given twice or not at all, and numbers that may
            be rows as well as ids.
    """
    text = ends.dtype.kind in "SU"
    found = arrays.one_of("ids of nodes", _IDS)
    if found is None and text and _NAMES in arrays:
        found = _NAMES  # names are no ids, but what else should text refer to?
    if found is None:
        if text:
            raise DataError(
                f"{arrays.name}: {key} must hold integers, the rows of the features that it links, got text such as "
                f"{str(ends.flat[0])!r}; add an array node_ids (nodes,) with the id of each row"
            )
        return ends
    ids = arrays[found]
    if ids.ndim != 1 or ids.size == 0:
        raise DataError(f"{arrays.name}: expected an id for each node, {found} of shape (nodes,), got {ids.shape}")
    if (ids.dtype.kind in "SU") != text:
        if text:
            raise DataError(f"{arrays.name}: {key} holds text and {found} {ids.dtype}; write both in one type")
        return ends  # text names the rows, and numbers count them
    if text:
        listed = np.array(texts(ids, f"{arrays.name}: {found}"))
        ends = np.array(texts(ends.ravel(), f"{arrays.name}: {key}")).reshape(ends.shape)
    else:
        listed = ids
    return _looked_up(ends, listed, key, found, arrays.name)


def _looked_up(ends: Array, ids: Array, key: str, found: str, name: str) -> Array:
    if twice := repeated([str(value) for value in ids.tolist()]):
        raise DataError(f"{name}: expected a different id for each node in {found}, got {twice} more than once")
    order = np.argsort(ids)
    place = np.searchsorted(ids, ends, sorter=order).clip(max=ids.size - 1)
    rows: Array = order[place]
    known = ids[rows] == ends
    if not known.all():
        raise DataError(
            f"{name}: {key} holds {ends[~known][0]!s}, which {found} does not; list the id of every node, or "
            f"rename {found} to node_names if {key} holds row numbers"
        )
    text = ends.dtype.kind in "SU"
    if not text and not np.array_equal(rows, ends) and bool(((ends >= 0) & (ends < ids.size)).all()):
        raise DataError(
            f"{name}: the numbers in {key} may be rows or ids, and {found} says otherwise than the rows; rename "
            f"{found} to node_names if they are rows, else write ids as text"
        )
    return rows

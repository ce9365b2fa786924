"""Splits that were published with a file: masks over the nodes, or ids."""

import re
from typing import NamedTuple

import numpy as np

from gnn2mlp.core.errors import DataError
from gnn2mlp.data.npz.arrays import Array, Arrays

_PARTS = {"train": "train", "val": "valid", "valid": "valid", "validation": "valid", "dev": "valid", "test": "test"}
_KINDS = {"mask": "mask", "masks": "mask"} | dict.fromkeys(("idx", "ids", "index", "indices"), "ids")


class _Key(NamedTuple):
    """`key`: name of the array; `part`: of the split; `kind`: `"mask"` or `"ids"`."""

    key: str
    part: str
    kind: str


def read_splits(arrays: Arrays, labelled: Array) -> list[dict[str, Array]]:
    """The published splits of the file, one after another, each `{"train": ids, "valid": ids, "test": ids}`.

    Arrays are called `train_mask`, `val_idx` and the like, with `val`, `valid`, `validation` or `dev`, and `mask`,
    `masks`, `idx`, `ids`, `index` or `indices`, in either order. Masks are (nodes,), (splits, nodes) or
    (nodes, splits), read by which axis is as long as there are nodes; ids are (ids,) or (splits, ids). A part that is
    given once belongs to all splits. Without test nodes, all other labelled nodes are test.

    Args:
        arrays: of the file.
        labelled: bool (nodes,), which have a label.

    Raises:
        DataError: for a part that is given twice, no training part, counts of splits that differ, and arrays that are
            neither masks nor ids of the nodes.
    """
    parts: dict[str, list[Array]] = {}
    given: dict[str, str] = {}
    for key, part, kind in _keys(arrays):
        if part in given:
            raise DataError(
                f"{arrays.name}: expected the {part} nodes in one array, got {given[part]} and {key}; remove one"
            )
        given[part] = key
        read = _read_masks if kind == "mask" else _read_ids
        parts[part] = read(arrays[key], labelled.size, f"{arrays.name}: {key}")
    return _together(parts, labelled, arrays.name) if parts else []


def _keys(arrays: Arrays) -> list[_Key]:
    found = []
    for key in arrays:
        words = key.lower().split("_")
        for part, kind in (words, words[::-1]) if len(words) == 2 else ():
            if part in _PARTS and kind in _KINDS:
                found.append(_Key(key, _PARTS[part], _KINDS[kind]))
    return found


def _read_masks(masks: Array, num_nodes: int, what: str) -> list[Array]:
    """Ids of the nodes in each mask."""
    if masks.dtype.kind not in "biuf" or not bool(np.isin(masks, (0, 1)).all()):
        ids = "; call ids of nodes " + re.sub("masks?", "idx", what.rsplit(" ", 1)[-1])
        raise DataError(
            f"{what}: expected a mask of zeros and ones (or booleans), got {masks.dtype} "
            f"with {'other values' if masks.dtype.kind in 'biuf' else 'no numbers'}{ids}"
        )
    if masks.ndim > 2 or num_nodes not in masks.shape:
        raise DataError(
            f"{what}: expected a value for each of {num_nodes} nodes, shape ({num_nodes},), (splits, {num_nodes}) or "
            f"({num_nodes}, splits), got {masks.shape}"
        )
    if masks.shape == (num_nodes, num_nodes) and num_nodes > 1:
        raise DataError(
            f"{what}: got {masks.shape}, as many splits as nodes, so that nothing tells which axis is nodes; "
            "leave out a split"
        )
    by_split = masks[None] if masks.ndim == 1 else masks if masks.shape[1] == num_nodes else masks.T
    return [np.flatnonzero(mask) for mask in by_split]


def _read_ids(ids: Array, num_nodes: int, what: str) -> list[Array]:
    """Ids of each split."""
    if ids.size and ids.dtype.kind not in "iu":
        masks = "; call a mask " + re.sub("idx|ids|index|indices", "mask", what.rsplit(" ", 1)[-1])
        advice = masks if ids.dtype.kind == "b" else "; write the rows of the features"
        raise DataError(f"{what}: expected row numbers of nodes, integers, got {ids.dtype}{advice}")
    if ids.ndim == 2 and ids.shape[1] == 1:
        ids = ids[:, 0]
    if ids.ndim not in (1, 2):
        raise DataError(f"{what}: expected row numbers of shape (ids,) or (splits, ids), got {ids.shape}")
    if ids.ndim == 2 and ids.shape[0] > ids.shape[1]:
        raise DataError(
            f"{what}: got {ids.shape}, which is {ids.shape[0]} splits of {ids.shape[1]} nodes if read as (splits, ids);"
            " transpose (ids, splits), or write masks"
        )
    if ids.size and not (ids.min() >= 0 and ids.max() < num_nodes):
        raise DataError(f"{what}: node ids must lie in 0..{num_nodes - 1}, got {ids.min()}..{ids.max()}")
    return [row.astype(np.int64) for row in np.atleast_2d(ids)]


def _together(parts: dict[str, list[Array]], labelled: Array, name: str) -> list[dict[str, Array]]:
    counts = {part: len(ids) for part, ids in parts.items()}
    count = max(counts.values())
    if "train" not in parts or any(number not in (1, count) for number in counts.values()):
        raise DataError(f"{name}: expected as many training as validation and test sets, got {counts}")
    splits = []
    for number in range(count):
        split = {part: ids[number if len(ids) > 1 else 0] for part, ids in parts.items()}
        if "test" not in split:
            split["test"] = np.setdiff1d(np.flatnonzero(labelled), np.concatenate(list(split.values())))
        splits.append(split)
    return splits

"""Hyperedges of a file, of one relation or of several, and their weights."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from gnn2mlp.core.errors import DataError
from gnn2mlp.data.npz.arrays import Array, Arrays
from gnn2mlp.data.npz.node_ids import to_rows

_INDEX, _WEIGHT = "hyperedge_index", "hyperedge_weight"


def has_hyperedges(arrays: Arrays) -> bool:
    """Whether the file is that of a hypergraph."""
    return any(key.startswith(_INDEX) for key in arrays)


def read_hyperedges(arrays: Arrays, relations: Sequence[str] | None) -> tuple[Any, Any]:
    """Incidences (2, incidences), node above hyperedge, and weights: arrays, or mappings of them by relation.

    Args:
        arrays: of the file.
        relations: those that are read, in this order; default: all, as the file has them.

    Raises:
        DataError: for relations that are not there, and weights without hyperedges.
    """
    for key in arrays:
        if key.startswith(_WEIGHT) and key.replace(_WEIGHT, _INDEX) not in arrays:
            raise arrays.missing(f"the hyperedges of {key}", key.replace(_WEIGHT, _INDEX))
    present = [key.removeprefix(f"{_INDEX}_") for key in arrays if key.startswith(f"{_INDEX}_")]
    if _INDEX in arrays:
        return _only_relation(arrays, present, relations)
    chosen = _chosen(present, relations, arrays.name)
    arrays.mark_read(*(f"{kind}_{which}" for kind in (_INDEX, _WEIGHT) for which in present))
    weights = {which: arrays[f"{_WEIGHT}_{which}"] for which in chosen if f"{_WEIGHT}_{which}" in arrays}
    return {which: _incidences(f"{_INDEX}_{which}", arrays) for which in chosen}, weights


def _only_relation(arrays: Arrays, present: list[str], relations: Sequence[str] | None) -> tuple[Array, Array | None]:
    if present or relations is not None:
        raise DataError(
            f"{arrays.name}: the file has one relation without a name, hyperedge_index; expected it to be the only "
            f"one, and none to be asked for, got {', '.join([*present, *(relations or ())])}"
        )
    return _incidences(_INDEX, arrays), arrays.get(_WEIGHT)


def _chosen(present: list[str], relations: Sequence[str] | None, name: str) -> list[str]:
    if unknown := [which for which in relations or () if which not in present]:
        raise DataError(f"{name}: expected relations among {', '.join(present)}, got {', '.join(unknown)}")
    chosen = list(relations or present)
    if len(set(chosen)) < len(chosen):
        raise DataError(f"{name}: expected each relation once, got {', '.join(chosen)}")
    return chosen


def _incidences(key: str, arrays: Arrays) -> Array:
    """Incidences with nodes as rows of the features; hyperedges that have names are numbered in their order."""
    pairs = arrays[key]
    if pairs.ndim != 2 or pairs.shape[0] != 2:
        return pairs  # refused with all other shapes
    nodes, hyperedges = to_rows(pairs[0], key, arrays), pairs[1]
    if hyperedges.dtype.kind in "SU":
        hyperedges = np.unique(hyperedges, return_inverse=True)[1]
    return np.stack([nodes, hyperedges])

"""Edges of a file: pairs of nodes, or an adjacency matrix."""

import warnings
from typing import Any, NamedTuple

import numpy as np

from gnn2mlp.core.errors import DataError, DataWarning
from gnn2mlp.data.npz.arrays import Array, Arrays, csr_from_parts, has_csr
from gnn2mlp.data.npz.node_ids import to_rows

_PAIRS = ("edge_index", "edges", "edge_list")
_MATRICES = ("adj", "adjacency", "A")
_WEIGHTS = ("edge_weight", "edge_weights")


class FileEdges(NamedTuple):
    """Ends (2, edges), source above target, and what each edge weighs (edges,), or `None`."""

    ends: Array
    weight: Array | None


def read_edges(arrays: Arrays, num_nodes: int) -> FileEdges:
    """The edges as rows of the features, and their weights.

    Read are pairs, (2, edges) or (edges, 2), of row numbers or of ids that `node_ids` lists, with `edge_weight`
    (edges,); or a square adjacency matrix, dense or as the parts of a CSR matrix, of zeros and ones, of whole numbers
    that count edges, or of weights, whose rows are sources.

    Raises:
        DataError: if there are none, two of them, weights that are not above 0, or arrays of another shape.
    """
    pairs = arrays.one_of("edges", _PAIRS)
    dense = arrays.one_of("edges", _MATRICES)
    sparse = [f"{prefix}_data" for prefix in _MATRICES if has_csr(arrays, prefix)]
    found = [key for key in (pairs, dense, *sparse) if key is not None]
    if not found:
        raise arrays.missing("edges", "edge_index, or hyperedge_index")
    if len(found) > 1:
        raise DataError(f"{arrays.name}: expected edges once, got {' and '.join(found)}; remove all but one")
    if pairs is not None:
        ends = to_rows(_two_rows(arrays[pairs], pairs, arrays.name), pairs, arrays)
        return FileEdges(ends, _weights(arrays, ends.shape[1]))
    matrix = arrays[dense] if dense is not None else csr_from_parts(arrays, sparse[0].removesuffix("_data"))
    return _from_matrix(matrix, found[0], num_nodes, arrays.name)


def _two_rows(pairs: Array, key: str, name: str) -> Array:
    """(2, edges), from that or from a list of pairs (edges, 2)."""
    if pairs.ndim == 2 and pairs.shape[1] == 2 and (pairs.shape[0] != 2 or key != "edge_index"):
        return pairs.T
    if pairs.ndim != 2 or pairs.shape[0] != 2:
        square = pairs.ndim == 2 and pairs.shape[0] == pairs.shape[1]
        advice = "; call an adjacency matrix adj" if square else ""
        raise DataError(
            f"{name}: expected {key} of shape (2, edges), the two ends of each edge, got {pairs.shape}{advice}"
        )
    return pairs


def _weights(arrays: Arrays, count: int) -> Array | None:
    key = arrays.one_of("weights of edges", _WEIGHTS)
    if key is None:
        return None
    values, advice = arrays[key], f"or set dataset.ignore=[{key}] to have all edges alike"
    if values.size != count or values.dtype.kind not in "biuf":
        raise DataError(
            f"{arrays.name}: expected {key} to hold a number for each of {count} edges, got {values.dtype} of shape "
            f"{values.shape}; correct it, {advice}"
        )
    _check_positive(values, key, arrays.name, f"leave out edges without weight, {advice}")
    return values.reshape(-1)


def _check_positive(values: Array, key: str, name: str, advice: str) -> None:
    bad = values[~(np.isfinite(values) & (values > 0))]
    if bad.size:
        raise DataError(
            f"{name}: expected weights of edges in {key}, finite numbers above 0, got {bad.flat[0]} and "
            f"{bad.size - 1} more of such; {advice}"
        )


def _from_matrix(matrix: Any, key: str, num_nodes: int, name: str) -> FileEdges:
    if matrix.shape != (num_nodes, num_nodes):
        raise DataError(
            f"{name}: expected an adjacency matrix of shape {(num_nodes, num_nodes)}, a row and a column for each "
            f"node, got {key} of shape {tuple(matrix.shape)}"
        )
    values = matrix.data if hasattr(matrix, "tocsr") else matrix
    if values.dtype.kind not in "biuf":
        raise DataError(f"{name}: expected {key} to hold numbers, got {values.dtype}; write 1 where nodes are linked")
    if not bool(((values >= 0) & (values == np.trunc(values)) & np.isfinite(values)).all()):
        return _weighted(matrix, key, name)
    if values.max(initial=0) > 1:
        warnings.warn(
            f"{name}: {key} holds whole numbers up to {values.max():g}, read as how many edges link two nodes; all of "
            "them count as one: where they are weights, write pairs of nodes as edge_index, and edge_weight",
            DataWarning,
            stacklevel=2,
        )
    return FileEdges(np.stack(matrix.nonzero()), None)


def _weighted(matrix: Any, key: str, name: str) -> FileEdges:
    if hasattr(matrix, "tocoo"):
        entries = matrix.tocoo()
        linked = entries.data != 0
        ends, weight = np.stack([entries.row, entries.col])[:, linked], entries.data[linked]
    else:
        ends = np.stack(matrix.nonzero())
        weight = matrix[tuple(ends)]
    _check_positive(weight, key, name, f"write 1 where two nodes are linked, ({key} != 0).astype(int)")
    return FileEdges(ends, weight)

"""Edges of a file: pairs of nodes, or an adjacency matrix."""

import warnings
from typing import Any

import numpy as np

from gnn2mlp.core.errors import DataError, DataWarning
from gnn2mlp.data.npz.arrays import Array, Arrays, csr_from_parts, has_csr
from gnn2mlp.data.npz.node_ids import to_rows

_PAIRS = ("edge_index", "edges", "edge_list")
_MATRICES = ("adj", "adjacency", "A")
_WEIGHTS = ("edge_weight", "edge_weights")


def read_edges(arrays: Arrays, num_nodes: int) -> Array:
    """Ends (2, edges) of the edges, as rows of the features.

    Read are pairs, (2, edges) or (edges, 2), of row numbers or of ids that `node_ids` lists; or a square adjacency
    matrix, dense or as the parts of a CSR matrix, of zeros and ones, or of whole numbers that count edges.

    Raises:
        DataError: if there are none, two of them, weights that differ, or arrays of another shape.
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
        _check_weights(arrays, ends.shape[1])
        return ends
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


def _check_weights(arrays: Arrays, count: int) -> None:
    """Raise `DataError` for weights that say something; ones in every place say nothing."""
    key = arrays.one_of("weights of edges", _WEIGHTS)
    if key is None:
        return
    values = arrays[key]
    if values.size != count or values.dtype.kind not in "biuf" or not bool((values == values.flat[0]).all()):
        raise _weighted(key, arrays.name, f"remove it, or set dataset.ignore=[{key}], to have all edges alike")


def _from_matrix(matrix: Any, key: str, num_nodes: int, name: str) -> Array:
    if matrix.shape != (num_nodes, num_nodes):
        raise DataError(
            f"{name}: expected an adjacency matrix of shape {(num_nodes, num_nodes)}, a row and a column for each "
            f"node, got {key} of shape {tuple(matrix.shape)}"
        )
    values = matrix.data if hasattr(matrix, "tocsr") else matrix
    if values.dtype.kind not in "biuf" or not bool(((values >= 0) & (values == np.trunc(values))).all()):
        raise _weighted(key, name, f"write 1 where two nodes are linked, ({key} != 0).astype(int)")
    if values.max(initial=0) > 1:
        warnings.warn(
            f"{name}: {key} holds numbers up to {values.max():g}, read as how many edges link two nodes; all of them "
            "count as one",
            DataWarning,
            stacklevel=2,
        )
    return np.stack(matrix.nonzero())


def _weighted(key: str, name: str, advice: str) -> DataError:
    return DataError(f"{name}: {key} holds weights of edges, which no teacher here reads; {advice}")

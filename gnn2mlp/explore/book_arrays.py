"""What a codebook is given of a graph, as arrays that fit each other; each function raises `DataError` otherwise."""

from typing import Any

import numpy as np

from gnn2mlp.core.errors import DataError


def matrix(features: Any) -> Any:
    """Features as numpy or scipy."""
    if features is None or hasattr(features, "tocsr"):
        return features
    return features.to_scipy() if hasattr(features, "to_scipy") else np.asarray(features)


def count_nodes(features: Any, labels: Any, names: Any, observed: np.ndarray) -> int:
    """How many nodes the full graph has, by what was given of each; else as many as the knowledge needs."""
    given = next((len(one) for one in (labels, names) if one is not None), int(observed.max(initial=-1)) + 1)
    count = given if features is None else int(features.shape[0])
    check(
        count > observed.max(initial=-1),
        f"features: expected a row for each node of the full graph, at least {observed.max(initial=-1) + 1}, "
        f"got {count}",
    )
    return count


def per_node(values: Any, count: int, what: str, blank: Any) -> np.ndarray:
    """An array with a value for each node; `blank` for all where nothing was given."""
    if values is None:
        return np.full(count, blank)
    found = np.asarray(values)
    check(found.shape == (count,), f"{what}: expected one for each of {count} nodes, got the shape {found.shape}")
    return found


def class_numbers(labels: np.ndarray) -> tuple[int, ...]:
    """What classes are called that have no names."""
    return tuple(range(int(labels.max(initial=-1)) + 1))


def between(edges: np.ndarray, code: np.ndarray) -> np.ndarray:
    """Each edge between observed nodes in both directions, once."""
    check(
        edges.ndim == 2 and len(edges) == 2 and (not edges.size or 0 <= edges.min() <= edges.max() < len(code)),
        f"edge_index: expected (2, edges) with ends in 0..{len(code) - 1}, got the shape {edges.shape}",
    )
    inside = edges[:, (code[edges] >= 0).all(axis=0) & (edges[0] != edges[1])].astype(np.int64)
    keys = np.unique(np.concatenate([inside[0] * len(code) + inside[1], inside[1] * len(code) + inside[0]]))
    return np.stack([keys // len(code), keys % len(code)])


def check(fits: bool, otherwise: str) -> None:
    """Raise `DataError`, saying `otherwise`, unless it fits."""
    if not fits:
        raise DataError(otherwise)

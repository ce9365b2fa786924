"""Labels, edges and splits that come in from outside, checked before anything is learnt from them."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor

from gnn2mlp.core.errors import DataError, listing
from gnn2mlp.tasks import NodeClassification, Task, as_numbers


def _array(values: Any) -> np.ndarray[Any, Any]:
    return values.detach().cpu().numpy() if isinstance(values, Tensor) else np.asarray(values)


def check_task(
    labels: Any, class_names: Sequence[Any] | None, task: Task | None, num_nodes: int, name: str
) -> tuple[Task, Tensor]:
    """The task and its labels as a tensor; without a task, labels are classes that are numbered from 0.

    Raises:
        DataError: for labels that are not of the task, or both a task and class names.
    """
    if task is None:
        task = NodeClassification.of_codes(labels, class_names, name)
    elif class_names is not None:
        raise DataError(f"{name}: expected class names or a task, which has its own; got both: leave out class_names")
    return task, task.check_labels(labels, num_nodes, name)


def check_sample_weight(weight: Any, num_nodes: int, name: str) -> Tensor | None:
    """Weights float32 (nodes,) of finite numbers from 0, not all of them 0; `None` where none are given."""
    if weight is None:
        return None
    values = as_numbers(weight, name, "sample_weight", advice="; give each node a number from 0")
    if values.shape != (num_nodes,):
        raise DataError(f"{name}: sample_weight: expected one for each of {num_nodes} nodes, got shape {values.shape}")
    single = torch.from_numpy(values.astype(np.float32))
    if not bool((single.isfinite() & (single >= 0)).all()) or not bool(single.any()):
        raise DataError(f"{name}: sample_weight: expected finite numbers from 0, not all of them zero; correct them")
    return single


def check_texts(texts: Any, num_nodes: int, name: str) -> tuple[str, ...] | None:
    """One text per node, whatever it says; `None` stays `None`.

    Args:
        texts: a sequence, an array or a column of texts.
        num_nodes: how many there have to be.
        name: for messages.

    Raises:
        DataError: for another number of them, or a value that is no text.
    """
    if texts is None:
        return None
    if isinstance(texts, str | bytes) or not hasattr(texts, "__len__"):
        raise DataError(f"{name}: texts: expected one for each of {num_nodes} nodes, got {type(texts).__name__}")
    listed = list(texts)
    if len(listed) != num_nodes:
        raise DataError(f"{name}: texts: expected one for each of {num_nodes} nodes, got {len(listed)}")
    for node, text in enumerate(listed):
        if not isinstance(text, str):
            raise DataError(
                f"{name}: texts: expected text for each node, got {type(text).__name__} for node {node}; "
                "give a node that says nothing the empty text"
            )
    return tuple(map(str, listed))


def check_feature_names(names: Sequence[str] | None, width: int, name: str) -> tuple[str, ...] | None:
    """One name per feature, all different, as text; `None` stays `None`; anything else is a `DataError`."""
    if names is None:
        return None
    listed = tuple(str(given) for given in names)
    if len(listed) != width:
        raise DataError(f"{name}: expected a feature name for each of {width} features, got {len(listed)}")
    if twice := repeated(listed):
        raise DataError(f"{name}: expected different feature names, got {twice} more than once; rename one of them")
    return listed


def repeated(names: Sequence[str], most: int = 5) -> str:
    """The names that occur more than once, for a message: at most `most` of them; empty if there are none."""
    return listing([repr(given) for given, count in Counter(names).items() if count > 1], most)


def check_edges(edge_index: Any, num_nodes: int, name: str) -> Tensor:
    """Edge ends (2, edges) as int64 within 0 .. nodes - 1; else a `DataError`."""
    edges = _pairs(edge_index, "edge_index", "edges", name)
    if edges.size and (edges.min() < 0 or edges.max() >= num_nodes):
        bad = (edges < 0) | (edges >= num_nodes)
        raise DataError(
            f"{name}: edge ends must lie in 0..{num_nodes - 1}, got {edges[bad][0]} in {int(bad.any(0).sum())} of "
            f"{edges.shape[1]} edges; number the nodes as the rows of the features, from 0"
        )
    return _int64(edges)


def check_edge_weight(weight: Any, edges: Tensor, name: str) -> Tensor | None:
    """Weights float32 (edges,) of finite numbers above 0; `None` where none are given.

    Raises:
        DataError: for another number of weights, or one that is not finite or not above 0.
    """
    if weight is None:
        return None
    values = as_numbers(weight, name, "edge_weight", advice="; give each edge a number above 0")
    if values.shape != (edges.size(1),):
        raise DataError(
            f"{name}: edge_weight: expected one for each of {edges.size(1)} edges, got shape {values.shape}; give it "
            "in the order of the edges"
        )
    with np.errstate(over="ignore", under="ignore"):
        single = torch.from_numpy(values.astype(np.float32))  # in which huge and tiny ones become infinity and 0
    if bad := (~(single > 0) | single.isinf()).nonzero()[:, 0].tolist():
        low, high = edges[:, bad[0]].tolist()
        raise DataError(
            f"{name}: edge_weight: expected finite numbers above 0, got {values[bad[0]]} for edge {bad[0]}, from node "
            f"{low} to {high}, and {len(bad) - 1} more; leave out edges that have no weight"
        )
    return single


def check_incidences(hyperedge_index: Any, num_nodes: int, name: str) -> Tensor:
    """Incidences (2, incidences) as int64, nodes within 0 .. nodes - 1 above hyperedges from 0; else a `DataError`."""
    pairs = _pairs(hyperedge_index, "hyperedge_index", "incidences", name)
    if pairs.size and (pairs[0].min() < 0 or pairs[0].max() >= num_nodes):
        bad = (pairs[0] < 0) | (pairs[0] >= num_nodes)
        raise DataError(
            f"{name}: nodes of hyperedges (first row) must lie in 0..{num_nodes - 1}, got {pairs[0][bad][0]} in "
            f"{int(bad.sum())} of {pairs.shape[1]} incidences; number them as the rows of the features, from 0"
        )
    if pairs.size and pairs[1].min() < 0:
        raise DataError(f"{name}: hyperedges (second row) must be numbered from 0, got {pairs[1].min()}")
    return _int64(pairs)


def check_weights(weights: Any, count: int, name: str) -> Tensor:
    """Weights of hyperedges as float32, one for each of at least `count`; ones where none are given."""
    if weights is None:
        return torch.ones(count)
    try:
        values = _array(weights)
    except ValueError as error:  # rows of different lengths
        raise DataError(f"{name}: expected a number as weight of each hyperedge, got no array ({error})") from error
    if values.ndim != 1 or values.size < count or values.dtype.kind not in "iuf":
        raise DataError(
            f"{name}: expected a number as weight of each hyperedge, {count} in all, "
            f"got {values.dtype} of shape {values.shape}"
        )
    single = torch.from_numpy(values.astype(np.float64)).float()  # in which huge and tiny ones become infinity and 0
    if not bool(((single > 0) & torch.isfinite(single)).all()):
        raise DataError(f"{name}: weights of hyperedges must be finite and above 0; leave out hyperedges without any")
    return single


def _pairs(given: Any, array: str, what: str, name: str) -> np.ndarray[Any, Any]:
    """An integer array (2, n); else a `DataError`."""
    try:
        pairs = _array(given)
    except ValueError as error:  # rows of different lengths
        raise DataError(f"{name}: {array} must have shape (2, {what}), got no array ({error})") from error
    if pairs.ndim != 2 or pairs.shape[0] != 2:
        raise DataError(f"{name}: {array} must have shape (2, {what}), got {_advised(given, pairs.shape)}")
    if pairs.size and pairs.dtype.kind not in "iu":
        raise DataError(
            f"{name}: {array} must hold integers, the rows of the features, got {pairs.dtype} such as "
            f"{pairs.flat[0]!s}; number the nodes: ids = {{id: row for row, id in enumerate(node_ids)}}"
        )
    return pairs


def _advised(given: Any, shape: tuple[int, ...]) -> str:
    """The shape of what are no pairs, and how to make pairs of it."""
    if hasattr(given, "tocoo"):
        return f"a sparse matrix of shape {given.shape}; give its entries, np.stack(A.nonzero())"
    if len(shape) == 2 and shape[0] == shape[1]:
        return f"{shape}; give the entries of an adjacency matrix, np.stack(A.nonzero())"
    return f"{shape}; transpose a list of pairs" if len(shape) == 2 and shape[1] == 2 else str(shape)


def _int64(pairs: np.ndarray[Any, Any]) -> Tensor:
    if pairs.size == 0:
        return torch.zeros((2, 0), dtype=torch.int64)
    # Torch shares memory only with arrays that may be written to; those behind data frames may not.
    return torch.from_numpy(pairs.astype(np.int64, copy=not pairs.flags.writeable))


def check_own_split(split: Mapping[str, Any], num_nodes: int, name: str) -> dict[str, Tensor]:
    """Ascending ids of the parts of a published split, disjoint and in range; else a `DataError`."""
    if not {"train", "test"} <= set(split) <= {"train", "valid", "test"}:
        raise DataError(f"{name}: an own split needs 'train' and 'test' and may have 'valid', got {sorted(split)}")
    parts = {key: _ids(given, f"{name}: own split: {key}").sort().values for key, given in split.items()}
    ids = torch.cat(list(parts.values()))
    if ids.numel() and (ids.min() < 0 or ids.max() >= num_nodes):
        raise DataError(
            f"{name}: own split: node ids must lie in 0..{num_nodes - 1}, got {int(ids.min())}..{int(ids.max())}"
        )
    found, counts = ids.unique(return_counts=True)
    if twice := found[counts > 1].tolist():
        places = [key for key, part in parts.items() for _ in range(int((part == twice[0]).sum()))]
        raise DataError(
            f"{name}: own split: expected every node in one part at most, got node {twice[0]} in "
            f"{' and '.join(places)} ({len(twice)} nodes in all); remove them from one"
        )
    return parts


def _ids(given: Any, what: str) -> Tensor:
    """Node ids as int64; a mask is none."""
    ids = _array(given)
    if ids.ndim != 1 or (ids.size and ids.dtype.kind not in "iu"):
        raise DataError(
            f"{what}: expected the ids of its nodes, integers of shape (ids,), got {ids.dtype} of shape {ids.shape}; "
            "turn a mask into ids with np.flatnonzero"
        )
    return torch.from_numpy(ids.astype(np.int64))

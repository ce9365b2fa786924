"""Labels, codes and names of graphs that come in from outside, checked before anything is learnt from them."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor

from gnn2mlp.core.errors import DataError, nearest
from gnn2mlp.data.checks import repeated
from gnn2mlp.tasks import GraphClassification, Task, as_numbers


def check_task(labels: Any, class_names: Sequence[Any] | None, task: Task | None, name: str) -> tuple[Task, Tensor]:
    """The task and its labels as a tensor; without a task, labels are classes that are numbered from 0.

    Raises:
        DataError: for labels that are not of the task, a task of nodes or pairs, or both a task and class names.
    """
    if task is None:
        task = GraphClassification.of_codes(labels, class_names, name)
    elif class_names is not None:
        raise DataError(f"{name}: expected class names or a task, which has its own; got both: leave out class_names")
    if task.unit != "graph":
        raise DataError(
            f"{name}: expected a task of graphs, such as GraphClassification or GraphMultiTask, got {task.name!r}, "
            f"whose labels are of a {task.unit}"
        )
    return task, task.check_labels(labels, len(labels), name)


def check_graph_of_node(given: Any, graphs: int, name: str) -> Tensor:
    """int64 (nodes,): numbers of graphs, each of which has a node.

    Raises:
        DataError: for a number that is none, or a graph without a node.
    """
    values = as_numbers(given, name, "graph_of_node", "; number the graphs from 0")
    if values.ndim != 1 or values.dtype.kind not in "iu":
        raise DataError(
            f"{name}: graph_of_node: expected the number of a graph for each node, integers of shape (nodes,), got "
            f"{values.dtype} of shape {values.shape}"
        )
    if values.size and not 0 <= values.min() <= values.max() < graphs:
        raise DataError(
            f"{name}: graph_of_node: expected numbers of {graphs} labelled graphs, 0..{graphs - 1}, got "
            f"{values.min()}..{values.max()}"
        )
    found = torch.from_numpy(values.astype(np.int64))
    if empty := (torch.bincount(found, minlength=graphs) == 0).nonzero()[:, 0].tolist():
        raise DataError(
            f"{name}: expected at least one node in each of {graphs} graphs, got none in graph {empty[0]} and "
            f"{len(empty) - 1} more; leave them out"
        )
    return found


def check_codes(
    given: Any, rows: int, sizes: Sequence[int] | None, what: str, name: str
) -> tuple[Tensor | None, tuple[int, ...]]:
    """int64 (rows, fields), and how many categories each field has; `None` and `()` where none are given.

    Raises:
        DataError: for another number of rows, values that are no integers from 0, or codes beyond their size.
    """
    if given is None:
        return None, ()
    values = as_numbers(given, name, what, "; number the categories of each field from 0")
    values = values[:, None] if values.ndim == 1 else values
    if values.ndim != 2 or len(values) != rows or not values.shape[1]:
        raise DataError(f"{name}: {what}: expected shape ({rows}, fields), got {values.shape}")
    if values.dtype.kind not in "iub" and not np.array_equal(values, np.trunc(values)):
        raise DataError(
            f"{name}: {what}: expected integers, the categories of each field, got {values.dtype} values that are "
            "none; give quantities as features"
        )
    if values.size and values.min() < 0:
        raise DataError(f"{name}: {what}: expected codes from 0, got {values.min()}; give unknown a code of its own")
    # Shared with the caller, as what is made of them is a copy; torch shares memory only with arrays that are writable.
    found = torch.from_numpy(values.astype(np.int64, copy=not values.flags.writeable))
    seen = tuple((found.max(0).values + 1).tolist()) if rows else (1,) * found.size(1)
    if sizes is None:
        return found, seen
    if len(sizes) != len(seen) or any(size < needed for size, needed in zip(sizes, seen, strict=True)):
        raise DataError(f"{name}: {what}: expected sizes of at least {seen}, one for each field, got {tuple(sizes)}")
    return found, tuple(map(int, sizes))


def check_names(given: Any, graphs: int, name: str) -> np.ndarray | None:
    """Names (graphs,), all different, as text or numbers; `None` stays `None`."""
    if given is None:
        return None
    values = np.asarray(given)
    values = values.astype(str) if values.dtype.kind == "O" else values
    if values.shape != (graphs,):
        raise DataError(f"{name}: graph_names: expected one for each of {graphs} graphs, got shape {values.shape}")
    if twice := repeated(values.astype(str).tolist()):
        raise DataError(f"{name}: graph_names: expected different names, got {twice} more than once")
    return values


def check_categories(
    node_fields: Sequence[str],
    edge_fields: Sequence[str],
    categories: Mapping[str, Sequence[Any]] | None,
    sizes: tuple[int, ...],
    edge_sizes: tuple[int, ...],
    name: str,
) -> dict[str, Any]:
    """Names of fields and what their codes stand for, as the keyword arguments of a `GraphSet`.

    Raises:
        DataError: for another number of names than fields, or categories of a field that there is not, or too few.
    """
    size_of: dict[str, int] = {}
    for what, fields, own in (("node_fields", node_fields, sizes), ("edge_fields", edge_fields, edge_sizes)):
        if len(fields) not in (0, len(own)):
            raise DataError(f"{name}: {what}: expected a name for each of {len(own)} fields, got {len(fields)}")
        size_of |= dict(zip(map(str, fields), own, strict=False))
    if twice := repeated([*map(str, node_fields), *map(str, edge_fields)]):
        raise DataError(f"{name}: expected different names of fields, got {twice} more than once; rename one of them")
    for field, values in (categories or {}).items():
        if field not in size_of:
            raise DataError(f"{name}: categories: expected names of fields, got {field!r}{nearest(field, size_of)}")
        if len(values) != size_of[field]:
            raise DataError(
                f"{name}: categories of {field}: expected {size_of[field]}, one for each code, got {len(values)}"
            )
    return {
        "node_fields": tuple(map(str, node_fields)),
        "edge_fields": tuple(map(str, edge_fields)),
        "categories": {str(field): tuple(values) for field, values in (categories or {}).items()},
    }

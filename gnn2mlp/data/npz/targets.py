"""What a file asks to predict: classes, several labels of each node, numbers, or which nodes are linked."""

from typing import Any, Literal, NamedTuple

import numpy as np

from gnn2mlp.core.errors import ConfigError, DataError
from gnn2mlp.data.npz.arrays import Array, Arrays, texts
from gnn2mlp.data.npz.features import count_nodes
from gnn2mlp.data.npz.labels import CLASS_NAMES, LABELS, read_labels
from gnn2mlp.tasks import LinkPrediction, MultiLabel, NodeClassification, Regression, Task

Target = Literal["classes", "labels", "numbers", "links"]
_NAMES = "label_names"


class Targets(NamedTuple):
    """`task`, its `labels` (nodes, ...), `None` where nodes have none, and bool (nodes,) which are `known`."""

    task: Task
    labels: Array | None
    known: Array


def read_targets(arrays: Arrays, target: Target) -> Targets:
    """Labels of a file as `target` says they are meant.

    `"classes"`: as `read_labels`. `"labels"`: (nodes, labels) of 1, 0 and NaN for unknown. `"numbers"`: (nodes,) or
    (nodes, targets), NaN for unknown. The columns of the last two are called as `label_names` says, if it is there.
    `"links"`: labels are passed over, and need not be there.

    Raises:
        DataError: for labels that are something else.
    """
    if target == "links":
        arrays.mark_read(*LABELS, _NAMES, CLASS_NAMES)
        return Targets(LinkPrediction(), None, np.ones(count_nodes(arrays), dtype=bool))
    if target == "classes":
        found = read_labels(arrays)
        task: Task = NodeClassification.of_codes(found.codes, found.classes, arrays.name)
        return Targets(task, found.codes, found.codes >= 0)
    key = arrays.one_of("labels", LABELS)
    if key is None:
        raise arrays.missing("labels", "y")
    values = arrays[key]
    if values.ndim not in (1, 2) or values.dtype.kind not in "iufb":
        got = f"{key} of {values.dtype} and shape {values.shape}"
        raise DataError(f"{arrays.name}: expected numbers of shape (nodes, {target}), got {got}")
    flat = values.ndim == 1
    matrix = values[:, None] if flat else values
    names = _names(arrays, matrix.shape[1])
    try:
        task = MultiLabel(names) if target == "labels" else Regression(names, flat=flat)
    except ConfigError as error:
        raise DataError(f"{arrays.name}: {error}") from error
    known = np.asarray((~np.isnan(matrix.astype(np.float64))).any(axis=1))
    return Targets(task, matrix, known)


def _names(arrays: Arrays, width: int) -> list[Any]:
    if _NAMES not in arrays:
        return list(range(width))
    names = texts(arrays[_NAMES], f"{arrays.name}: {_NAMES}")
    if len(names) != width:
        raise DataError(f"{arrays.name}: expected {_NAMES} for each of {width} columns, got {len(names)}")
    return list(names)

"""Any graph in one `.npz` file of plain arrays."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from gnn2mlp.core.errors import DataError
from gnn2mlp.core.spec import Spec
from gnn2mlp.data.datasets._arrays import Arrays, csr_from_parts, read_arrays
from gnn2mlp.data.datasets._base import Dataset, RawFiles
from gnn2mlp.data.graph import GraphData, graph_from_arrays


class Npz(Dataset):
    """Your own graph: an `.npz` file with features, labels and edges.

    Arrays read: `edge_index` (2, edges); features as `x` (nodes, features) or as CSR parts `x_data`, `x_indices`,
    `x_indptr`, `x_shape`; `y` (nodes,) with -1 for unlabelled; optionally `class_names`; optionally published splits,
    as `train_mask`, `val_mask`, `test_mask` of shape (nodes,) or (splits, nodes), or as ids `train_idx`, `val_idx`,
    `test_idx` of shape (ids,) or (splits, ids). With training sets alone every other labelled node is test. Without
    any the default split is `fraction`. The names of PyG's heterophilous files are read too: `edges` (edges, 2),
    `node_features`, `node_labels`, `*_masks`. Features are read as numbers: one-hot encode category codes first.

    Args:
        path: of the file; a relative one is looked up in the working directory, then in the data root.
    """

    name = "npz"
    citation = "the publication of the file"
    split = Spec("own", otherwise=Spec("fraction"))

    def __init__(self, path: str):
        self.path = path

    def load(self, files: RawFiles) -> GraphData:
        """Read and validate the arrays."""
        path = self._find(files)
        name = path.stem
        arrays = read_arrays(path, name)
        labels, class_names = _named_classes(_labels(arrays, name), arrays.get("class_names"))
        return graph_from_arrays(
            _features(arrays, name),
            labels,
            _edges(arrays, name),
            name=name,
            class_names=class_names,
            own_splits=list(_own_splits(arrays, labels, name)),
        )

    def _find(self, files: RawFiles) -> Path:
        places = [Path(self.path).expanduser()]
        if files.root is not None:
            places.append(files.root / self.path)
        for place in places:
            if place.is_file():
                return place
        raise DataError(f"expected an .npz file at {' or '.join(map(str, places))}, found none; correct the path")


def _features(arrays: Arrays, name: str) -> Any:
    for key in ("x", "node_features"):
        if key in arrays:
            return arrays[key]
    if "x_data" in arrays:
        return csr_from_parts(arrays, "x", name)
    raise _missing(arrays, name, "features", "x, or x_data, x_indices, x_indptr and x_shape")


def _labels(arrays: Arrays, name: str) -> np.ndarray[Any, Any]:
    for key in ("y", "node_labels"):
        if key in arrays:
            return arrays[key]
    raise _missing(arrays, name, "labels", "y")


def _named_classes(
    labels: np.ndarray[Any, Any], class_names: np.ndarray[Any, Any] | None
) -> tuple[np.ndarray[Any, Any], list[str] | None]:
    """Labels and the names of the classes; without names, the values that occur are numbered from 0 and name them.

    Files in circulation number their classes from 1, too, or leave numbers out.
    """
    if class_names is not None:
        return labels, class_names.astype(str).tolist()
    values = np.unique(labels[labels >= 0])
    if labels.dtype.kind not in "iu" or values.size == 0:
        return labels, None  # for the checks to refuse
    return np.where(labels >= 0, np.searchsorted(values, labels), labels), [str(value) for value in values]


def _edges(arrays: Arrays, name: str) -> np.ndarray[Any, Any]:
    if "edge_index" in arrays:
        return arrays["edge_index"]
    if "edges" in arrays:
        return arrays["edges"].T
    if any(key.startswith("hyperedge_index") for key in arrays):
        raise DataError(
            f"{name}: this file holds a hypergraph (hyperedge_index), which this loader does not read; "
            "expected edge_index (2, edges): expand the hyperedges to edges first"
        )
    raise _missing(arrays, name, "edges", "edge_index")


def _missing(arrays: Arrays, name: str, what: str, keys: str) -> DataError:
    return DataError(
        f"{name}: expected {what} in the arrays {keys}; the file has {', '.join(sorted(arrays)) or 'none'}"
    )


def _own_splits(arrays: Arrays, labels: np.ndarray[Any, Any], name: str) -> Iterator[dict[str, Any]]:
    """The published splits of the file, one after the other."""
    parts: dict[str, list[np.ndarray[Any, Any]]] = {}
    for part, prefix in (("train", "train"), ("valid", "val"), ("test", "test")):
        for key in (f"{prefix}_mask", f"{prefix}_masks"):
            if key in arrays:
                parts[part] = [np.flatnonzero(mask) for mask in np.atleast_2d(arrays[key])]
        if f"{prefix}_idx" in arrays:
            parts[part] = list(np.atleast_2d(arrays[f"{prefix}_idx"]))
    if not parts:
        return
    if "train" not in parts or len({len(ids) for ids in parts.values()}) > 1:
        counts = {part: len(ids) for part, ids in parts.items()}
        raise DataError(f"{name}: expected as many training as validation and test sets, got {counts}")
    for number in range(len(parts["train"])):
        split = {part: ids[number] for part, ids in parts.items()}
        if "test" not in split:
            taken = np.concatenate(list(split.values()))
            split["test"] = np.setdiff1d(np.flatnonzero(labels >= 0), taken)
        yield split

"""Any graph or hypergraph in one `.npz` file of plain arrays."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Literal

import numpy as np

from gnn2mlp.core.errors import DataError
from gnn2mlp.core.files import user_path
from gnn2mlp.core.limits import check_at_least
from gnn2mlp.core.spec import Spec
from gnn2mlp.data.checks import check_labels
from gnn2mlp.data.datasets._arrays import Arrays, csr_from_parts, read_arrays
from gnn2mlp.data.datasets._base import Dataset, RawFiles
from gnn2mlp.data.datasets._features import constructed, one_hot_codes
from gnn2mlp.data.graph import graph_from_arrays
from gnn2mlp.data.hypergraph import hypergraph_from_arrays
from gnn2mlp.data.nodes import NodeData

Form = Literal["own", "codes", "degree", "one_hot", "noisy_labels"]
_HYPEREDGES, _WEIGHTS = "hyperedge_index", "hyperedge_weight"


class Npz(Dataset):
    """Your own graph or hypergraph: an `.npz` file with features, labels, and edges or hyperedges.

    Arrays read: `edge_index` (2, edges); or `hyperedge_index` (2, incidences), node above hyperedge, or one such array
    for each relation, `hyperedge_index_<relation>`, optionally with `hyperedge_weight` (hyperedges,) or
    `hyperedge_weight_<relation>`; features as `x` (nodes, features) or as CSR parts `x_data`, `x_indices`,
    `x_indptr`, `x_shape`; `y` (nodes,) with -1 for unlabelled; optionally `class_names`; optionally published splits,
    as `train_mask`, `val_mask`, `test_mask` of shape (nodes,) or (splits, nodes), or as ids `train_idx`, `val_idx`,
    `test_idx` of shape (ids,) or (splits, ids). With training sets alone every other labelled node is test. Without
    any the default split is `fraction`. The names of PyG's heterophilous files are read too: `edges` (edges, 2),
    `node_features`, `node_labels`, `*_masks`.

    Args:
        path: of the file; a relative one is looked up in the working directory, then in the data root.
        relations: of a hypergraph, those that are read, stacked in this order; default: all, as the file has them.
        features: `"own"`, those of the file; `"codes"`, those of the file as integers that name categories, one-hot
            encoded by column; or constructed ones, `"degree"`, `"one_hot"` (the node's number) or `"noisy_labels"`.
        noise: standard deviation of the noise in noisy labels.
    """

    name = "npz"
    citation = "the publication of the file"
    split = Spec("own", otherwise=Spec("fraction"))

    def __init__(self, path: str, relations: tuple[str, ...] | None = None, features: Form = "own", noise: float = 1.0):
        self.path = path
        self.relations = relations
        self.features = features
        self.noise = noise
        check_at_least("dataset", 0, noise=noise)

    def load(self, files: RawFiles) -> NodeData:
        """Read and validate the arrays."""
        path = self._find(files)
        return from_npz(path, path.stem, self.relations, self.features, self.noise)

    def _find(self, files: RawFiles) -> Path:
        places = [user_path(self.path, "dataset")]
        if files.root is not None:
            places.append(files.root / self.path)
        for place in places:
            if place.is_file():
                return place
        raise DataError(f"expected an .npz file at {' or '.join(map(str, places))}, found none; correct the path")


def from_npz(
    path: Path, name: str, relations: Sequence[str] | None = None, features: Form = "own", noise: float = 1.0
) -> NodeData:
    """The graph or hypergraph in a file; arguments as in `Npz`."""
    arrays = read_arrays(path, name)
    given = _labels(arrays, name)
    labels, class_names = _named_classes(check_labels(given, given.size, name).numpy(), arrays.get("class_names"))
    x = _features(arrays, name, features) if features in ("own", "codes") else np.ones((labels.shape[0], 1))
    more: dict[str, Any] = {
        "name": name,
        "class_names": class_names,
        "own_splits": list(_own_splits(arrays, labels, name)),
    }
    data: NodeData
    if any(key.startswith(_HYPEREDGES) for key in arrays):
        index, weight = _hyperedges(arrays, relations, name)
        data = hypergraph_from_arrays(x, labels, index, hyperedge_weight=weight, **more)
    elif relations is not None:
        raise DataError(f"{name}: expected hyperedges of the relations {', '.join(relations)}, got a graph")
    else:
        data = graph_from_arrays(x, labels, _edges(arrays, name), **more)
    return data if features == "own" or features == "codes" else constructed(data, features, noise)


def _hyperedges(arrays: Arrays, relations: Sequence[str] | None, name: str) -> tuple[Any, Any]:
    """Incidences and weights: arrays, or mappings of them by relation."""
    for key in arrays:
        if key.startswith(_WEIGHTS) and key.replace(_WEIGHTS, _HYPEREDGES) not in arrays:
            raise _missing(arrays, name, f"the hyperedges of {key}", key.replace(_WEIGHTS, _HYPEREDGES))
    present = [key.removeprefix(f"{_HYPEREDGES}_") for key in arrays if key.startswith(f"{_HYPEREDGES}_")]
    if _HYPEREDGES in arrays:
        if present or relations is not None:
            raise DataError(
                f"{name}: the file has one relation without a name, hyperedge_index; expected it to be the only one, "
                f"and none to be asked for, got {', '.join([*present, *(relations or ())])}"
            )
        return arrays[_HYPEREDGES], arrays.get(_WEIGHTS)
    if unknown := [which for which in relations or () if which not in present]:
        raise DataError(f"{name}: expected relations among {', '.join(present)}, got {', '.join(unknown)}")
    chosen = list(relations or present)
    if len(set(chosen)) < len(chosen):
        raise DataError(f"{name}: expected each relation once, got {', '.join(chosen)}")
    weights = {which: arrays[f"{_WEIGHTS}_{which}"] for which in chosen if f"{_WEIGHTS}_{which}" in arrays}
    return {which: arrays[f"{_HYPEREDGES}_{which}"] for which in chosen}, weights


def _features(arrays: Arrays, name: str, form: str) -> Any:
    if form == "codes":
        if "x" not in arrays:
            raise _missing(arrays, name, "category codes", "x")
        return one_hot_codes(arrays["x"], name)
    for key in ("x", "node_features"):
        if key in arrays:
            return arrays[key]
    if "x_data" in arrays:
        return csr_from_parts(arrays, "x", name)
    raise _missing(
        arrays,
        name,
        "features",
        "x, or x_data, x_indices, x_indptr and x_shape (or constructed ones: dataset.features=degree, one_hot or "
        "noisy_labels)",
    )


def _labels(arrays: Arrays, name: str) -> np.ndarray[Any, Any]:
    for key in ("y", "node_labels"):
        if key in arrays:
            return arrays[key]
    raise _missing(arrays, name, "labels", "y")


def _named_classes(
    labels: np.ndarray[Any, Any], class_names: np.ndarray[Any, Any] | None
) -> tuple[np.ndarray[Any, Any], list[str]]:
    """Labels and the names of the classes; without names, the values that occur are numbered from 0 and name them.

    Files in circulation number their classes from 1, too, or leave numbers out.
    """
    if class_names is not None:
        return labels, class_names.astype(str).tolist()
    values = np.unique(labels[labels >= 0])
    return np.where(labels >= 0, np.searchsorted(values, labels), labels), [str(value) for value in values]


def _edges(arrays: Arrays, name: str) -> np.ndarray[Any, Any]:
    if "edge_index" in arrays:
        return arrays["edge_index"]
    if "edges" in arrays:
        return arrays["edges"].T
    raise _missing(arrays, name, "edges", "edge_index, or hyperedge_index")


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

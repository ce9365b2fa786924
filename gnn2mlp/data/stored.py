"""A data set as one checksummed file that gives back every bit of it: arrays, names, task, splits."""

from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from gnn2mlp.core import artefact
from gnn2mlp.core.spec import Spec
from gnn2mlp.core.text import packed, unpacked
from gnn2mlp.data.graph import GraphData
from gnn2mlp.data.hypergraph import HypergraphData
from gnn2mlp.data.nodes import NodeData
from gnn2mlp.nn.csr import CSR, Features
from gnn2mlp.tasks import TASKS

_KIND = "data"
_NAMES, _TEXTS = "node_names", "texts"
# Parts of sparse features, and what stands before the names of others.
_CSR = ("indptr", "indices", "values")
_LINKS, _KEY, _OWN, _FEATURES = "links/", "key/", "own/", "features/"


def save_data(path: str | Path, data: NodeData) -> None:
    """Write one checksummed file, atomically, without compression.

    Raises:
        ArtefactError: if it cannot be written.

    Example:
        >>> import tempfile
        >>> from gnn2mlp.data import graph_from_arrays
        >>> graph = graph_from_arrays([[1.0], [2.0]], [0, 1], [[0], [1]], name="pair")
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     save_data(f"{folder}/pair.safetensors", graph)
        ...     load_data(f"{folder}/pair.safetensors").digest == graph.digest
        True
    """
    card = {
        "name": data.name,
        "data": data.kind,
        "task": data.task.spec().to_dict(),
        "feature_names": data.feature_names,
        "notes": dict(data.notes),
        "digest": data.digest,
        **({"shape": list(data.features.shape)} if isinstance(data.features, CSR) else {}),
        **({"relation_names": data.relation_names} if isinstance(data, HypergraphData) else {}),
    }
    artefact.save(path, _KIND, {**_features(data.features), **_nodes(data), **_links(data)}, card)


def load_data(path: str | Path) -> NodeData:
    """Read what `save_data` wrote.

    Raises:
        ArtefactError: if the file is missing, truncated, altered or of a newer format.
    """
    arrays, card = artefact.load(path, _KIND)
    links: dict[str, Any] = _under(arrays, _LINKS)
    common: dict[str, Any] = {
        "name": card["name"],
        "features": _restored(arrays, card),
        "labels": arrays["labels"],
        "task": Spec.parse(card["task"]).build(TASKS),
        "feature_names": None if card["feature_names"] is None else tuple(card["feature_names"]),
        "notes": card["notes"],
        "sample_weight": arrays.get("sample_weight"),
        "own_splits": _own(_under(arrays, _OWN)),
        "split_keys": _under(arrays, _KEY),
        "node_names": _named(arrays),
        "texts": tuple(unpacked(arrays[_TEXTS])) if _TEXTS in arrays else None,
    }
    if card["data"] == HypergraphData.kind:
        return HypergraphData(**common, **links, relation_names=tuple(card["relation_names"]))
    return GraphData(**{**common, **links, "directed": "directed" in links})


def _features(features: Features) -> dict[str, Tensor]:
    if isinstance(features, CSR):
        return {f"{_FEATURES}{part}": getattr(features, part) for part in _CSR}
    return {"features": features}


def _restored(arrays: dict[str, Tensor], card: dict[str, Any]) -> Features:
    if "features" in arrays:
        return arrays["features"]
    parts = _under(arrays, _FEATURES)
    rows, columns = card["shape"]
    return CSR(parts["indptr"], parts["indices"], parts["values"], (rows, columns))


def _nodes(data: NodeData) -> dict[str, Tensor]:
    """What there is of each node beside its features."""
    found = {"labels": data.labels, **{f"{_KEY}{name}": value for name, value in data.split_keys.items()}}
    if data.sample_weight is not None:
        found["sample_weight"] = data.sample_weight
    for number, split in enumerate(data.own_splits):
        found |= {f"{_OWN}{number}/{part}": ids for part, ids in split.items()}
    if data.node_names is not None:
        found |= _encoded(data.node_names)
    if data.texts is not None:
        found[_TEXTS] = packed(data.texts)
    return found


def _links(data: NodeData) -> dict[str, Tensor]:
    return {f"{_LINKS}{name}": value for name, value in data.structure.items()}


def _encoded(names: np.ndarray) -> dict[str, Tensor]:
    """Names of nodes: numbers as they are, text as JSON."""
    if names.dtype.kind in "iu":
        return {_NAMES: torch.from_numpy(names.astype(np.int64))}
    return {f"{_NAMES}/text": packed(names.tolist())}


def _named(arrays: dict[str, Tensor]) -> np.ndarray | None:
    if _NAMES in arrays:
        return arrays[_NAMES].numpy()
    text = arrays.get(f"{_NAMES}/text")
    return None if text is None else np.array(unpacked(text))


def _own(arrays: dict[str, Tensor]) -> tuple[dict[str, Tensor], ...]:
    """Published splits in their order."""
    numbers = sorted({int(name.split("/")[0]) for name in arrays})
    return tuple(_under(arrays, f"{number}/") for number in numbers)


def _under(arrays: dict[str, Tensor], prefix: str) -> dict[str, Tensor]:
    """The arrays whose names begin with a prefix, without it."""
    return {name.removeprefix(prefix): value for name, value in arrays.items() if name.startswith(prefix)}

"""A graph or hypergraph as an `.npz` file that `read_npz` reads."""

from pathlib import Path

import numpy as np
import torch

from gnn2mlp.core.errors import DataError
from gnn2mlp.core.files import atomic
from gnn2mlp.data.graph import GraphData
from gnn2mlp.data.hypergraph import HypergraphData
from gnn2mlp.data.nodes import NodeData
from gnn2mlp.data.npz.arrays import Array, csr_parts
from gnn2mlp.nn.csr import CSR
from gnn2mlp.tasks import NodeClassification


def write_npz(path: str | Path, data: NodeData) -> Path:
    """Write nodes, labels, links, names, texts and published splits, atomically; `load_dataset(path)` gives them back.

    Several labels and numbers are read again with `target="labels"` and `"numbers"`, nodes whose links are to be
    predicted with `"links"`.

    Args:
        path: of the file; its name ends in `.npz`.
        data: a graph, or a hypergraph without anchors.

    Raises:
        DataError: for another ending, and for what such a file cannot say.
        ArtefactError: if it cannot be written.

    Example:
        >>> import tempfile
        >>> from gnn2mlp.data import graph_from_arrays, load_dataset
        >>> graph = graph_from_arrays([[1.0], [2.0]], [0, 1], [[0], [1]], feature_names=["age"])
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     load_dataset(str(write_npz(f"{folder}/mine.npz", graph)))
        GraphData('mine': 2 nodes, 1 edges, 1 features, 2 classes)
    """
    target = Path(path).expanduser()
    if target.suffix != ".npz":
        raise DataError(f"expected a path that ends in .npz, got {path}")
    arrays = {**_features(data), **_labels(data), **_links(data), **_splits(data), **_texts(data)}
    atomic(target, lambda file: np.savez_compressed(file, allow_pickle=False, **arrays))
    return target


def _features(data: NodeData) -> dict[str, Array]:
    names = {} if data.feature_names is None else {"feature_names": np.array(data.feature_names, dtype=str)}
    if isinstance(data.features, CSR):
        return csr_parts(data.features, "x") | names
    return {"x": data.features.numpy()} | names


def _texts(data: NodeData) -> dict[str, Array]:
    return {} if data.texts is None else {"texts": np.array(data.texts, dtype=str)}


def _labels(data: NodeData) -> dict[str, Array]:
    weight = {} if data.sample_weight is None else {"sample_weight": data.sample_weight.numpy()}
    if data.task.unit == "pair":
        return weight  # nodes have no labels
    if isinstance(data.task, NodeClassification):
        return {"y": data.labels.numpy(), "class_names": np.array(data.task.classes)} | weight
    return {"y": data.labels.numpy(), "label_names": np.array(data.task.output_names)} | weight


def _links(data: NodeData) -> dict[str, Array]:
    if isinstance(data, GraphData):
        return _edges(data)
    hypergraph = HypergraphData.expect(data, "write_npz")
    if bool(hypergraph.anchor.any()):
        raise DataError(
            f"{data.name}: its hyperedges have anchors, which no file says; write the graph that they were made of"
        )
    arrays = {}
    node, hyperedge = hypergraph.hyperedge_index
    single = hypergraph.relation_names == ("all",)
    for number, relation in enumerate(hypergraph.relation_names):
        own = (hypergraph.relation == number).nonzero()[:, 0]  # consecutive, as relations are stacked
        inside = hypergraph.relation[hyperedge] == number
        first = int(own[0]) if own.numel() else 0
        suffix = "" if single else f"_{relation}"
        arrays[f"hyperedge_index{suffix}"] = np.stack([node[inside].numpy(), hyperedge[inside].numpy() - first])
        arrays[f"hyperedge_weight{suffix}"] = hypergraph.weight[own].numpy()
    return arrays


def _edges(graph: GraphData) -> dict[str, Array]:
    """Each edge once, with its weight; whether edges have a direction is said where they do."""
    first, second = graph.edge_index
    written = torch.ones_like(first, dtype=torch.bool) if graph.directed else first < second
    arrays = {"edge_index": graph.edge_index[:, written].numpy()}
    if graph.edge_weight is not None:
        arrays["edge_weight"] = graph.edge_weight[written].numpy()
    return arrays | ({"directed": np.array(True)} if graph.directed else {})


def _splits(data: NodeData) -> dict[str, Array]:
    """Masks (splits, nodes) for each part."""
    parts = {part for split in data.own_splits for part in split}
    if any(set(split) != parts for split in data.own_splits):
        raise DataError(f"{data.name}: expected splits of the same parts, got some with validation and some without")
    masks = {part: np.zeros((len(data.own_splits), data.num_nodes), dtype=bool) for part in parts}
    for number, split in enumerate(data.own_splits):
        for part, ids in split.items():
            masks[part][number, ids.numpy()] = True
    return {f"{part}_mask": masks[part] for part in sorted(parts)}

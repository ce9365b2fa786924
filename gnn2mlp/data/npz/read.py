"""A graph or hypergraph from named arrays."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from gnn2mlp.core.errors import DataError
from gnn2mlp.data.graph import graph_from_arrays
from gnn2mlp.data.hypergraph import hypergraph_from_arrays
from gnn2mlp.data.nodes import NodeData
from gnn2mlp.data.npz.arrays import Arrays, read_arrays, texts
from gnn2mlp.data.npz.edges import read_edges
from gnn2mlp.data.npz.features import Form, pass_over_features, read_features
from gnn2mlp.data.npz.hyperedges import has_hyperedges, read_hyperedges
from gnn2mlp.data.npz.node_texts import read_texts
from gnn2mlp.data.npz.splits import read_splits
from gnn2mlp.data.npz.targets import Target, read_targets
from gnn2mlp.data.npz.unread import check_unread


def read_npz(
    path: Path,
    name: str,
    relations: Sequence[str] | None = None,
    form: Form = "own",
    ignore: Collection[str] = (),
    target: Target = "classes",
    directed: bool | None = None,
    text_file: Path | None = None,
) -> NodeData:
    """The graph or hypergraph in an `.npz` file.

    Args:
        path: of the file.
        name: of the data set, for messages and cards.
        relations: of a hypergraph, those that are read; default: all.
        form: what becomes of the features: `"own"`, `"codes"` (one-hot encoded), or else left out: a column of ones
            stands for those that the caller will construct.
        ignore: arrays of the file that are left out.
        target: what its labels are: `"classes"`, several `"labels"` of each node, or `"numbers"`; `"links"` for none.
        directed: whether edges go from their first end to the second alone; default: what the array `directed` of the
            file says, else both ways.
        text_file: with a line for each node; default: the array `texts` of the file, if there is one.

    Raises:
        DataError: for a file that cannot be read, or whose arrays cannot be learnt from.
    """
    return read_named(read_arrays(path, name), relations, form, ignore, target, directed, text_file)


def read_named(
    arrays: Arrays,
    relations: Sequence[str] | None = None,
    form: Form = "own",
    ignore: Collection[str] = (),
    target: Target = "classes",
    directed: bool | None = None,
    text_file: Path | None = None,
) -> NodeData:
    """The graph or hypergraph that named arrays describe; arguments as in `read_npz`."""
    arrays.leave_out(ignore)
    task, labels, known = read_targets(arrays, target)
    num_nodes = known.size
    x, feature_names = _features(arrays, form, num_nodes)
    more: dict[str, Any] = {
        "name": arrays.name,
        "task": task,
        "feature_names": feature_names,
        "sample_weight": arrays.get("sample_weight"),
        "own_splits": read_splits(arrays, known),
        "texts": read_texts(arrays, num_nodes, text_file),
    }
    data: NodeData
    if has_hyperedges(arrays):
        if directed:
            raise DataError(f"{arrays.name}: expected edges with a direction, got hyperedges, which have none")
        index, weight = read_hyperedges(arrays, relations)
        data = hypergraph_from_arrays(x, labels, index, hyperedge_weight=weight, **more)
    elif relations is not None:
        raise DataError(f"{arrays.name}: expected hyperedges of the relations {', '.join(relations)}, got a graph")
    else:
        edges = read_edges(arrays, num_nodes)
        said = _says_directed(arrays)
        one_way = said if directed is None else directed
        data = graph_from_arrays(x, labels, edges.ends, edge_weight=edges.weight, directed=one_way, **more)
    data = replace(data, node_names=_node_names(arrays, num_nodes))
    unread = check_unread(arrays, {"nodes": num_nodes, task.outputs_called: task.num_outputs})
    return replace(data, notes={**data.notes, **unread}) if unread else data


def _says_directed(arrays: Arrays) -> bool:
    given = arrays.get("directed")
    if given is None:
        return False
    if given.size != 1 or given.item() not in (0, 1):
        raise DataError(f"{arrays.name}: expected one true or false in directed, got shape {given.shape}; correct it")
    return bool(given.item())


def _node_names(arrays: Arrays, num_nodes: int) -> Any:
    """What nodes are called, else their ids; `None` where the file has neither."""
    for key in ("node_names", "node_ids", "node_id", "ids"):
        if key in arrays and arrays[key].shape == (num_nodes,) and arrays[key].dtype.kind in "SUiu":
            found = arrays[key]
            return np.array(texts(found, f"{arrays.name}: {key}")) if found.dtype.kind in "SU" else found
    return None


def _features(arrays: Arrays, form: Form, num_nodes: int) -> tuple[Any, tuple[str, ...] | None]:
    if form not in ("own", "codes"):
        pass_over_features(arrays)
        return np.ones((num_nodes, 1)), None
    x, names = read_features(arrays, form)
    if x.shape[0] != num_nodes:
        raise DataError(
            f"{arrays.name}: expected one label per node, got {x.shape[0]} rows of features and {num_nodes} labels; "
            "mark unlabelled nodes with -1"
        )
    return x, names

"""A set of graphs as a folder of Parquet tables, which `load_graph_set` reads again."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from gnn2mlp.core.errors import DataError
from gnn2mlp.core.files import atomic, user_path
from gnn2mlp.core.parquet import pyarrow_modules
from gnn2mlp.data.graphs.datasets._columns import MISSING
from gnn2mlp.data.graphs.graph_set import GraphSet
from gnn2mlp.data.graphs.seen_categories import UNSEEN
from gnn2mlp.tasks import NodeClassification


def write_graph_tables(path: str | os.PathLike[str], graphs: GraphSet) -> None:
    """Write `graphs.parquet`, `nodes.parquet` and `edges.parquet` into a folder, as `GraphTables` has them.

    Ids are names of graphs where they have some, and numbers of nodes within their graph. An undirected edge is written
    once. The first published split is the column `split`. A category that training did not have is left empty.

    Args:
        path: the folder, which is made where there is none; tables in it are replaced.
        graphs: what is written.

    Raises:
        ConfigError: if pyarrow is not installed.
        DataError: for trees of a condensed set, whose nodes have what tables do not hold; for categories that training
            did not have, where a gap is one of those that it had.

    Example:
        >>> import tempfile
        >>> from gnn2mlp.data import load_graph_set
        >>> graphs = load_graph_set("motif-graphs")
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     write_graph_tables(folder, graphs)
        ...     again = load_graph_set(folder)
        >>> bool((again.edge_index == graphs.edge_index).all()), again.categories == graphs.categories
        (True, True)
    """
    if graphs.directed or graphs.roots is not None:
        raise DataError(f"{graphs.name}: expected whole graphs with undirected edges, got trees of a condensed set")
    folder = user_path(path, "path")
    folder.mkdir(parents=True, exist_ok=True)
    names = np.arange(graphs.num_graphs) if graphs.graph_names is None else graphs.graph_names
    owner = graphs.graph_of_node
    once = graphs.edge_index[0] < graphs.edge_index[1]
    ends = graphs.edge_index[:, once]
    inside = (ends - graphs.node_offsets[owner[ends[0]]]).numpy()
    bonds = None if graphs.edge_codes is None else graphs.edge_codes[once].numpy()
    codes = None if graphs.node_codes is None else graphs.node_codes.numpy()
    first = graphs.node_offsets[owner]
    nodes: dict[str, Any] = {"graph": names[owner.numpy()], "node": np.arange(graphs.num_nodes) - first.numpy()}
    nodes |= _coded(codes, graphs.node_fields, graphs.categories, "code")
    if graphs.features is not None:
        own = graphs.feature_names or [f"feature_{number}" for number in range(graphs.num_features)]
        nodes |= dict(zip(own, graphs.features.numpy().T, strict=True))
    edges: dict[str, Any] = {"graph": names[owner[ends[0]].numpy()], "source": inside[0], "target": inside[1]}
    edges |= _coded(bonds, graphs.edge_fields, graphs.categories, "edge_code")
    for name, columns in (("graphs", {"graph": names, **_labels(graphs), **_split(graphs)}), ("nodes", nodes)):
        _write(folder / f"{name}.parquet", columns)
    _write(folder / "edges.parquet", edges)


def _coded(
    codes: np.ndarray | None, fields: Sequence[str], categories: Mapping[str, Sequence[Any]], default: str
) -> dict[str, Any]:
    """Columns of codes, as what they stand for where that is known."""
    if codes is None:
        return {}
    columns = {}
    for number, own in enumerate(codes.T):
        name = fields[number] if fields else f"{default}_{number}"
        columns[name] = _named(name, own, categories[name]) if name in categories else own
    return columns


def _named(name: str, codes: np.ndarray, categories: Sequence[Any]) -> np.ndarray:
    """What codes stand for, in the type of the column; nothing for a gap, or where training had no such category."""
    gap, unseen = tuple(categories[-1:]) == (MISSING,), codes == UNSEEN
    if gap and unseen.any():
        raise DataError(
            f"{name}: expected categories that training had, got {int(unseen.sum())} values of others, and a gap, "
            "which would stand for them, is a category here; write the graphs as they were loaded"
        )
    known = np.array([*categories[: len(categories) - gap], None], dtype=object)
    return known[np.where(unseen, len(known) - 1, codes)] if gap or unseen.any() else np.array(categories)[codes]


def _labels(graphs: GraphSet) -> dict[str, Any]:
    """Columns of labels, empty where unknown."""
    arrow, _ = pyarrow_modules()
    labels = graphs.labels.numpy()
    if isinstance(graphs.task, NodeClassification):
        values = np.asarray(graphs.task.classes)[labels]
        return {"label": arrow.array(values, mask=labels < 0)}
    columns = zip(graphs.class_names, labels.T, strict=True)
    return {name: arrow.array(column, mask=np.isnan(column)) for name, column in columns}


def _split(graphs: GraphSet) -> dict[str, Any]:
    if not graphs.own_splits:
        return {}
    part = np.full(graphs.num_graphs, None, dtype=object)
    for name, ids in graphs.own_splits[0].items():
        part[ids.numpy()] = name
    return {"split": part}


def _write(path: Path, columns: Mapping[str, Any]) -> None:
    arrow, parquet = pyarrow_modules()
    atomic(path, lambda file: parquet.write_table(arrow.table(dict(columns)), file, write_page_checksum=True))

"""Which nodes and edges are to go, as a person says it: ids in a file, in a list, or in an array."""

import csv
import os
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from gnn2mlp.core.errors import ConfigError, DataError, listing
from gnn2mlp.core.files import user_path
from gnn2mlp.data.graph import GraphData
from gnn2mlp.data.node_rows import node_rows
from gnn2mlp.data.nodes import NodeData
from gnn2mlp.data.removal import Removal
from gnn2mlp.tables.reading import check_exists, read_table

_TEXTS = (".txt", ".csv", ".tsv", "")
_WHO = "unlearn"
# Columns of ids by name, where a table has more than it needs.
_NODE = ("id", "node", "node_id", "name")
_ENDS = (("source", "target"), ("src", "dst"), ("from", "to"))


def read_removal(data: NodeData, nodes: Any = None, edges: Any = None) -> Removal:
    """The removal of nodes and edges that are named.

    Files are text with an id in each line, or two for an edge, with commas, tabs or spaces between them and perhaps a
    head; CSV, Parquet or Arrow tables with a column `id` (or the only one), for edges `source` and `target` (or the
    first two).

    Args:
        data: of which they are. Nodes are named as it names them; by row numbers where it has no names.
        nodes: path of a file, or ids: a sequence, an array, one id.
        edges: path of a file, or pairs of ids, (edges, 2) or (2, edges).

    Raises:
        ConfigError: if nothing is named, or there is no such file.
        DataError: for nodes or edges that there are not, edges of a hypergraph, or everything.

    Example:
        >>> from gnn2mlp.data import graph_from_arrays
        >>> path = graph_from_arrays(torch.eye(4), [0, 1, 0, 1], [[0, 1, 2], [1, 2, 3]], name="path")
        >>> read_removal(path, nodes=[3, 0, 3]).nodes.tolist()
        [0, 3]
        >>> read_removal(path, edges=[[2, 1]]).edges.tolist()
        [[1], [2]]
        >>> read_removal(path, edges=[[0, 3]])
        Traceback (most recent call last):
        gnn2mlp.core.errors.DataError: unlearn: path has no edge 0-3; expected pairs of nodes that are linked
    """
    given = [_given(ids, what, columns) for ids, what, columns in ((nodes, "nodes", 1), (edges, "edges", 2))]
    named, paired = (None if one is None or not one.size else one for one in given)
    if named is None and paired is None:
        raise ConfigError(f"{_WHO}: expected nodes or edges to remove, got none; name some with --nodes or --edges")
    gone = Tensor() if named is None else torch.from_numpy(np.unique(node_rows(data, named, _WHO)))
    removal = Removal(
        data.num_nodes,
        **({} if named is None else {"nodes": gone}),
        **({} if paired is None else {"edges": _edges(data, paired)}),
    )
    if not removal.left.numel():
        raise DataError(f"{_WHO}: expected nodes of {data.name} to be left, got all of them; remove fewer")
    return removal


def _given(ids: Any, what: str, columns: int) -> np.ndarray | None:
    """Ids (nodes,) or (edges, 2), whatever they came as."""
    if ids is None:
        return None
    if isinstance(ids, str | os.PathLike):
        path = user_path(ids, what)
        check_exists(path, what)
        return _read(path, what, columns)
    found = np.asarray(ids.tolist() if isinstance(ids, Tensor) else ids)
    if columns == 1:
        return found.ravel()
    if found.ndim == 2 and found.shape[1] != 2 and found.shape[0] == 2:
        found = found.T
    if found.size and (found.ndim != 2 or found.shape[1] != 2):
        raise DataError(f"{what}: expected pairs of ids, shape (edges, 2), got {found.shape}")
    return found


def _read(path: Path, what: str, columns: int) -> np.ndarray:
    if path.suffix.lower() in _TEXTS and path.is_file():
        return _read_text(path, what, columns)
    table = read_table(path, what)
    names = _columns(table.column_names, path, what, columns)
    found = [np.array(table[name].to_pylist()) for name in names]
    return found[0] if columns == 1 else np.stack(found, axis=1)


def _read_text(path: Path, what: str, columns: int) -> np.ndarray:
    """Ids of a text file: with a head where its first line has one of the names that a column of ids has."""
    try:
        lines = [line for line in path.read_text(encoding="utf-8-sig").splitlines() if line.strip()]
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"{what}: expected text in UTF-8 in {path}, got: {error}") from error
    if not lines:
        raise DataError(f"{what}: expected an id in each line of {path}, got an empty file")
    mark = next((one for one in "\t,;" if one in lines[0]), None)
    rows = [line.split() if mark is None and columns == 2 else _cells(line, mark) for line in lines]
    known = {*_NODE, *(name for pair in _ENDS for name in pair)}
    if known & {cell.lower() for cell in rows[0]}:
        names = _columns([cell.lower() for cell in rows[0]], path, what, columns)
        places, rows = [[cell.lower() for cell in rows[0]].index(name) for name in names], rows[1:]
    else:
        places = [*range(columns)]
    if short := next((row for row in rows if len(row) <= max(places)), None):
        raise DataError(f"{what}: expected {columns} ids in each line of {path}, got {' '.join(short)!r}")
    found = np.array([[row[place] for place in places] for row in rows]).reshape(len(rows), columns)
    return found[:, 0] if columns == 1 else found


def _cells(line: str, mark: str | None) -> list[str]:
    cells = [line] if mark is None else next(csv.reader([line], delimiter=mark))
    return [cell.strip() for cell in cells]


def _columns(names: list[str], path: Path, what: str, columns: int) -> list[str]:
    """The columns of a table that hold ids."""
    known = [[name] for name in _NODE] if columns == 1 else [[*pair] for pair in _ENDS]
    found = next((each for each in known if set(each) <= set(names)), None)
    if found is None and (len(names) == columns or (columns == 2 and len(names) > 2)):
        found = names[:columns]
    if found is None:
        told = "a column id" if columns == 1 else "columns source and target"
        raise DataError(f"{what}: expected {told} in {path}, got {listing([*map(str, names)])}; rename them")
    return found


def _edges(data: NodeData, pairs: np.ndarray) -> Tensor:
    """int64 (2, edges), each once, an undirected one from its lower end to its higher one."""
    graph = GraphData.expect(data, f"{_WHO}: the removal of edges")
    ends = torch.from_numpy(node_rows(graph, pairs, _WHO)).T
    if not graph.directed:
        ends = torch.stack([ends.amin(0), ends.amax(0)])
    known = torch.isin(_keys(graph, ends), _keys(graph, graph.edge_index))
    if not bool(known.all()):
        unknown = [f"{first}-{second}" for first, second in pairs[~known.numpy()].tolist()]
        raise DataError(f"{_WHO}: {graph.name} has no edge {listing(unknown)}; expected pairs of nodes that are linked")
    once: Tensor = ends.unique(dim=1)
    return once


def _keys(graph: GraphData, edges: Tensor) -> Tensor:
    return edges[0] * graph.num_nodes + edges[1]

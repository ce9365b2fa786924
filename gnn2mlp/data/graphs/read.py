"""Three tables as a set of graphs: of the graphs, of their nodes, of their edges."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from gnn2mlp.core.errors import DataError, listing, nearest
from gnn2mlp.data.graphs.build import degree_codes, graph_set_from_arrays
from gnn2mlp.data.graphs.datasets._columns import MISSING, Fields, GraphTable, labels_of
from gnn2mlp.data.graphs.graph_set import GraphSet
from gnn2mlp.tables.edges import end_columns
from gnn2mlp.tables.reading import id_type

# The greatest degree that is told apart where nodes have no columns.
_MOST = 64
_PARTS = ("train", "valid", "test")


class GraphFiles(NamedTuple):
    """The tables of a set of graphs, and the columns of ids in them.

    Args:
        graphs: file with a row for each graph.
        nodes: file with a row for each node.
        edges: file with a row for each edge.
        graph: the column of ids of graphs, in all three.
        node: the column of the nodes that holds their ids, each once in its graph.
        source, target: the columns of the edges that hold the two ends; default: `source`, `src`, `from`, ... with what
            goes with it, or the first two that are no ids of graphs.
    """

    graphs: Path
    nodes: Path
    edges: Path
    graph: str = "graph"
    node: str = "node"
    source: str | None = None
    target: str | None = None

    def ends(self, columns: Sequence[str]) -> tuple[str, str]:
        """The two columns of ends, among the columns of the edges."""
        if self.source is not None and self.target is not None:
            return self.source, self.target
        return end_columns([name for name in columns if name != self.graph], self.edges.name)


def read_graph_tables(
    files: Path | GraphFiles,
    label: str | Sequence[str] = "label",
    numeric: Sequence[str] = (),
    ignore: Sequence[str] = (),
    metric: str | None = None,
) -> GraphSet:
    """Read the tables of a set of graphs, a column at a time; see `GraphTables` for what they hold.

    Args:
        files: the three tables, Parquet or CSV; or a folder that has them under their usual names.
        label: the column of classes, or several of 0 and 1.
        numeric: columns of whole numbers that are quantities.
        ignore: columns that are left out.
        metric: chooses the epoch.

    Raises:
        DataError: for a table or column that is missing, ids that are not found, a graph without a node, or labels
            that cannot be learnt.
    """
    name = files.graphs.stem if isinstance(files, GraphFiles) else files.name
    if not isinstance(files, GraphFiles):
        tables = files / "graphs.parquet", files / "nodes.parquet", files / "edges.parquet"
        files = GraphFiles(*tables, source="source", target="target")
    graphs, nodes, edges = _opened(files)
    _check_ignored(ignore, [*nodes.columns, *edges.columns])
    ids = graphs.ids(files.graph)
    graph_of_node = nodes.places(files.graph, ids, files.graphs.name)
    rows = nodes.rows_of_pairs(graph_of_node, files.node)
    owner = edges.places(files.graph, ids, files.graphs.name)
    named = files.ends(edges.columns)
    ends = np.stack([rows.find(owner, edges, end) for end in named])
    _check_nodes(graph_of_node, ids, files)
    known = nodes.fields({files.graph, files.node, *ignore}, numeric)
    bonds = edges.fields({files.graph, *named, *ignore}, ())
    task, labels = labels_of(graphs, label, metric)
    return graph_set_from_arrays(
        labels,
        graph_of_node,
        ends,
        **_nodes(known, ends, nodes.rows),
        edge_codes=bonds.codes,
        edge_code_sizes=bonds.sizes,
        edge_fields=list(bonds.categories),
        categories={**known.categories, **bonds.categories, **_degrees(known)},
        name=name,
        task=task,
        graph_names=np.array(ids.to_pylist()),
        own_splits=_own_splits(graphs),
        open_categories=bool(known.categories or bonds.categories) and not _degrees(known),
    )


def _opened(files: GraphFiles) -> tuple[GraphTable, GraphTable, GraphTable]:
    """The tables. Ids in CSV files are texts, unless a table before it says of which type they are."""
    graphs = GraphTable.open(files.graphs, {files.graph: "text"})
    kinds = {files.graph: _id_type(graphs, files.graph)}
    nodes = GraphTable.open(files.nodes, {**kinds, files.node: "text"})
    kind = _id_type(nodes, files.node)
    edges = GraphTable.open(files.edges, lambda names: {**kinds, **dict.fromkeys(files.ends(names), kind)})
    return graphs, nodes, edges


def _id_type(table: GraphTable, name: str) -> Any:
    return id_type(table.column(name).type)


def _check_ignored(ignore: Sequence[str], columns: Sequence[str]) -> None:
    """Raise `DataError` for a column that is to be left out, and is not there."""
    if unknown := [name for name in ignore if name not in columns]:
        raise DataError(
            f"expected columns of nodes or edges to leave out, got {listing(unknown)}{nearest(unknown[0], columns)}"
        )


def _check_nodes(graph_of_node: np.ndarray, ids: Any, files: GraphFiles) -> None:
    """Raise `DataError` for a graph without a node."""
    empty = np.flatnonzero(np.bincount(graph_of_node, minlength=len(ids)) == 0)
    if len(empty):
        some = listing([str(ids[int(number)]) for number in empty], 3)
        raise DataError(
            f"{files.graphs}: expected graphs with at least one node each, got {len(empty):,} without any in "
            f"{files.nodes.name}: {some}; leave them out"
        )


def _nodes(known: Fields, ends: np.ndarray, rows: int) -> dict[str, Any]:
    """What is known of nodes, as arguments of `graph_set_from_arrays`."""
    if known.codes is None and known.features is None:
        return {"node_codes": degree_codes(ends, rows, _MOST), "code_sizes": [_MOST + 1], "node_fields": ["degree"]}
    return {
        "node_codes": known.codes,
        "code_sizes": known.sizes,
        "node_fields": list(known.categories),
        "features": known.features,
        "feature_names": known.feature_names or None,
    }


def _degrees(known: Fields) -> dict[str, Any]:
    return {} if known.categories or known.feature_names else {"degree": range(_MOST + 1)}


def _own_splits(graphs: GraphTable) -> list[dict[str, np.ndarray]]:
    """The split of the table of graphs, if it has one."""
    if "split" not in graphs.columns:
        return []
    values = np.array(graphs.column("split").to_pylist(), dtype=object)
    if wrong := sorted({str(value) for value in values if value is not None} - set(_PARTS)):
        raise DataError(
            f"{graphs.path}: split: expected train, valid or test, or nothing for a graph in no part, got "
            f"{listing(wrong)}"
        )
    parts = {part: np.flatnonzero(values == part) for part in _PARTS}
    return [{part: ids for part, ids in parts.items() if part != "valid" or len(ids)}]


def has_gap(categories: Sequence[Any]) -> bool:
    """Whether the last of the categories of a field stands for cells that are empty.

    Example:
        >>> has_gap(("C", "N", "missing")), has_gap(("C", "N"))
        (True, False)
    """
    return tuple(categories[-1:]) == (MISSING,)

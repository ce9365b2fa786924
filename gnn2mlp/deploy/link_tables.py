"""Tables beside that of the nodes of links: ids of some of them, and links that are there already."""

from pathlib import Path
from typing import Any

import numpy as np

from gnn2mlp.core.errors import DataError
from gnn2mlp.core.files import user_path
from gnn2mlp.deploy.node_table import NodeTable
from gnn2mlp.tables.edges import Edges, end_columns, read_edges
from gnn2mlp.tables.reading import id_type, read_table


def id_name(table: Any, id_column: str) -> str:
    """The column of ids of a table: that of this name, or its first."""
    return id_column if id_column in table.column_names else str(table.column_names[0])


def ids_in(path: str | Path, id_column: str, nodes: NodeTable, what: str) -> Any:
    """The ids in a table of any kind, a column of Arrow.

    Args:
        path: of the table.
        id_column: of this name, or else the first.
        nodes: whose ids they are.
        what: the table is, for messages.

    Raises:
        ConfigError, ArtefactError, DataError: as `read_table`.
    """
    kind = id_type(nodes.raw_ids.type)
    table = read_table(user_path(path, what), what, lambda names: dict.fromkeys(names, kind))
    return table[id_name(table, id_column)]


def rows_in(path: str | Path, id_column: str, nodes: NodeTable, what: str) -> np.ndarray:
    """int64 (rows,): rows of the nodes that a table names; see `ids_in`.

    Raises:
        DataError: for an id that is no node's.
    """
    column = ids_in(path, id_column, nodes, what)
    rows = nodes.ids.rows(column, what)
    if unknown := int(np.count_nonzero(rows < 0)):
        place = int(np.flatnonzero(rows < 0)[0])
        more = f" and {unknown - 1:,} more" if unknown > 1 else ""
        raise DataError(
            f"{what}: expected ids of the nodes, got {column[place].as_py()!r}{more} that no row has; add rows for "
            "them to the nodes, or leave them out"
        )
    return rows


def links_in(path: str | Path, nodes: NodeTable) -> Edges:
    """Known links in a table of edges, between rows of the nodes.

    Raises:
        ConfigError, ArtefactError, DataError: as `read_table` and `read_edges`.
    """
    kind = id_type(nodes.raw_ids.type)
    edges = read_table(user_path(path, "known"), "known links", lambda names: dict.fromkeys(end_columns(names), kind))
    return read_edges(edges, nodes.ids, where="known links")

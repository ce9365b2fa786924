"""Tables of rows on disk: features, labels and teacher knowledge joined by id, whatever their length."""

import importlib
from typing import TYPE_CHECKING, Any

from gnn2mlp.core.errors import nearest

__all__ = [
    "Column",
    "ColumnNames",
    "Edges",
    "FeatureColumns",
    "NodeIds",
    "RowTable",
    "end_columns",
    "join_tables",
    "read_edges",
]

_EXPORTS = {
    "Column": "gnn2mlp.tables.columns",
    "ColumnNames": "gnn2mlp.tables.schema",
    "Edges": "gnn2mlp.tables.edges",
    "FeatureColumns": "gnn2mlp.tables.columns",
    "NodeIds": "gnn2mlp.tables.lookup",
    "RowTable": "gnn2mlp.tables.table",
    "end_columns": "gnn2mlp.tables.edges",
    "join_tables": "gnn2mlp.tables.join",
    "read_edges": "gnn2mlp.tables.edges",
}


if TYPE_CHECKING:
    from gnn2mlp.tables.columns import Column, FeatureColumns
    from gnn2mlp.tables.edges import Edges, end_columns, read_edges
    from gnn2mlp.tables.join import join_tables
    from gnn2mlp.tables.lookup import NodeIds
    from gnn2mlp.tables.schema import ColumnNames
    from gnn2mlp.tables.table import RowTable
else:

    def __getattr__(name: str) -> Any:
        """Import a public name on first use: whoever looks up ids needs no torch."""
        if name not in _EXPORTS:
            raise AttributeError(f"module 'gnn2mlp.tables' has no attribute {name!r}{nearest(name, _EXPORTS)}")
        return getattr(importlib.import_module(_EXPORTS[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)

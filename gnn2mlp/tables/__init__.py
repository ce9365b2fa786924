"""Tables of rows on disk: features, labels and teacher knowledge joined by id, whatever their length."""

from gnn2mlp.tables.columns import Column, FeatureColumns
from gnn2mlp.tables.edges import Edges, end_columns, read_edges
from gnn2mlp.tables.join import join_tables
from gnn2mlp.tables.lookup import NodeIds
from gnn2mlp.tables.schema import ColumnNames
from gnn2mlp.tables.table import RowTable

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

"""Columns of a table as features: one file for each way to read a column, fitted by scikit-learn on observed rows.

Example:
    >>> from gnn2mlp.encoders import TableEncoder
    >>> encoder = TableEncoder().fit({"likes": [3.0, None, 5.0, 9.0], "verified": [True, False, True, True]})
    >>> encoder.feature_names
    ('likes', 'likes is missing', 'verified')
    >>> encoder.transform({"likes": [4.0], "verified": [False]}).shape
    (1, 3)
"""

from typing import TYPE_CHECKING, Any

from gnn2mlp.core.registry import offered, python_names
from gnn2mlp.encoders._base import ENCODERS, ColumnEncoder

if TYPE_CHECKING:
    from gnn2mlp.encoders.table import EncodedColumn, TableEncoder

__all__ = ["ENCODERS", "ColumnEncoder", "EncodedColumn", "TableEncoder"]


def __getattr__(name: str) -> Any:
    if name in ("EncodedColumn", "TableEncoder"):
        from gnn2mlp.encoders import table

        return getattr(table, name)
    return offered(__name__, name, ENCODERS)


def __dir__() -> list[str]:
    return sorted([*__all__, *python_names(ENCODERS)])

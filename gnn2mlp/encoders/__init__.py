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


if TYPE_CHECKING:
    # generated: by python benchmarks/tables.py
    from gnn2mlp.encoders.bag import Bag as Bag
    from gnn2mlp.encoders.boolean import Boolean as Boolean
    from gnn2mlp.encoders.category import Category as Category
    from gnn2mlp.encoders.date import Date as Date
    from gnn2mlp.encoders.drop import Drop as Drop
    from gnn2mlp.encoders.log import Log as Log
    from gnn2mlp.encoders.number import Number as Number
    from gnn2mlp.encoders.raw import Raw as Raw
    from gnn2mlp.encoders.text import Text as Text
    from gnn2mlp.encoders.vector import Vector as Vector
    # end
else:

    def __getattr__(name: str) -> Any:
        if name in ("EncodedColumn", "TableEncoder"):
            from gnn2mlp.encoders import table

            return getattr(table, name)
        return offered(__name__, name, ENCODERS)


def __dir__() -> list[str]:
    return sorted([*__all__, *python_names(ENCODERS)])

"""Which rows a request for links speaks of: by row number, or by ids of any type. Imports no torch where no id is."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from gnn2mlp.core.errors import DataError, nearest
from gnn2mlp.core.rows import num_rows
from gnn2mlp.core.tables import column_names


class LinkNodes:
    """The nodes of a table, one a row, as whoever asks calls them: by row number from 0, or by `ids`.

    Args:
        count: of the rows.
        ids: (rows,) numbers, texts, UUIDs, dates or times, each once, in a list, numpy, pandas, polars, Arrow or torch;
            default: row numbers.

    Raises:
        DataError: for ids that are not as many as rows, a gap, or an id that is there twice.

    Example:
        >>> nodes = LinkNodes(3, ["p7", "p3", "p9"])
        >>> nodes.rows(["p9", "p7"], "candidates").tolist(), nodes.named(np.array([1])).tolist()
        ([2, 0], ['p3'])
        >>> nodes.pairs([("p7", "p9")], "pairs").tolist()
        [[0, 2]]
    """

    def __init__(self, count: int, ids: Any = None):
        self.count = count
        self.ids = None if ids is None else _array(ids)
        if ids is None:
            return
        if self.ids.shape != (count,):  # type: ignore[union-attr]
            raise DataError(f"ids: expected one for each of {count} rows, got {self.ids.shape}")  # type: ignore[union-attr]
        from gnn2mlp.tables.lookup import NodeIds

        self._found = NodeIds(ids)

    def rows(self, nodes: Any, name: str) -> np.ndarray:
        """int64 (nodes,): the row of each node; `name` is for messages.

        Raises:
            DataError: for a node that is in no row.
        """
        return self._rows(nodes, name, "entry")

    def row(self, node: Any, name: str) -> int:
        """The row of one node.

        Raises:
            DataError: if it is in no row.
        """
        if self.ids is None and np.ndim(node):
            raise DataError(f"{name}: expected one row number, got an array of shape {np.shape(node)}")
        return int(self._rows([node], name, None)[0])

    def pairs(self, pairs: Any, name: str) -> np.ndarray:
        """int64 (pairs, 2): the rows of both ends of each pair.

        Args:
            pairs: (pairs, 2) as a list of pairs, numpy, torch, or a table of two columns.
            name: for messages.

        Raises:
            DataError: for another shape, or a node that is in no row.
        """
        ends = _ends(pairs, name)
        return np.stack([self._rows(end, name, "pair") for end in ends], axis=1)

    def named(self, rows: np.ndarray) -> np.ndarray:
        """What nodes of these rows are called: their ids, or their row numbers."""
        named: np.ndarray = rows if self.ids is None else self.ids[rows]
        return named

    def shown(self, row: int) -> str:
        """One of them as its caller writes it, for a message."""
        return repr(self.named(np.array([row])).tolist()[0])

    def _rows(self, nodes: Any, name: str, place: str | None) -> np.ndarray:
        if self.ids is None:
            found = _whole(nodes, name)
            bad = np.flatnonzero((found < 0) | (found >= self.count))
            known = f"row numbers from 0 to {self.count - 1}" if self.count else "row numbers of a table with rows"
            advice = "count rows from 0, or name nodes by their own ids with ids="
        else:
            found = self._found.rows(nodes, name)
            bad = np.flatnonzero(found < 0)
            known, advice = "ids of rows", "leave it out, or add its row"
        if bad.size:
            what = _one(nodes, int(bad[0]))
            where = f" in {place} {bad[0]}" if place else ""
            more = f" ({bad.size} such in all)" if bad.size > 1 else ""
            raise DataError(f"{name}: expected {known}, got {what}{where}{more}, which no row has; {advice}")
        return found


def apart(X: Any, ids: Any, known: str | None, keep: bool) -> tuple[Any, Any]:
    """A table without its column of ids, and the ids of its rows.

    Args:
        X: rows of a request.
        ids: of the rows, or the name of their column in X; `None`: the column `known`, where X has it.
        known: the column of ids of the tables that a model was made from, or `None`.
        keep: leave the column where it is, as whoever reads X does not look at it.

    Returns:
        X and ids, `None` where rows go by their numbers.

    Raises:
        DataError: for a name of a column that X does not have.
    """
    names = column_names(X)
    if ids is None and (names is None or known not in names):
        return X, None
    column = known if ids is None else ids
    if not isinstance(column, str):
        return X, ids
    if names is None or column not in names:
        near = nearest(column, names or ())
        raise DataError(f"ids: expected ids of the rows, or the name of a column of X, got {column!r}{near}")
    return (X if keep else _without(X, column)), X[column]


def count_rows(X: Any, name: str) -> int:
    """How many rows X has.

    Raises:
        DataError: if it is no table.
    """
    try:
        return num_rows(X)
    except TypeError as error:
        raise DataError(f"{name}: expected a table of rows, got {type(X).__name__} ({error})") from error


def _without(X: Any, column: str) -> Any:
    """A table of pandas, polars or Arrow, or columns by name, without one of them."""
    if isinstance(X, Mapping):
        return {name: values for name, values in X.items() if name != column}
    if hasattr(X, "drop_columns"):
        return X.drop_columns([column])
    return X.drop(columns=[column]) if hasattr(X, "iloc") else X.drop(column)


def _array(ids: Any) -> np.ndarray:
    if isinstance(ids, list | tuple):
        found = np.empty(len(ids), dtype=object)
        found[:] = ids
        plain = np.array(ids) if len({type(one) for one in ids}) == 1 and isinstance(ids[0], str | int) else found
        return plain
    return np.asarray(ids.detach().cpu() if hasattr(ids, "detach") else ids)


def _ends(pairs: Any, name: str) -> tuple[Any, Any]:
    """Both columns of a table of pairs."""
    names = column_names(pairs)
    if names is not None:
        if len(names) != 2:
            raise DataError(f"{name}: expected pairs as a table of two columns, got {len(names)}: select both ends")
        return pairs[names[0]], pairs[names[1]]
    if isinstance(pairs, list | tuple) and all(isinstance(one, list | tuple) and len(one) == 2 for one in pairs):
        return [one for one, _ in pairs], [other for _, other in pairs]
    try:
        found = np.asarray(pairs.detach().cpu() if hasattr(pairs, "detach") else pairs)
    except ValueError as error:
        raise DataError(f"{name}: expected pairs of shape (pairs, 2), got rows of different lengths") from error
    if found.ndim != 2 or found.shape[1] != 2:
        advice = "; transpose them: pairs.T" if found.ndim == 2 and found.shape[0] == 2 else ""
        raise DataError(f"{name}: expected pairs of shape (pairs, 2), got {found.shape}{advice}")
    return found[:, 0], found[:, 1]


def _whole(nodes: Any, name: str) -> np.ndarray:
    """Row numbers as int64."""
    found = np.asarray(nodes.detach().cpu() if hasattr(nodes, "detach") else nodes)
    if found.size == 0:
        return np.empty(0, np.int64)
    if found.ndim != 1 or found.dtype.kind not in "iu":
        raise DataError(
            f"{name}: expected row numbers, whole numbers from 0, got {found.dtype} of shape {found.shape}; name "
            "nodes by their own ids with ids="
        )
    return found.astype(np.int64, copy=False)


def _one(nodes: Any, place: int) -> str:
    """A node as its caller wrote it, for a message."""
    values: Sequence[Any] | np.ndarray = nodes if isinstance(nodes, list | tuple) else np.asarray(nodes)
    value = values[place]
    return repr(value.item() if isinstance(value, np.generic) else value)

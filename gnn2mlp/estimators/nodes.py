"""Nodes as people have them: features or a table of columns, ids, labels, and the edges that come with a graph."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from gnn2mlp.core.errors import DataError, listing, nearest
from gnn2mlp.core.tables import column_names


class Nodes(NamedTuple):
    """What `fit` was given, sorted out.

    Attributes:
        features: (nodes, features), or a table of columns where `is_table`.
        is_table: whether columns are to be encoded by what they hold.
        y: targets, as they came.
        weight: of each node, or `None`.
        ids: of the nodes, or `None` where they are told by row number alone.
        where_ids: what holds the ids, for messages.
        edges: as given, or the graph that `X` is, or `None`.
        validation: row numbers or a mask, or `None`.
        label: name of the column that holds the targets, or `None`.
    """

    features: Any
    is_table: bool
    y: Any
    weight: Any = None
    ids: Any = None
    where_ids: str = "row numbers of X"
    edges: Any = None
    validation: Any = None
    label: str | None = None


def read_nodes(
    X: Any, y: Any = None, weight: Any = None, edges: Any = None, validation: Any = None, id_column: str | None = None
) -> Nodes:
    """Sort out what nodes came as.

    Args:
        X: an array of features; a table (pandas, polars, Arrow, a mapping from names to columns); a PyG `Data`; or a
            networkx graph, whose node attributes are columns.
        y: targets (nodes, ...); or the name of a column; or `None` of a `Data` that has them.
        weight: (nodes,) numbers.
        edges: as `read_edges` takes them.
        validation: row numbers or a mask.
        id_column: name of the column that holds the ids.

    Raises:
        DataError: for a column that is not there, or a series whose index is not that of `X`.

    Example:
        >>> nodes = read_nodes({"id": ["p", "q"], "likes": [3, 4], "kind": ["bar", None]}, "kind", id_column="id")
        >>> nodes.ids, nodes.y, list(nodes.features)
        (['p', 'q'], ['bar', None], ['likes'])
    """
    if hasattr(X, "edge_index") and hasattr(X, "x"):
        return _of_pyg(X, y, weight, edges, validation)
    if is_networkx(X):
        nodes, columns = _attributes(X)
        edges = X if edges is None else edges
        return _of_table(columns, y, weight, edges, validation, None)._replace(ids=nodes, where_ids="the graph")
    if column_names(X) is not None:
        return _of_table(X, y, weight, edges, validation, id_column)
    if id_column is not None:
        raise DataError(f"X: expected a table with the column {id_column!r} of ids, got {type(X).__name__}")
    if isinstance(y, str):
        raise DataError(f"y: expected labels, or the name of a column of X, which is no table; got {y!r}")
    ids = {"ids": X.index, "where_ids": "the index of X"} if hasattr(X, "iloc") else {}
    return Nodes(X, False, _aligned(y, X, "y"), _aligned(weight, X, "sample_weight"), edges=edges, **ids)._replace(
        validation=validation
    )


def node_names(ids: Any, rows: np.ndarray | None = None) -> np.ndarray | None:
    """Ids as an array of what they are (nodes,), or `None` where nodes have none.

    Args:
        ids: as `Nodes` has them.
        rows: which of them each node is; default: all in order.

    Example:
        >>> node_names(["p", 7], np.array([1])).tolist()
        [7]
    """
    if ids is None:
        return None
    listed = ids.tolist() if hasattr(ids, "tolist") else ids.to_pylist() if hasattr(ids, "to_pylist") else list(ids)
    found = np.empty(len(listed), dtype=object)
    found[:] = listed
    return found if rows is None else found[rows]


def features_of(X: Any) -> Any:
    """What `predict` reads of nodes in any of these forms: features, or a table."""
    if hasattr(X, "edge_index") and hasattr(X, "x"):
        return X.x
    return _attributes(X)[1] if is_networkx(X) else X


def targets_of(X: Any, y: Any) -> Any:
    """Targets to compare with: a column of `X` by its name, or `y` itself."""
    return read_nodes(X, y).y if isinstance(y, str) or y is None else _aligned(y, X, "y")


def is_networkx(graph: Any) -> bool:
    """Whether this is a graph of networkx, told by what it offers."""
    return callable(getattr(graph, "nodes", None)) and callable(getattr(graph, "edges", None))


def _of_table(table: Any, y: Any, weight: Any, edges: Any, validation: Any, id_column: str | None) -> Nodes:
    names = column_names(table) or ()
    label = y if isinstance(y, str) else None
    taken = [name for name in (id_column, label) if name is not None]
    for name in taken:
        if name not in names:
            raise DataError(
                f"X: expected a column {name!r}{nearest(name, names)} (columns: {listing([*map(repr, names)])})"
            )
    ids, where = None, "row numbers of X"
    if id_column is not None:
        ids, where = table[id_column], f"column {id_column!r} of X"
    elif hasattr(table, "iloc"):  # pandas
        ids, where = table.index, "the index of X"
    if not set(names) - set(taken):
        raise DataError("X: expected at least one column besides ids and labels, of which features are made; got none")
    y = table[label] if label is not None else _aligned(y, table, "y")
    features = {name: table[name] for name in names if name not in taken} if taken else table
    weight = _aligned(weight, table, "sample_weight")
    return Nodes(features, True, y, weight, ids, where, edges, validation, label)


def _aligned(values: Any, X: Any, what: str) -> Any:
    """A series of pandas in the order of the rows of `X`; all else as it is, in which position alone can count.

    Raises:
        DataError: if its index is not that of `X`.
    """
    if not hasattr(values, "iloc") or not hasattr(X, "iloc") or values.index.equals(X.index):
        return values
    lost = X.index.difference(values.index)
    if len(values) == len(X) and values.index.is_unique and not len(lost):
        return values.loc[X.index]
    got = f"none for {listing([*map(repr, lost[:50])], most=3)}" if len(lost) else f"{len(values)} of them"
    raise DataError(
        f"{what}: expected one for each row of X, with the same index, got {got}; if both are in the same order, write "
        f"{what}.to_numpy(), else {what}.reindex(X.index), which leaves gaps where there is none"
    )


def _of_pyg(data: Any, y: Any, weight: Any, edges: Any, validation: Any) -> Nodes:
    """A `Data`; of its own labels the test nodes' are not looked at, where its masks tell which those are."""
    if data.x is None:
        raise DataError("X: expected a torch_geometric.data.Data with features x, got one without; set data.x")
    edges = data if edges is None else edges
    if y is not None or data.y is None:
        return Nodes(data.x, False, y, weight, edges=edges, validation=validation)
    y = np.asarray(data.y.detach().cpu(), dtype=np.float64)
    y = y[:, 0] if y.ndim == 2 and y.shape[1] == 1 else y
    train, valid = (_mask(data, name, len(y)) for name in ("train_mask", "val_mask"))
    if train is not None:
        known = train if valid is None else train | valid
        y = np.where(known.reshape(-1, *[1] * (y.ndim - 1)), y, np.nan)
        if valid is not None and validation is None and valid.any():
            validation = valid
    return Nodes(data.x, False, y, weight, edges=edges, validation=validation)


def _mask(data: Any, name: str, count: int) -> np.ndarray | None:
    mask = getattr(data, name, None)
    if mask is None:
        return None
    found = np.asarray(mask.detach().cpu())
    if found.shape != (count,) or found.dtype != bool:
        raise DataError(
            f"X: expected {name} as {count} truth values, got shape {found.shape}: choose one split, "
            f"data.{name} = data.{name}[:, 0]"
        )
    return found


def _attributes(graph: Any) -> tuple[list[Any], Mapping[str, list[Any]]]:
    """Nodes of a networkx graph, and their attributes as columns."""
    entries = list(graph.nodes(data=True))
    names = dict.fromkeys(str(name) for _, attributes in entries for name in attributes)
    if not names:
        raise DataError("X: expected a graph whose nodes have attributes, which are their features, got none")
    return [node for node, _ in entries], {name: [held.get(name) for _, held in entries] for name in names}

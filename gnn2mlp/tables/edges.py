"""Edges as people have them, between ids or rows, as row numbers of the nodes, with a count of what was left out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np

from gnn2mlp.core.errors import ConfigError, DataError, listing, nearest
from gnn2mlp.core.tables import column_names
from gnn2mlp.tables.lookup import NodeIds

# How edge tables call their two ends; the first pair of which both are there is taken.
ENDS = (
    ("source", "target"),
    ("src", "dst"),
    ("from", "to"),
    ("source_id", "target_id"),
    ("src_id", "dst_id"),
    ("from_id", "to_id"),
    ("sender", "receiver"),
    ("head", "tail"),
    ("u", "v"),
)
WEIGHTS = ("weight", "weights", "edge_weight")


@dataclass(frozen=True, eq=False)
class Edges:
    """Edges between rows of the nodes, as they were given: neither undirected nor freed of duplicates.

    Attributes:
        edge_index: int64 (2, kept), row numbers of the nodes.
        weight: float32 (kept,), or `None`.
        time: (kept,) as given, or `None`.
        given: how many edges there were.
        dangling: how many of them were left out, since an end is no node, or a gap.
        lost_ends: some ids that are no nodes', for messages.
        num_nodes: how many nodes there are.
    """

    edge_index: np.ndarray
    num_nodes: int
    given: int
    dangling: int
    weight: np.ndarray | None = None
    time: np.ndarray | None = None
    lost_ends: tuple[str, ...] = field(default=())

    @property
    def kept(self) -> int:
        """How many edges join two nodes."""
        return int(self.edge_index.shape[1])

    @cached_property
    def self_loops(self) -> int:
        """How many of those kept join a node with itself."""
        return int(np.count_nonzero(self.edge_index[0] == self.edge_index[1]))

    @cached_property
    def duplicate(self) -> int:
        """How many of those kept repeat another in the same direction."""
        keys = self.edge_index[0] * max(self.num_nodes, 1) + self.edge_index[1]
        keys.sort()
        return int(np.count_nonzero(keys[1:] == keys[:-1]))

    @property
    def counts(self) -> dict[str, int]:
        """All counts by name, for a report."""
        names = ("given", "dangling", "duplicate", "self_loops", "kept")
        return {name: getattr(self, name) for name in names}

    def __repr__(self) -> str:
        return f"Edges({', '.join(f'{name}={count:,}' for name, count in self.counts.items())})"


class _Raw(NamedTuple):
    """Edges before their ends are looked up: ids, or row numbers of a graph whose adjacency has the shape `size`."""

    source: Any
    target: Any
    weight: Any = None
    time: Any = None
    size: tuple[int, ...] | None = None
    names: tuple[str, str] = ("source", "target")


def read_edges(
    edges: Any,
    ids: NodeIds,
    source: str | None = None,
    target: str | None = None,
    weight: str | None = None,
    time: str | None = None,
    where: str = "edges",
) -> Edges:
    """Row numbers of the nodes that edges join. Edges whose end is no node are left out and counted.

    Args:
        edges: a table (pandas, polars, Arrow, a mapping) with two columns of ids; an array (2, edges) or (edges, 2), or
            a list of pairs, of ids; a networkx graph, whose nodes are ids; a scipy adjacency or a PyG `Data`, which
            speak of row numbers. `Edges` stay as they are.
        ids: of the nodes.
        source: column of one end; default: `"source"`, `"src"`, `"from"`, ..., or the first of the columns.
        target: column of the other; likewise.
        weight: column of weights, or edge attribute of a networkx graph; default: `"weight"`, if there is one. An
            adjacency's entries are weights, unless all of them are 1; those of a `Data` are `edge_weight`, or an
            `edge_attr` of one float for each edge.
        time: column of when an edge came to be.
        where: what holds them, for messages.

    Raises:
        DataError: for a table without these columns, ids of another kind than the nodes', an adjacency of another size,
            weights that are not finite numbers above 0, or if no edge joins two nodes; the message names column, ids,
            row and remedy.

    Example:
        >>> ids = NodeIds(["p7", "p3", "p9"])
        >>> edges = read_edges({"from": ["p7", "p3", "p7"], "to": ["p9", "p8", "p7"]}, ids)
        >>> edges
        Edges(given=3, dangling=1, duplicate=0, self_loops=1, kept=2)
        >>> edges.edge_index.tolist()
        [[0, 0], [2, 0]]
    """
    if isinstance(edges, Edges):
        if edges.num_nodes != len(ids):
            raise _other_size((edges.num_nodes,) * 2, len(ids), where)
        return edges
    raw = _raw(edges, source, target, weight, time, where)
    if raw.size not in (None, (len(ids), len(ids))):
        raise _other_size(raw.size, len(ids), where)
    ends = (raw.source, raw.target)
    if raw.size is not None:
        index = np.stack([_row_numbers(end, len(ids), where) for end in ends])
    else:
        index = np.stack([ids.rows(end, f"{where}, {name}") for end, name in zip(ends, raw.names, strict=True)])
    return _kept(index, raw, ids, where)


def _kept(index: np.ndarray, raw: _Raw, ids: NodeIds, where: str) -> Edges:
    """What joins two nodes."""
    given = index.shape[1]
    weights = None if raw.weight is None else _weights(raw, index, ids, where)
    times = None if raw.time is None else np.asarray(raw.time)
    inside = (index >= 0).all(axis=0)
    dangling = given - int(np.count_nonzero(inside))
    lost = _lost(index, raw, where) if dangling else ()
    if dangling:
        index = index[:, inside]
        weights = None if weights is None else weights[inside]
        times = None if times is None else times[inside]
    if given and dangling == given:
        raise DataError(
            f"{where}: expected edges between the nodes, got {given}, none of which joins two of them: no node has an "
            f"id such as {listing(list(lost), most=3)}, while {ids.where} has {_some(ids)}; write the ids alike in both"
        )
    return Edges(index, len(ids), given, dangling, weights, times, lost)


def _lost(index: np.ndarray, raw: _Raw, where: str) -> tuple[str, ...]:
    """A few ends that are no nodes, as the user would write them."""
    found: dict[str, None] = {}
    for number, end in enumerate((raw.source, raw.target)):
        for row in np.flatnonzero(index[number] < 0)[:5]:
            found[_shown(_at(end, int(row)))] = None
    return tuple(found)[:5]


def _at(end: Any, row: int) -> Any:
    """An end by its position: a series of pandas counts by its index."""
    return end.iloc[row] if hasattr(end, "iloc") else end[row]


def _shown(value: Any) -> str:
    plain = value.as_py() if hasattr(value, "as_py") else value
    return repr(plain) if isinstance(plain, str | bytes) else str(plain)


def _some(ids: NodeIds) -> str:
    return listing([ids.shown(row) for row in range(min(len(ids), 4))], most=3)


def _raw(edges: Any, source: str | None, target: str | None, weight: str | None, time: str | None, where: str) -> _Raw:
    """The ends, whatever holds them."""
    if hasattr(edges, "tocoo"):
        return _of_adjacency(edges)
    if callable(getattr(edges, "edges", None)) and callable(getattr(edges, "nodes", None)):
        return _of_networkx(edges, weight)
    if hasattr(edges, "edge_index"):
        return _of_pyg(edges, where)
    if isinstance(edges, Mapping) or hasattr(edges, "columns"):
        return _of_table(edges, source, target, weight, time, where)
    return _of_pairs(edges, where)


def _of_adjacency(matrix: Any) -> _Raw:
    entries = matrix.tocoo()
    weighted = entries.dtype.kind == "f" or entries.dtype.kind in "iu"
    weight = entries.data if weighted and not (entries.data == 1).all() else None
    return _Raw(entries.row, entries.col, weight, size=tuple(matrix.shape))


def _other_size(size: Any, num_nodes: int, where: str) -> DataError:
    got = f"{size[0]}" if size[0] == size[1] else f"an adjacency of shape {size}"
    cut = size[1:] != size[:1]
    advice = "; of a part of cross-validation give edges by id, such as np.stack(A.nonzero())" if cut else ""
    return DataError(
        f"{where}: expected a graph of the {num_nodes} nodes, in their order, got one of {got}; select the same nodes "
        f"in both{advice}"
    )


def _of_networkx(graph: Any, weight: str | None) -> _Raw:
    name = weight or "weight"
    ends = [(u, v) for u, v in graph.edges()]
    values = [value for _, _, value in graph.edges(data=name)]
    known = any(value is not None for value in values)
    return _Raw([u for u, _ in ends], [v for _, v in ends], values if known or weight else None)


def _of_pyg(data: Any, where: str) -> _Raw:
    pairs = _plain(data.edge_index, where)
    return _Raw(pairs[0], pairs[1], _weight_of_pyg(data, where), size=(data.num_nodes,) * 2)


def _weight_of_pyg(data: Any, where: str) -> Any:
    """Weights of edges: `edge_weight`, or `edge_attr` where it holds one float for each; as `graph_from_pyg`."""
    weight, found = getattr(data, "edge_weight", None), getattr(data, "edge_attr", None)
    if found is None:
        return weight
    attributes = _plain(found, where)
    if weight is None and attributes.dtype.kind == "f" and attributes.size == len(attributes):
        return attributes.reshape(-1)
    raise DataError(
        f"{where}: expected one float for each edge in edge_attr, or weights in edge_weight and no edge_attr, got "
        f"{attributes.dtype} of shape {attributes.shape}; teachers read no other attributes of edges: set "
        "data.edge_attr = None"
    )


def _of_table(
    table: Any, source: str | None, target: str | None, weight: str | None, time: str | None, where: str
) -> _Raw:
    names = column_names(table)
    if names is None:  # columns that are merely numbered
        return _of_pairs(np.asarray(table), where)
    if (source is None) != (target is None):
        raise DataError(f"{where}: expected both source and target, or neither, got {source!r} and {target!r}")
    one, other = (source, target) if source is not None and target is not None else end_columns(names, where)
    if weight is None:
        weight = next((name for name in names if name.casefold() in WEIGHTS and name not in (one, other)), None)
    return _Raw(
        _column(table, names, one, where),
        _column(table, names, other, where),
        None if weight is None else _column(table, names, weight, where),
        None if time is None else _column(table, names, time, where),
        names=(f"column {one!r}", f"column {other!r}"),
    )


def check_end_names(source: str | None, target: str | None, what: str = "edges") -> None:
    """Raise `ConfigError` unless both columns of the ends are named, and differ, or neither is named.

    Args:
        source: the column of one end, as a user names it.
        target: the other.
        what: the table holds, for messages.

    Example:
        >>> check_end_names("id", "id")
        Traceback (most recent call last):
        gnn2mlp.core.errors.ConfigError: source, target: expected two columns of the edges, got 'id' for both ends
    """
    if (source is None) != (target is None):
        raise ConfigError(f"source, target: expected both columns of the {what}, or neither, got one of them")
    if source is not None and source == target:
        raise ConfigError(f"source, target: expected two columns of the {what}, got {source!r} for both ends")


def end_columns(names: Sequence[str], where: str = "edges") -> tuple[str, str]:
    """The columns of the two ends of edges: by what they are called, else the first two.

    Args:
        names: of all columns of a table of edges.
        where: what holds them, for messages.

    Raises:
        DataError: for fewer than two columns.

    Example:
        >>> end_columns(["since", "To", "From"])
        ('From', 'To')
    """
    folded = {name.casefold(): name for name in names}
    for one, other in ENDS:
        if one in folded and other in folded:
            return folded[one], folded[other]
    if len(names) < 2:
        raise DataError(
            f"{where}: expected a column of ids for each end of an edge, got {listing([*map(repr, names)])}"
        )
    return names[0], names[1]


def _column(table: Any, names: tuple[str, ...], name: str, where: str) -> Any:
    if name not in names:
        raise DataError(
            f"{where}: expected a column {name!r}{nearest(name, names)} (columns: {listing([*map(repr, names)])})"
        )
    return table[name]


def _of_pairs(edges: Any, where: str) -> _Raw:
    """An array (2, edges), or (edges, 2); a list of pairs keeps its ids as they are."""
    if isinstance(edges, list | tuple):
        pairs = list(edges)
        if any(isinstance(pair, Mapping) or hasattr(pair, "_atlas") for pair in pairs):
            raise DataError(
                f"{where}: expected two ids an edge, got neighbours by node, as a cut networkx graph gives them: "
                "scikit-learn's cross-validation cuts whatever is as long as X; give nx.to_pandas_edgelist(graph)"
            )
        if len(pairs) != 2 and all(isinstance(pair, list | tuple) and len(pair) == 2 for pair in pairs):
            return _Raw([one for one, _ in pairs], [other for _, other in pairs])
        if len(pairs) == 2 and all(hasattr(end, "__len__") for end in pairs) and len(pairs[0]) == len(pairs[1]):
            return _Raw(pairs[0], pairs[1])
    found = _plain(edges, where)
    if found.ndim == 2 and found.shape[0] != 2 and found.shape[1] == 2:
        found = found.T
    if found.ndim != 2 or found.shape[0] != 2:
        raise DataError(
            f"{where}: expected a table with two columns of ids, an array (2, edges) or (edges, 2), a networkx graph, "
            f"a scipy adjacency or a PyG Data, got {type(edges).__name__}"
            f"{f' of shape {found.shape}' if found.ndim else ''}"
        )
    return _Raw(found[0], found[1])


def _plain(edges: Any, where: str) -> np.ndarray:
    try:
        return np.asarray(edges.detach().cpu() if hasattr(edges, "detach") else edges)
    except ValueError as error:  # rows of different lengths
        raise DataError(f"{where}: expected two ids an edge, got no array ({error})") from error


def _row_numbers(end: Any, num_nodes: int, where: str) -> np.ndarray:
    rows = np.asarray(end)
    if rows.size and (rows.dtype.kind not in "iu" or rows.min() < 0 or rows.max() >= num_nodes):
        raise DataError(
            f"{where}: expected row numbers of {num_nodes} nodes, got {rows.dtype} from {rows.min()} to {rows.max()}; "
            "give edges and nodes of the same graph"
        )
    return rows.astype(np.int64, copy=False)


def _weights(raw: _Raw, index: np.ndarray, ids: NodeIds, where: str) -> np.ndarray:
    """float32 (given,) above 0."""
    weight, given = raw.weight, index.shape[1]
    try:
        values = np.asarray(weight.detach().cpu() if hasattr(weight, "detach") else weight, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise DataError(f"{where}: expected a number as weight of each edge, got others: {error}") from error
    if values.shape != (given,):
        raise DataError(f"{where}: expected a weight for each of {given} edges, got shape {values.shape}")
    with np.errstate(over="ignore"):
        single = values.astype(np.float32)
    wrong = np.flatnonzero(~(np.isfinite(single) & (single > 0)))
    if wrong.size:
        raise DataError(
            f"{where}: expected finite weights above 0, got {values[wrong[0]]} {_edge(raw, index, ids, int(wrong[0]))}"
            f"{f' and {wrong.size - 1} more' if wrong.size > 1 else ''}; fill gaps, and leave out edges that are none"
        )
    return single


def _edge(raw: _Raw, index: np.ndarray, ids: NodeIds, row: int) -> str:
    """An edge by the ids of its ends, which a user can look up, and by where it is."""
    ends = zip((raw.source, raw.target), index[:, row].tolist(), strict=True)
    one, other = (ids.shown(node) if node >= 0 else _shown(_at(end, row)) for end, node in ends)
    return f"from {one} to {other}, in row {row}"

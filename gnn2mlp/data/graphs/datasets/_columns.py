"""Columns of the tables of a set of graphs: ids, what is known of nodes and edges, and labels."""

from collections.abc import Callable, Collection, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from gnn2mlp.core.errors import DataError, listing, nearest
from gnn2mlp.core.parquet import is_category, is_numeric, one_array, open_table, pyarrow_modules, reading
from gnn2mlp.tables.ids import Ids
from gnn2mlp.tables.reading import Types, read_table
from gnn2mlp.tables.schema import pandas_index
from gnn2mlp.tables.targets import without_empty
from gnn2mlp.tasks import GraphClassification, GraphMultiTask, Task

MISSING = "missing"
"""The category of a gap, in a column of text."""


class Fields(NamedTuple):
    """What is known of each row of a table.

    Args:
        codes: int64 (rows, fields), or `None`.
        categories: by field, what its codes stand for, in their order.
        features: float32 (rows, features), or `None`.
        feature_names: one per feature.
    """

    codes: np.ndarray | None
    categories: dict[str, list[Any]]
    features: np.ndarray | None
    feature_names: list[str]

    @property
    def sizes(self) -> list[int] | None:
        """How many categories each field has."""
        return [len(values) for values in self.categories.values()] or None


class GraphTable(NamedTuple):
    """One of the tables, of which a column at a time is held where it is a Parquet file.

    Args:
        path: of the file.
        rows: number of them.
        columns: their names.
        read: gives a column by its name, a chunked array of Arrow.
        of_pandas: those of the columns that pandas wrote of a frame's index.
    """

    path: Path
    rows: int
    columns: list[str]
    read: Callable[[str], Any]
    of_pandas: frozenset[str] = frozenset()

    @classmethod
    def open(cls, path: Path, types: Types | None = None) -> "GraphTable":
        """The table at `path`: Parquet, or any other that `gnn2mlp.tables` reads.

        Args:
            path: of the file.
            types: of columns of a CSV file, as `gnn2mlp.tables.reading.read_table` takes them.

        Raises:
            DataError: if there is none.
            ArtefactError: if it cannot be read as what its name says.
        """
        if not path.exists():
            raise DataError(
                f"expected the table {path}, found none; a set of graphs is a folder with graphs.parquet, "
                "nodes.parquet and edges.parquet"
            )
        if path.suffix != ".parquet" or path.is_dir():
            table = read_table(path, str(path), types)
            index = frozenset(pandas_index(table.schema))
            return cls(path, table.num_rows, table.column_names, lambda name: table[name], index)
        file = open_table(path)
        names, index = list(file.schema_arrow.names), frozenset(pandas_index(file.schema_arrow))
        return cls(path, int(file.metadata.num_rows), names, lambda name: file.read(columns=[name])[name], index)

    def column(self, name: str) -> Any:
        """A column as one array of Arrow.

        Raises:
            DataError: if there is none of this name.
        """
        if name not in self.columns:
            raise DataError(
                f"{self.path}: expected a column {name!r}{nearest(name, self.columns)}, got {listing(self.columns)}; "
                "name the one that is meant"
            )
        with reading(self.path):
            return one_array(self.read(name))

    def ids(self, name: str) -> Any:
        """A column of ids, none of them missing or given twice.

        Raises:
            DataError: if one is.
        """
        arrow, _ = pyarrow_modules()
        values = _exact(_plain(self.column(name)), f"{self.path}: {name}")
        if values.null_count:
            raise DataError(f"{self.path}: {name}: expected an id in every row, got {values.null_count} gaps")
        if len(arrow.compute.unique(values)) != len(values):
            counts = arrow.compute.value_counts(values).to_pylist()
            twice = [str(each["values"]) for each in counts if each["counts"] > 1]
            raise DataError(f"{self.path}: {name}: expected each id once, got {listing(twice)} more than once")
        return values

    def places(self, name: str, among: Any, where: str) -> np.ndarray:
        """int64 (rows,): the place of each value of a column among ids.

        Raises:
            DataError: for a value that is not there, naming up to five; `where` says where that would be.
        """
        arrow, _ = pyarrow_modules()
        values = _exact(_plain(self.column(name)), f"{self.path}: {name}")
        try:
            found = arrow.compute.index_in(values.cast(among.type), value_set=among)
        except arrow.ArrowException as error:
            raise DataError(
                f"{self.path}: {name}: expected ids of type {among.type}, as {where} has them, got {values.type}"
            ) from error
        if found.null_count:
            lost = arrow.compute.unique(values.filter(found.is_null())).to_pylist()
            raise DataError(f"{self.path}: {name}: expected ids of {where}, got {listing(list(map(str, lost)))}")
        return np.asarray(found.to_numpy(zero_copy_only=False), dtype=np.int64)

    def rows_of_pairs(self, graph: np.ndarray, name: str = "node") -> "NodeRows":
        """Where each node is in this table, which is that of nodes, given the graph of each row.

        Args:
            graph: int64 (rows,), number of the graph of each row.
            name: the column of ids of nodes.

        Raises:
            DataError: if a node is given twice in a graph.
        """
        arrow, _ = pyarrow_modules()
        values = _exact(_plain(self.column(name)), f"{self.path}: {name}")
        different = arrow.compute.unique(values)
        keys = graph * len(different) + self.places(name, different, self.path.name)
        order = keys.argsort(kind="stable")
        if len(twice := np.flatnonzero(np.diff(keys[order]) == 0)):
            row = order[twice[0] + 1]
            raise DataError(
                f"{self.path}: expected each node of a graph once, got node {values[int(row)]} twice in one graph (row "
                f"{row}), and {len(twice) - 1} more"
            )
        return NodeRows(self.path.name, different, keys[order], order)

    def fields(self, leave: Collection[str], numeric: Sequence[str]) -> Fields:
        """What the other columns say of each row; an index that pandas wrote says nothing.

        Args:
            leave: columns that say nothing of it.
            numeric: columns of whole numbers that are features.

        Raises:
            DataError: for a column of another type, or a numeric one that there is not.
        """
        if unknown := [name for name in numeric if name not in self.columns]:
            raise DataError(
                f"{self.path}: expected the numeric columns {listing(unknown)}, got {listing(self.columns)}"
            )
        codes, categories, features, names = [], {}, [], []
        for name in self.columns:
            if name in leave or name in self.of_pandas:
                continue
            values = self.column(name)
            if name in numeric or _is_real(values.type):
                _check_numbers(values, f"{self.path}: {name}")
                features.append(values.to_numpy(zero_copy_only=False).astype(np.float32))
                names.append(name)
            else:
                own, categories[name] = _codes(values, f"{self.path}: {name}")
                codes.append(own)
        return Fields(
            np.stack(codes, axis=1) if codes else None,
            categories,
            np.stack(features, axis=1) if features else None,
            names,
        )


class NodeRows(NamedTuple):
    """Rows of nodes by graph and id.

    Args:
        where: name of their table.
        ids: the different ids, of Arrow.
        keys: int64 (nodes,), ascending: graph · number of ids + place of the id.
        order: the row of each key.
    """

    where: str
    ids: Any
    keys: np.ndarray
    order: np.ndarray

    def find(self, graph: np.ndarray, edges: GraphTable, end: str) -> np.ndarray:
        """int64 (edges,): the row of the node at one end of each edge.

        Raises:
            DataError: for a node that its graph does not have.
        """
        keys = graph * len(self.ids) + edges.places(end, self.ids, self.where)
        place = np.searchsorted(self.keys, keys).clip(max=max(len(self.keys) - 1, 0))
        if len(lost := np.flatnonzero(self.keys[place] != keys) if len(self.keys) else np.arange(len(keys))):
            row = int(lost[0])
            raise DataError(
                f"{edges.path}: {end}: expected nodes of the edge's own graph, got node {edges.column(end)[row]} in "
                f"row {row}, which {self.where} does not have in that graph, and {len(lost) - 1} more"
            )
        found: np.ndarray = self.order[place]
        return found


def labels_of(graphs: GraphTable, label: str | Sequence[str], metric: str | None) -> tuple[Task, np.ndarray]:
    """The task of one column of classes, or several of yes and no, and its labels.

    Raises:
        DataError: for values that are neither.
    """
    chosen: dict[str, Any] = {} if metric is None else {"metric": metric}
    if isinstance(label, str) or len(label) == 1:
        column = label if isinstance(label, str) else label[0]
        where = f"{graphs.path}: {column}"
        codes, classes = _codes(_classes(_plain(graphs.column(column)), where), where, gap=None)
        return GraphClassification(classes, **chosen), codes
    columns = [graphs.column(name) for name in label]
    for name, values in zip(label, columns, strict=True):
        if is_category(values.type):
            raise DataError(f"{graphs.path}: {name}: several labels are given as 1 and 0, empty for unknown, got text")
    values = [column.cast("float64").to_numpy(zero_copy_only=False) for column in map(_numbers, columns)]
    return GraphMultiTask(list(label), **chosen), np.stack(values, axis=1)


def _check_numbers(values: Any, where: str) -> None:
    """Raise `DataError` for what is no number, or where one is missing."""
    if not is_numeric(values.type):
        raise DataError(f"{where}: expected numbers, got {values.type}; convert them, or read them as categories")
    if gaps := values.null_count:
        raise DataError(f"{where}: expected a number in every row, got {gaps:,} gaps; fill them in, or leave it out")


def _classes(values: Any, where: str) -> Any:
    """Labels with a gap in place of empty texts, and as whole numbers where gaps have made floats of these."""
    arrow, _ = pyarrow_modules()
    if is_category(values.type):
        return without_empty(values)
    if not _is_real(values.type):
        return values
    numbers = values.to_numpy(zero_copy_only=False)
    wrong = np.flatnonzero(~np.isnan(numbers) & (numbers != np.trunc(numbers)))
    if len(wrong):
        raise DataError(f"{where}: expected classes, got numbers with decimals such as {numbers[wrong[0]]:g}")
    return arrow.array(numbers, from_pandas=True).cast(arrow.int64())


def _exact(values: Any, where: str) -> Any:
    """Ids as they are, but whole numbers where gaps elsewhere have made floats of them.

    Raises:
        DataError: for fractions, and for floats that stand for several whole numbers.
    """
    if not _is_real(values.type) or values.null_count:
        return values
    return Ids.of(values.type, where).read(pyarrow_modules()[0].chunked_array([values]), where)


def _numbers(values: Any) -> Any:
    """Booleans as whole numbers."""
    arrow, _ = pyarrow_modules()
    return values.cast(arrow.int8()) if arrow.types.is_boolean(values.type) else values


def _codes(values: Any, where: str, gap: Any = MISSING) -> tuple[np.ndarray, list[Any]]:
    """Codes int64 (rows,) of a column, and what they stand for, in the order of the values.

    A gap has the last code if `gap` says what it is called, else -1; a text that is so called is a gap.
    """
    arrow, _ = pyarrow_modules()
    plain = _plain(values)
    if not _can_be_codes(plain.type):
        expected = "as categories, or real numbers as features" if gap is not None else "as classes"
        advice = ", or leave it out: dataset.ignore, of a fit --column NAME:drop" if gap is not None else ""
        raise DataError(
            f"{where}: expected text, whole numbers or booleans {expected}, got {plain.type}; convert it{advice}"
        )
    if gap is not None and arrow.types.is_large_string(plain.type):
        plain = arrow.compute.if_else(arrow.compute.equal(plain, gap), arrow.scalar(None, plain.type), plain)
    encoded = plain.dictionary_encode()
    known = encoded.dictionary.to_pylist()
    order = sorted(range(len(known)), key=known.__getitem__)
    place = np.empty(len(known) + 1, dtype=np.int64)
    place[order] = np.arange(len(known))
    place[-1] = -1 if gap is None else len(known)
    codes = place[encoded.indices.fill_null(len(known)).to_numpy(zero_copy_only=False)]
    found = [known[number] for number in order]
    return codes, [*found, gap] if gap is not None and plain.null_count else found


def _plain(values: Any) -> Any:
    """A column without a dictionary of its own, and text in one type."""
    arrow, _ = pyarrow_modules()
    if arrow.types.is_dictionary(values.type):
        values = values.dictionary_decode()
    return values.cast(arrow.large_string()) if is_category(values.type) else values


def _is_real(kind: Any) -> bool:
    return bool(pyarrow_modules()[0].types.is_floating(kind))


def _can_be_codes(kind: Any) -> bool:
    types = pyarrow_modules()[0].types
    return bool(types.is_large_string(kind) or types.is_integer(kind) or types.is_boolean(kind))

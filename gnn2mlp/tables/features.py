"""A Parquet table of features: its rows in batches, as numbers."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple, get_args

import numpy as np
import torch
from torch import Tensor

from gnn2mlp.core.errors import DataError
from gnn2mlp.core.parquet import distinct, one_array, open_table, pyarrow_modules, read_batches
from gnn2mlp.knowledge.arrow import to_tensor
from gnn2mlp.tables.classes import UNLABELLED, Classes, LabelKind
from gnn2mlp.tables.columns import Column, FeatureColumns, one_hot
from gnn2mlp.tables.ids import Ids
from gnn2mlp.tables.schema import ColumnNames, schema_of
from gnn2mlp.tables.table import Role

# What a row is there for, in the order of their codes.
ROLES: tuple[Role, ...] = get_args(Role)
# A column of more different texts is no category, but a text or an id.
MAX_CATEGORIES = 50


class FeatureBatch(NamedTuple):
    """Some rows: ids as `Ids.read` gives them, x float32 (rows, features), labels int64 (rows,), roles int8 (rows,)."""

    ids: Any
    x: Tensor
    labels: np.ndarray
    roles: np.ndarray


class FeatureTable:
    """An open table of features.

    Beside ids, and perhaps labels and roles (`train`, `valid` or `test`, where null stands for `train`), it has either
    `features`, lists of numbers of equal length, or a column for each feature: numbers, booleans, or texts of at most
    `MAX_CATEGORIES` different values. What pandas writes of an index is left out.

    Args:
        path: of the Parquet file.
        names: what the user says of its columns.

    Raises:
        ConfigError: if pyarrow is not installed, or the user names a column that is not there.
        ArtefactError: if the file is missing or damaged.
        DataError: if its columns are not these, or one looks as if it were no feature.
    """

    def __init__(self, path: Path, names: ColumnNames | None = None):
        self.path = path
        self._file = open_table(path)
        self.schema = schema_of(self._file.schema_arrow, names or ColumnNames(), path)
        self.ids = Ids.of(self._type(self.schema.id), f"{path}: column {self.schema.id!r}")
        self.columns = FeatureColumns(self._with_categories(self.schema.features))

    @property
    def rows(self) -> int:
        """How many rows there are."""
        return int(self._file.metadata.num_rows)

    @property
    def has_roles(self) -> bool:
        """Whether the table says what a row is there for."""
        return self.schema.role is not None

    @property
    def label_kind(self) -> LabelKind | None:
        """Of what kind labels are; `None` if there are none."""
        if self.schema.label is None:
            return None
        return LabelKind.of(self._type(self.schema.label), self._where(self.schema.label))

    def batches(self, classes: Classes, ids: Ids | None = None) -> Iterator[FeatureBatch]:
        """Consecutive rows, at least one batch.

        Args:
            classes: what labels mean.
            ids: as what ids are compared; default: what the column holds.

        Raises:
            DataError: for gaps, values that are not finite, unknown labels or roles.
        """
        schema, kind = self.schema, ids or self.ids
        extra = [name for name in (schema.label, schema.role) if name is not None]
        wanted = [schema.id, *(column.name for column in schema.features), *extra]
        met: set[int | None] = set()
        for table in read_batches(self._file, self.path, wanted):
            read = kind.read(table.column(schema.id), self._where(schema.id))
            labels, roles = np.full(len(read), UNLABELLED), np.zeros(len(read), dtype=np.int8)
            if schema.label is not None:
                column = table.column(schema.label)
                labels = classes.encode(column, self._where(schema.label))
                met |= set(np.unique(labels).tolist())
                met |= {None} if column.null_count else set()
            if schema.role is not None:
                roles = self._roles(table.column(schema.role), schema.role)
            yield FeatureBatch(read, self._features(table, kind, read), labels, roles)
        if met == {UNLABELLED, 1}:
            self._check_classes()

    def distinct_labels(self) -> list[Any]:
        """The different labels of the table, ascending; what stands for none is none of them."""
        found: set[Any] = set()
        if self.schema.label is not None:
            for table in read_batches(self._file, self.path, [self.schema.label]):
                found.update(value for value in distinct(table.column(self.schema.label))[0] if value is not None)
        if all(isinstance(value, str | bool) for value in found):
            return sorted(found)
        numbers = [value for value in found if value == value]  # a gap may be written as NaN
        if wrong := [value for value in numbers if int(value) != value]:
            raise DataError(f"{self.path}: expected classes as labels, got numbers such as {wrong[0]}")
        return sorted({int(value) for value in numbers} - {UNLABELLED})

    def answers(self, classes: Classes) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """Labels int64 (rows,) and codes of roles int8 (rows,) of consecutive rows, without their features.

        Args:
            classes: what labels mean.

        Raises:
            DataError: for unknown labels or roles.
        """
        names = [name for name in (self.schema.label, self.schema.role) if name is not None]
        for table in read_batches(self._file, self.path, names) if names else ():
            labels, roles = np.full(table.num_rows, UNLABELLED), np.zeros(table.num_rows, dtype=np.int8)
            if self.schema.label is not None:
                labels = classes.encode(table.column(self.schema.label), self._where(self.schema.label))
            if self.schema.role is not None:
                roles = self._roles(table.column(self.schema.role), self.schema.role)
            yield labels, roles

    def rows_alone(self) -> Iterator[tuple[Any, np.ndarray]]:
        """Ids as the file has them, an arrow array, and float32 (rows, features), of consecutive rows: labels are left.

        Raises:
            DataError: for gaps, or values that are not finite.
        """
        wanted = [self.schema.id, *(column.name for column in self.schema.features)]
        for table in read_batches(self._file, self.path, wanted):
            ids = one_array(table.column(self.schema.id))
            read = self.ids.read(table.column(self.schema.id), self._where(self.schema.id))
            yield ids, self._features(table, self.ids, read).numpy()

    def _check_classes(self) -> None:
        """Raise `DataError` if labels, which are -1 and 1 alone, are integers: in floats a gap is read alike."""
        label = self.schema.label
        if label is not None and pyarrow_modules()[0].types.is_integer(self._type(label)):
            raise DataError(
                f"{self._where(label)}: labels are -1 and 1 alone; -1 means that there is none, which leaves one "
                "class: for two classes write 0 and 1, or booleans; leave a gap where a label is not known"
            )

    def _features(self, table: Any, kind: Ids, ids: Any) -> Tensor:
        parts = [self._values(column, table.column(column.name)) for column in self.columns.columns]
        x = parts[0] if len(parts) == 1 else torch.cat(parts, dim=1)
        finite = torch.isfinite(x).all(dim=1)
        if not finite.all():
            first = kind.shown(ids.slice(int((~finite).nonzero()[0])))
            raise DataError(
                f"{self.path}: features must be finite, got NaN or infinity (first: node {first}); impute or drop them"
            )
        return x

    def _values(self, column: Column, values: Any) -> Tensor:
        """Float32 (rows, features) of one column."""
        if column.kind == "category":
            return torch.from_numpy(one_hot(column, *distinct(_texts(values)), self._where(column.name)))
        if column.kind == "boolean":
            values = values.cast(pyarrow_modules()[0].int8())
        x = to_tensor(values, column.name, torch.float32, column.kind == "list", self.path)
        return x if column.kind == "list" else x[:, None]

    def _with_categories(self, columns: tuple[Column, ...]) -> tuple[Column, ...]:
        """The same, each category with its values in the table."""
        found: dict[str, set[str]] = {column.name: set() for column in columns if column.kind == "category"}
        for table in read_batches(self._file, self.path, list(found)) if found else ():
            for name, values in found.items():
                values.update(value for value in _texts(table.column(name)).unique().to_pylist() if value is not None)
                self._check_category(name, values)
        return tuple(
            replace(column, categories=tuple(sorted(found[column.name]))) if column.name in found else column
            for column in columns
        )

    def _check_category(self, name: str, values: set[str]) -> None:
        if len(values) > MAX_CATEGORIES:
            raise DataError(
                f"{self._where(name)}: expected a category of at most {MAX_CATEGORIES} different values, got more, "
                f"such as {min(values)!r}; drop it, turn it into numbers, or leave it out of --columns"
            )

    def _roles(self, column: Any, name: str) -> np.ndarray:
        known, places = distinct(_texts(column))
        if unknown := sorted(set(known) - {*ROLES, None}):
            raise DataError(f"{self._where(name)}: expected {', '.join(ROLES)} or null, got {unknown[0]!r}")
        meaning = np.array([ROLES.index(value or "train") for value in known], dtype=np.int8)
        return np.asarray(meaning[places])

    def _type(self, name: str) -> Any:
        return self._file.schema_arrow.field(name).type

    def _where(self, name: str) -> str:
        return f"{self.path}: column {name!r}"


def _texts(column: Any) -> Any:
    """A column as texts, whether its values were numbered beforehand or not."""
    return column.cast(pyarrow_modules()[0].string())

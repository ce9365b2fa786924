"""A Parquet table of features: which of its columns mean what, and its rows in pieces."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor

from gnn2mlp.core.errors import DataError
from gnn2mlp.knowledge._arrow import is_list, is_numeric, open_table, pieces, to_tensor
from gnn2mlp.knowledge.parquet import NODE_ID
from gnn2mlp.tables.classes import UNLABELLED, Classes

FEATURES, LABEL, ROLE = "features", "label", "role"
# What a row is there for, in the order of their codes.
ROLES = ("train", "valid", "test")


class Piece(NamedTuple):
    """Some rows: ids int64 (rows,), x float32 (rows, features), labels int64 (rows,), roles int8 (rows,)."""

    ids: Tensor
    x: Tensor
    labels: np.ndarray
    roles: np.ndarray


class FeatureTable:
    """An open table of features.

    Its columns are `node_id`; either `features`, lists of equal length, or a column of numbers for each feature; and
    perhaps `label` and `role`: `train`, `valid` or `test`, where null stands for `train`.

    Args:
        path: of the Parquet file.

    Raises:
        ConfigError: if pyarrow is not installed.
        ArtefactError: if the file is missing or damaged.
        DataError: if its columns are not these.
    """

    def __init__(self, path: Path):
        self.path = path
        self._file = open_table(path)
        schema = self._file.schema_arrow
        self.has_labels, self.has_roles = LABEL in schema.names, ROLE in schema.names
        columns = [name for name in schema.names if name not in (NODE_ID, LABEL, ROLE)]
        lists = FEATURES in columns and is_list(schema.field(FEATURES).type)
        wrong = [n for n in columns if (n != FEATURES if lists else not is_numeric(schema.field(n).type))]
        if NODE_ID not in schema.names or not columns or wrong:
            raise DataError(
                f"{path}: expected the column {NODE_ID} and either {FEATURES!r}, lists of numbers, or a column of "
                f"numbers for each feature; got {_described(schema, wrong or schema.names)}; rename or drop what is "
                "no feature"
            )
        self.names: tuple[str, ...] | None = None if lists else tuple(columns)
        self._columns = columns

    @property
    def rows(self) -> int:
        """How many rows there are."""
        return int(self._file.metadata.num_rows)

    def pieces(self, classes: Classes) -> Iterator[Piece]:
        """Consecutive rows, at least one piece.

        Args:
            classes: what labels mean.

        Raises:
            DataError: for gaps, values that are not finite, unknown labels or roles.
        """
        extra = [name for name in (LABEL, ROLE) if name in self._file.schema_arrow.names]
        for table in pieces(self._file, self.path, [NODE_ID, *self._columns, *extra]):
            ids = to_tensor(table.column(NODE_ID), NODE_ID, torch.int64, False, self.path)
            labels = (
                classes.encode(table.column(LABEL), f"{self.path}: column {LABEL!r}")
                if self.has_labels
                else np.full(len(ids), UNLABELLED)
            )
            roles = self._roles(table.column(ROLE)) if self.has_roles else np.zeros(len(ids), dtype=np.int8)
            yield Piece(ids, self._features(table, ids), labels, roles)

    def _features(self, table: Any, ids: Tensor) -> Tensor:
        if self.names is None:
            x = to_tensor(table.column(FEATURES), FEATURES, torch.float32, True, self.path)
        else:
            columns = (to_tensor(table.column(name), name, torch.float32, False, self.path) for name in self.names)
            x = torch.stack(list(columns), dim=1)
        finite = torch.isfinite(x).all(dim=1)
        if not finite.all():
            raise DataError(
                f"{self.path}: features must be finite, got NaN or infinity (first: node {int(ids[~finite][0])}); "
                "impute or drop them"
            )
        return x

    def _roles(self, column: Any) -> np.ndarray:
        codes = column.combine_chunks().dictionary_encode()
        known = codes.dictionary.to_pylist()
        if unknown := sorted(set(map(str, known)) - set(ROLES)):
            raise DataError(f"{self.path}: column {ROLE!r}: expected {', '.join(ROLES)} or null, got {unknown[0]!r}")
        meaning = np.array([ROLES.index(value) for value in known] + [0], dtype=np.int8)
        return np.asarray(meaning[codes.indices.fill_null(len(known)).to_numpy(zero_copy_only=False)])


def _described(schema: Any, names: list[str]) -> str:
    return ", ".join(f"{name} ({schema.field(name).type})" for name in names[:5]) or "no columns"

"""Columns of a table of nodes, as a student of whole graphs reads them. Needs pyarrow (extra `parquet`), no torch."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from gnn2mlp.core.errors import ConfigError, DataError, listing, nearest
from gnn2mlp.core.parquet import is_category, is_numeric, pyarrow_modules
from gnn2mlp.deploy.node_fields import GAP, NodeFields
from gnn2mlp.deploy.row_reader import column_of


class Values(NamedTuple):
    """What is known of some nodes.

    Args:
        codes: int64 (nodes, fields), or `None`; -1 is what no node of training was.
        features: float32 (nodes, features), or `None`.
        bad: bool (nodes,), which have a number that is missing, NaN or infinite.
    """

    codes: np.ndarray | None
    features: np.ndarray | None
    bad: np.ndarray


class NodeColumns:
    """From batches of Arrow to what a student reads of nodes, by the names of the columns of training.

    Args:
        fields: what a node has, each by a name.

    Raises:
        ConfigError: if what the student reads has no names.

    Example:
        >>> import pyarrow as pa
        >>> columns = NodeColumns(NodeFields((2,), names=("element",), categories={"element": ("C", "O")}))
        >>> columns.read(pa.table({"element": ["O", "N"]}), "nodes").codes.tolist()  # no N in training
        [[1], [-1]]
    """

    def __init__(self, fields: NodeFields):
        self.fields = fields
        self.names: tuple[str, ...] = (*fields.names, *(fields.feature_names or ()))
        if len(self.names) != len(fields.code_sizes) + fields.features:
            raise ConfigError(
                "this model was trained on arrays, whose columns have no names, and cannot read a table; give it "
                "arrays: predict([codes of a graph, ...])"
            )

    def check(self, schema: Any, where: str) -> None:
        """Raise `DataError` if a table of nodes lacks a column, or one is of another type than in training."""
        if missing := [name for name in self.names if name not in schema.names]:
            told = listing([f"{name!r}{nearest(name, schema.names)}" for name in missing])
            raise DataError(
                f"{where}: expected the columns that the model reads of a node, {listing(list(self.names), 20)}; "
                f"missing {told}"
            )
        for name in self.fields.names:
            self._check_category(name, schema.field(name).type, where)
        for name in self.fields.feature_names or ():
            if not is_numeric(kind := schema.field(name).type):
                raise DataError(f"{where}: {name}: expected numbers, as in training, got {kind}; convert them")

    def _check_category(self, name: str, kind: Any, where: str) -> None:
        known = [value for value in self.fields.categories.get(name, (0,)) if value != GAP] or [GAP]
        types = pyarrow_modules()[0].types
        texts, truths = isinstance(known[0], str), isinstance(known[0], bool)
        if is_category(kind) if texts else types.is_boolean(kind) if truths else is_numeric(kind):
            return
        expected = "texts" if texts else "truth values" if truths else "whole numbers"
        raise DataError(
            f"{where}: {name}: expected {expected}, as in training (such as {known[0]!r}), got {kind}; convert them"
        )

    def read(self, batch: Any, where: str) -> Values:
        """Codes and features of the rows of a record batch or table.

        Raises:
            DataError: as `check`.
        """
        self.check(batch.schema, where)
        codes = [self._coded(name, size, column_of(batch, name), where) for name, size in self._sizes()]
        numbers = [_numbers(column_of(batch, name)) for name in self.fields.feature_names or ()]
        features = np.stack(numbers, axis=1) if numbers else None
        bad = np.zeros(batch.num_rows, bool) if features is None else ~np.isfinite(features).all(axis=1)
        return Values(np.stack(codes, axis=1) if codes else None, features, bad)

    def _sizes(self) -> Sequence[tuple[str, int]]:
        return list(zip(self.fields.names, self.fields.code_sizes, strict=True))

    def _coded(self, name: str, size: int, column: Any, where: str) -> np.ndarray:
        """int64 (nodes,): the code of each value; of a gap that of its own category, if training had one."""
        known = self.fields.categories.get(name, range(size))
        arrow, _ = pyarrow_modules()
        if arrow.types.is_dictionary(column.type):
            column = column.dictionary_decode()
        if arrow.types.is_floating(column.type):
            column = _whole(column, f"{where}: {name}")
        has_gap = bool(len(known)) and known[-1] == GAP
        plain = [*known][:-1] if has_gap and not is_category(column.type) else [*known]
        among = arrow.array(_held(plain, column.type)).cast(column.type, safe=False)
        codes = arrow.compute.index_in(column, value_set=among, skip_nulls=True)
        found: np.ndarray = codes.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64)
        if has_gap and column.null_count:
            found[column.is_null().to_numpy(zero_copy_only=False)] = len(known) - 1
        return found


def _held(values: Sequence[Any], kind: Any) -> Sequence[Any]:
    """Values, and `None` for those that a column of this type cannot hold: cast to it they would be others."""
    if not pyarrow_modules()[0].types.is_integer(kind):
        return values
    limits = np.iinfo(kind.to_pandas_dtype())
    return [value if limits.min <= value <= limits.max else None for value in values]


def _whole(column: Any, where: str) -> Any:
    """Whole numbers of a column of real ones, which pandas makes of them where there is a gap."""
    arrow, _ = pyarrow_modules()
    try:
        return arrow.compute.if_else(arrow.compute.is_nan(column), None, column).cast(arrow.int64())
    except arrow.ArrowInvalid as error:
        raise DataError(f"{where}: expected whole numbers, as in training, got others: {error}") from error


def _numbers(column: Any) -> np.ndarray:
    """Float32 (nodes,), NaN for a gap."""
    if column.null_count:
        column = column.cast(pyarrow_modules()[0].float64(), safe=False)
    with np.errstate(over="ignore"):
        found: np.ndarray = column.to_numpy(zero_copy_only=False).astype(np.float32)
    return found

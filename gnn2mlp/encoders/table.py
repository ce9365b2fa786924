"""A whole table as features: each column by its encoder, chosen by what it holds or named by the user."""

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from gnn2mlp.core.errors import ConfigError, DataError, DataWarning, listing, nearest
from gnn2mlp.core.showing import short_repr
from gnn2mlp.core.spec import Spec
from gnn2mlp.encoders._base import ENCODERS, ColumnEncoder
from gnn2mlp.encoders._choice import Choice, choose
from gnn2mlp.encoders._sparse import SparseRows
from gnn2mlp.encoders._stacking import is_mostly_zero, stacked
from gnn2mlp.encoders.raw_table import RawTable, check_columns
from gnn2mlp.encoders.values import Kind, Other, Values

FORMAT = 1
# So many observed rows say whether most features are 0.
_LOOKED_AT = 1000


@dataclass(frozen=True)
class EncodedColumn:
    """What became of a column.

    Args:
        name: of the column.
        dtype: what the library calls its type.
        kind: what it holds; `None` where there was no value, or none that can be read.
        encoder: what reads it, fitted.
        gaps: how many observed rows had no value.
        width: how many features it gives.
        reason: in a few words, why it is read like this.
    """

    name: str
    dtype: str
    kind: Kind | None
    encoder: ColumnEncoder
    gaps: int
    width: int
    reason: str

    __repr__ = short_repr

    @property
    def dropped(self) -> bool:
        """Whether it gives no feature, and may be absent when the student answers."""
        return self.encoder.name == "drop"


class TableEncoder:
    """Features of a table with columns of any type: numbers, truth values, categories, dates, lists, texts, vectors.

    A table is a data frame of pandas or polars, an Arrow table, a mapping from names to columns, or rows as mappings
    (one mapping of plain values is one row). What a column is, and what its encoder learns, is told by the observed
    rows alone. Where most features are 0, rows are scipy's CSR.

    Args:
        columns: encoders by column, where another one is wanted than what the column's values suggest: `"log"`,
            `{"name": "category", "most": 20}`, a `Spec`, or an object. `"drop"` leaves a column out.

    Attributes:
        columns: what became of each column, in the table's order, dropped ones included.

    Example:
        >>> table = {"likes": [10, 20, 60], "kind": ["shop", "bar", "shop"], "since": ["2019-05-01"] * 3}
        >>> encoder = TableEncoder({"likes": "log"}).fit(table)
        >>> [(column.name, column.encoder.name, column.reason) for column in encoder.columns]
        [('likes', 'log', 'as stated'), ('kind', 'category', '2 different values'), ('since', 'drop', "always ...")]
        >>> encoder.transform({"kind": "bar", "likes": 20}).shape
        (1, 3)
    """

    columns: tuple[EncodedColumn, ...]
    is_sparse: bool

    def __init__(self, columns: Mapping[str, str | Mapping[str, Any] | Spec | ColumnEncoder] | None = None):
        self.stated = dict(columns or {})

    def fit(self, table: Any, rows: Any = None, ids: Any = None) -> Self:
        """Choose encoders and fit them.

        Args:
            table: as above.
            rows: numbers of the observed rows (or a mask of them); default: all. No other row has any influence.
            ids: of all rows of the table, for messages.

        Raises:
            ConfigError: for a stated column that is not there, an unknown encoder, or one that cannot read its column.
            DataError: if no row is observed, a column mixes numbers with texts, no feature is left, and the like.
        """
        raw = RawTable(table)
        observed = _observed(rows, raw.rows)
        self._check_stated(raw)
        fitted = [self._fit_column(raw, name, ids, observed) for name in raw.names]
        self.columns = tuple(fitted)
        if not self.num_features:
            told = listing([f"{column.name!r} ({column.reason})" for column in fitted])
            raise DataError(f"table: expected at least one column that tells rows apart, got {told or 'no columns'}")
        some = np.arange(raw.rows) if observed is None else observed
        parts = self._parts(raw, ids, some[:: max(1, len(some) // _LOOKED_AT)])
        self.is_sparse = is_mostly_zero(parts, self.num_features)
        return self

    def _check_stated(self, raw: RawTable) -> None:
        for name in self.stated:
            if name not in raw.names:
                raise ConfigError(
                    f"columns: the table has no column {name!r}{nearest(name, raw.names)} (columns: "
                    f"{listing(raw.names, 10)})"
                )

    def _fit_column(self, raw: RawTable, name: str, ids: Any, observed: np.ndarray | None) -> EncodedColumn:
        stated = self.stated.get(name)
        if stated is not None and _built(stated).name == "drop":  # whatever it holds
            return EncodedColumn(name, raw.dtype(name), None, _built(stated), 0, 0, "as stated")
        values = raw.read(name, ids, observed)
        encoder, choice = self._encoder(values, name, stated)
        encoder.fit(values)
        if not encoder.width and encoder.name != "drop":
            choice = Choice("drop", f"nothing that the encoder {encoder.name!r} could count")
            encoder = _built("drop")
        if choice.warning:
            warnings.warn(f"column {name!r}: {choice.warning}", DataWarning, stacklevel=4)
        kind = values.kind
        return EncodedColumn(name, values.dtype, kind, encoder, int(values.gaps.sum()), encoder.width, choice.reason)

    def _encoder(self, values: Values, name: str, stated: Any) -> tuple[ColumnEncoder, Choice]:
        if stated is None:
            choice = choose(values, name)
            return _built(choice.encoder), choice
        encoder = _built(stated)
        if isinstance(values, Other) or (values.kind is not None and values.kind not in encoder.reads):
            able = [other for other, cls in ENCODERS.classes.items() if values.kind in cls.reads] or ["drop"]
            raise ConfigError(
                f"columns: the encoder {encoder.name!r} reads {', '.join(sorted(encoder.reads))}, and column {name!r} "
                f"holds {values.kind or 'something else'} ({values.dtype}); encoders that can read it: "
                f"{', '.join(able)}"
            )
        if values.kind is None:  # no value, of which there is nothing to learn
            return _built("drop"), Choice("drop", "no value in any observed row")
        return encoder, Choice(encoder.name, "as stated")

    def transform(self, table: Any, ids: Any = None, name: str = "table") -> Any:
        """Features of any rows, float32 (rows, num_features): numpy, or scipy's CSR where `is_sparse`.

        Columns may come in any order. Those that training dropped may be absent, and others, which training did not
        have, are not looked at. A category that was never seen is a row of zeros; `unseen` tells of them.

        Args:
            table: as above.
            ids: of its rows, for messages; default: the index of pandas, if it is no mere numbering.
            name: what the table is called in messages.

        Raises:
            DataError: for a column that is missing (the message names the nearest that is there), of another type than
                in training, or with an infinite number; the message names the row.
        """
        rows = self.rows(table, ids, name)
        return rows.to_scipy() if isinstance(rows, SparseRows) else rows

    def rows(self, table: Any, ids: Any = None, name: str = "table") -> np.ndarray | SparseRows:
        """What `transform` gives, without scipy, of whose objects a single row would have to wait."""
        raw = RawTable(table, name, quick=True)
        return stacked(self._parts(raw, ids), raw.rows, self.num_features, self.is_sparse)

    def _parts(self, raw: RawTable, ids: Any, rows: np.ndarray | None = None) -> list[Any]:
        """Features of each column that gives any."""
        check_columns(raw, self.column_names)
        parts = []
        for column in self._used:
            part = column.encoder._transform(self._read(raw, column, ids, rows))
            if isinstance(part, np.ndarray) and not np.isfinite(part).all():
                values, bad = raw.read(column.name, ids, rows), np.logical_or.reduce(~np.isfinite(part), axis=1)
                raise values.errors(
                    bad, lambda row: "the number is too large for a feature in single precision; mend it"
                )
            parts.append(part)
        return parts

    @staticmethod
    def _read(raw: RawTable, column: EncodedColumn, ids: Any, rows: np.ndarray | None = None) -> Values:
        return column.encoder.as_trained(raw.read(column.name, ids, rows), column.kind)

    @property
    def _used(self) -> list[EncodedColumn]:
        return [column for column in self.columns if column.width]

    def unseen(self, table: Any, ids: Any = None) -> dict[str, np.ndarray]:
        """Which rows hold a category that no observed row had, bool (rows,) by column; columns without are left out.

        Example:
            >>> encoder = TableEncoder().fit({"kind": ["shop", "bar", "shop"], "likes": [1, 5, 9]})
            >>> encoder.unseen({"kind": ["bar", "zoo"], "likes": [3, 4]})
            {'kind': array([False,  True])}
        """
        raw = RawTable(table)
        check_columns(raw, self.column_names)
        found = {column.name: column.encoder.unseen(self._read(raw, column, ids)) for column in self._used}
        return {name: rows for name, rows in found.items() if rows.any()}

    @property
    def column_names(self) -> tuple[str, ...]:
        """Names of the columns that are read, in the order of training."""
        return tuple(column.name for column in self._used)

    @property
    def feature_names(self) -> tuple[str, ...]:
        """Names of the features, each once."""
        names = [name for column in self._used for name in column.encoder.feature_names(column.name)]
        return _unique(names)

    @property
    def num_features(self) -> int:
        """How many features there are."""
        return sum(column.width for column in self.columns)

    def facts(self) -> dict[str, Any]:
        """What is to be known beside `state()` to make an equal encoder, JSON-able."""
        columns = [
            {
                **{key: getattr(column, key) for key in ("name", "dtype", "kind", "gaps", "reason")},
                "encoder": column.encoder.facts(),
            }
            for column in self.columns
        ]
        return {"format": FORMAT, "sparse": self.is_sparse, "columns": columns}

    def state(self) -> dict[str, np.ndarray]:
        """The numbers that encoders learnt, under the number of their column: `"0/mean"`."""
        return {
            f"{number}/{key}": array
            for number, column in enumerate(self.columns)
            for key, array in column.encoder.state().items()
        }

    @classmethod
    def of(cls, facts: Mapping[str, Any], state: Mapping[str, np.ndarray]) -> Self:
        """The encoder that gave these facts and this state.

        Raises:
            ConfigError: if they are of a newer release, or name an encoder that is not there.
        """
        if facts["format"] > FORMAT:
            raise ConfigError(f"encoders: expected format {FORMAT} or older, got {facts['format']}: upgrade gnn2mlp")
        made = cls()
        made.is_sparse = bool(facts["sparse"])
        made.columns = tuple(_column(entry, number, state) for number, entry in enumerate(facts["columns"]))
        made.stated = {column.name: column.encoder.spec() for column in made.columns}
        return made

    def __repr__(self) -> str:
        if not hasattr(self, "columns"):
            return f"TableEncoder({self.stated!r})"
        return f"TableEncoder({len(self.column_names)} of {len(self.columns)} columns, {self.num_features} features)"


def _column(entry: Mapping[str, Any], number: int, state: Mapping[str, np.ndarray]) -> EncodedColumn:
    own = {key.partition("/")[2]: value for key, value in state.items() if key.startswith(f"{number}/")}
    encoder = ENCODERS.get(entry["encoder"]["spec"]["name"]).load(entry["encoder"], own)
    facts = (entry["name"], entry["dtype"], entry["kind"], encoder, entry["gaps"], encoder.width, entry["reason"])
    return EncodedColumn(*facts)


def _built(stated: str | Mapping[str, Any] | Spec | ColumnEncoder) -> ColumnEncoder:
    return stated.unfitted() if isinstance(stated, ColumnEncoder) else Spec.parse(stated).build(ENCODERS)


def _observed(rows: Any, count: int) -> np.ndarray | None:
    """Numbers of the observed rows, or `None` for all of them."""
    if rows is None:
        found = None
    else:
        found = np.asarray(rows)
        found = found.nonzero()[0] if found.dtype == bool else found.astype(np.int64)
    if not (count if found is None else len(found)):
        raise DataError("table: expected at least one observed row to learn from, got none")
    return found


def _unique(names: Sequence[str]) -> tuple[str, ...]:
    """The names, those that were there before with a number."""
    taken: dict[str, None] = {}
    for name in names:
        free, number = name, 2
        while free in taken:
            free, number = f"{name} ({number})", number + 1
        taken[free] = None
    return tuple(taken)

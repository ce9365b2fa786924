"""Which column of a Parquet table of features means what: stated, or told by its name and type, never guessed."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from gnn2mlp.core.errors import ConfigError, DataError, listing, nearest
from gnn2mlp.core.parquet import is_category, is_list, is_numeric, pyarrow_modules
from gnn2mlp.core.showing import short_repr
from gnn2mlp.knowledge.parquet import NODE_ID
from gnn2mlp.tables.columns import Column

FEATURES, LABEL, ROLE = "features", "label", "role"
_PANDAS_INDEX = re.compile(r"__index_level_\d+__")
# Names that a column of answers, roles, ids or row numbers goes by.
_NO_FEATURE = {
    **dict.fromkeys(("y", "target", "targets", "label", "labels", "class", "classes", "y_true"), "label"),
    **dict.fromkeys(("role", "split", "fold", "mask", "train", "valid", "val", "validation", "test"), "role"),
    **dict.fromkeys(("id", "ids", "node_id", "index", "idx", "uuid", "guid", "unnamed: 0"), "id"),
}
# Of these, what says the same after an underscore: `user_id`, but not `pos_y` or `price_index`.
_ENDINGS = {"id", "ids", "uuid", "label", "target", "mask", "split", "fold"}
_SHOWN = 5


@dataclass(frozen=True)
class ColumnNames:
    """What the user says of a table's columns.

    Args:
        id: the column of ids, in both tables; default: `node_id`. The knowledge may call it `node_id` nevertheless.
        label: the column of labels; default: `label`, if there is one.
        role: the column of roles; default: `role`, if there is one.
        features: the columns that are features, in this order; default: all others, of which none may look as if it
            were something else.
    """

    id: str | None = None
    label: str | None = None
    role: str | None = None
    features: tuple[str, ...] | None = None

    __repr__ = short_repr

    @property
    def id_column(self) -> str:
        """The name of the column of ids."""
        return NODE_ID if self.id is None else self.id


class Schema(NamedTuple):
    """What the columns of a table are.

    Args:
        id: the column of ids.
        label: of labels, or `None`.
        role: of roles, or `None`.
        features: columns that are features, as they are read; the categories are not known yet.
        unused: names of all the others.
    """

    id: str
    label: str | None
    role: str | None
    features: tuple[Column, ...]
    unused: tuple[str, ...]


def schema_of(table: Any, names: ColumnNames, path: Path) -> Schema:
    """What the columns of a table are.

    Args:
        table: its arrow schema.
        names: what the user says.
        path: for messages.

    Raises:
        ConfigError: if a column that the user names is not there, or named twice.
        DataError: if there is no id, no feature, or a column that is none as it stands.
    """
    if len(set(table.names)) < len(table.names):
        twice = next(name for name in table.names if table.names.count(name) > 1)
        raise DataError(f"{path}: expected each column once, got {twice!r} twice; rename or drop one")
    label, role = _named(table, names.label, LABEL, path), _named(table, names.role, ROLE, path)
    if names.id_column not in table.names:
        raise DataError(
            f"{path}: expected the column {names.id_column} of ids, got {_described(table, table.names)}; name yours "
            "with --id"
        )
    taken = (names.id_column, label, role)
    others = [name for name in table.names if name not in taken]
    chosen = _stated(others, taken, names.features, path) if names.features is not None else _all(table, others, path)
    columns = tuple(Column(name, kind) for name, kind in _kinds(table, chosen, path).items())
    if not columns:
        raise DataError(
            f"{path}: expected either {FEATURES!r}, lists of numbers, or a column for each feature; "
            f"got {_described(table, table.names)}"
        )
    return Schema(names.id_column, label, role, columns, tuple(name for name in others if name not in chosen))


def _named(table: Any, name: str | None, default: str, path: Path) -> str | None:
    if name is None:
        return default if default in table.names else None
    if name not in table.names:
        raise ConfigError(f"{default}: {path} has no column {name!r}{nearest(name, table.names)}")
    return name


def _stated(others: list[str], taken: tuple[str | None, ...], features: Sequence[str], path: Path) -> list[str]:
    for name in features:
        if name in taken:
            raise ConfigError(f"columns: {name!r} of {path} is the id, label or role of a row; it cannot be a feature")
        if name not in others:
            raise ConfigError(f"columns: {path} has no column {name!r}{nearest(name, others)}")
    if len(set(features)) < len(features):
        raise ConfigError(f"columns: expected each feature once, got {', '.join(features)}")
    return list(features)


def _all(table: Any, others: list[str], path: Path) -> list[str]:
    """Every column but pandas' index; refused if one looks as if it were no feature."""
    index = pandas_index(table)
    rest = [name for name in others if name not in index]
    meanings = {name: meaning for name in rest if (meaning := _meaning(name))}
    if meanings:
        shown = ", ".join(map(repr, list(meanings)[:_SHOWN]))
        name, meaning = next(iter(meanings.items()))
        noun = "by their names no features" if len(meanings) > 1 else "by its name no feature"
        raise DataError(
            f"{path}: expected features, got {shown}, {noun}; drop what is none, say what it is "
            f"(--{meaning} {name!r}), or list the features with --columns"
        )
    return rest


def pandas_index(table: Any) -> set[str]:
    """What pandas has written of a frame's index."""
    metadata = table.pandas_metadata or {}
    stated = {name for name in metadata.get("index_columns", ()) if isinstance(name, str)}
    return stated | {name for name in table.names if _PANDAS_INDEX.fullmatch(name)}


def _meaning(name: str) -> str | None:
    """`"label"`, `"role"` or `"id"` for a column that goes by such a name."""
    plain = re.sub(r"[\s\-.]+", "_", name.strip().casefold())
    ending = plain.rsplit("_", 1)[-1]
    for form in (name.strip().casefold(), plain, *([ending] if ending in _ENDINGS else [])):
        if form in _NO_FEATURE:
            return _NO_FEATURE[form]
    return None


def _kinds(table: Any, chosen: list[str], path: Path) -> dict[str, Any]:
    kinds = {name: _kind(table.field(name).type) for name in chosen}
    if kinds.get(FEATURES) == "list" and len(kinds) == 1:
        return kinds
    wrong = [name for name, kind in kinds.items() if kind in (None, "list")]
    if FEATURES in wrong and kinds[FEATURES] == "list":
        wrong = [name for name in chosen if name != FEATURES]  # lists of features stand alone
    if wrong:
        raise DataError(
            f"{path}: expected either {FEATURES!r}, lists of numbers, or a column of numbers, booleans or categories "
            f"for each feature; got {_described(table, wrong)}; drop what is no feature, or list the features with "
            "--columns"
        )
    return kinds


def _kind(kind: Any) -> str | None:
    arrow, _ = pyarrow_modules()
    if is_list(kind):
        return "list"
    if is_numeric(kind):
        return "number"
    if arrow.types.is_boolean(kind):
        return "boolean"
    return "category" if is_category(kind) else None


def _described(table: Any, names: Sequence[str]) -> str:
    return listing([f"{name} ({table.field(name).type})" for name in names], _SHOWN) or "no columns"

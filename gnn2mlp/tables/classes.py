"""Which column of a teacher's answers a label means. Stated or plain numbers, never guessed."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

import numpy as np

from gnn2mlp.core.errors import DataError
from gnn2mlp.core.parquet import distinct, is_numeric, is_text, pyarrow_modules

UNLABELLED = -1
_SHOWN = 5
_BOOLEANS = {"false": False, "true": True, "0": False, "1": True}


class LabelKind(Enum):
    """Of what kind the labels of a column are; a student answers with the same."""

    NUMBER = "number"
    BOOLEAN = "boolean"
    TEXT = "text"

    @staticmethod
    def of(kind: Any, where: str) -> "LabelKind":
        """The kind of labels in a column of an arrow type.

        Raises:
            DataError: if values of this type are no labels.
        """
        arrow, _ = pyarrow_modules()
        types = arrow.types
        if types.is_dictionary(kind):
            return LabelKind.of(kind.value_type, where)
        if types.is_boolean(kind):
            return LabelKind.BOOLEAN
        if is_numeric(kind) or types.is_null(kind):
            return LabelKind.NUMBER
        if is_text(kind):
            return LabelKind.TEXT
        raise DataError(f"{where}: expected labels that are whole numbers, booleans or text, got {kind}")

    def read(self, name: Any) -> Any:
        """What a stated name of a class is as such a label; as it is if it is none."""
        if self is LabelKind.TEXT:
            return str(name)
        if self is LabelKind.BOOLEAN:
            return _BOOLEANS.get(str(name).casefold(), name)
        try:
            return int(str(name))
        except ValueError:
            return name


@dataclass(frozen=True)
class Classes:
    """The classes in the order of the teacher's columns.

    Args:
        count: how many.
        names: what labels call them; `None`: labels are the numbers of the columns, from 0.
    """

    count: int
    names: tuple[Any, ...] | None = None

    @staticmethod
    def of_teacher(logits: int | None, stated: Sequence[Any] | None, labels: LabelKind | None = None) -> "Classes":
        """Classes from the teacher's columns and the names that were stated, of which one may be absent.

        Args:
            logits: the number of the teacher's columns.
            stated: names in their order.
            labels: of what kind the labels are, if there are any: names are read as such.

        Raises:
            DataError: if both are absent, names are given twice, or their number is not that of the columns.
        """
        if stated is None and labels is LabelKind.BOOLEAN and logits in (None, 2):
            stated = (False, True)
        if stated is None:
            if logits is None:
                raise DataError("classes: the knowledge holds no logits, so their number is not known; state --classes")
            return Classes(logits)
        names = _of_one_type(stated, labels)
        if len(set(map(str, names))) < len(names):
            raise DataError(f"classes: expected each name once, got {', '.join(map(str, names))}")
        if logits is not None and len(names) != logits:
            raise DataError(f"classes: expected a name for each of the teacher's {logits} columns, got {len(names)}")
        return Classes(len(names), names)

    @property
    def labels(self) -> tuple[Any, ...]:
        """What a student answers for each class: its name, or its number where there are none."""
        return self.names if self.names is not None else tuple(range(self.count))

    def encode(self, column: Any, where: str) -> np.ndarray:
        """Class numbers int64 (rows,) of a pyarrow column of labels; -1 where there is none.

        Args:
            column: names, or numbers; null, NaN, and -1 where it is no class, mean that there is no label.
            where: the file, for messages.

        Raises:
            DataError: for a label that is no class.
        """
        known, places = distinct(column)
        return np.asarray(np.array(list(map(self._numbering(where), known)), dtype=np.int64)[places])

    def _numbering(self, where: str) -> Callable[[Any], int]:
        """The number of the class that a label means."""
        places = {_plain(name): place for place, name in enumerate(self.labels)}

        def number(value: Any) -> int:
            place = places.get(_plain(value))
            if place is not None:
                return place
            if value is None or value == UNLABELLED or (isinstance(value, float) and math.isnan(value)):
                return UNLABELLED
            raise self._unknown(value, where)

        return number

    def _unknown(self, value: Any, where: str) -> DataError:
        if self.names is not None:
            shown = ", ".join(map(str, self.names[:_SHOWN])) + (", ..." if self.count > _SHOWN else "")
            return DataError(f"{where}: label {value!r} is none of the {self.count} classes ({shown})")
        if isinstance(value, str):
            return DataError(
                f"{where}: labels are names such as {value!r}, and the knowledge does not say which of its columns "
                "each of them means; state the classes in the order of its columns with --classes"
            )
        return DataError(f"{where}: expected labels 0..{self.count - 1}, or null for none, got {value!r}")


def _plain(label: Any) -> tuple[type, Any]:
    """A label such that equal ones of one type are equal: 1 is neither True nor "1", and 1.0 is 1."""
    if isinstance(label, float) and label.is_integer():
        label = int(label)
    return type(label), label


def _of_one_type(stated: Sequence[Any], labels: LabelKind | None) -> tuple[Any, ...]:
    """The names of classes as labels of the kind; as text if one of them is no such label, or they differ in type."""
    names = tuple(stated) if labels is None else tuple(map(labels.read, stated))
    return names if len(set(map(type, names))) == 1 else tuple(map(str, names))

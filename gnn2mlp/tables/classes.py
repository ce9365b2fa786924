"""Which column of a teacher's answers a label means. Stated or plain numbers, never guessed."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from gnn2mlp.core.errors import DataError

UNLABELLED = -1
_SHOWN = 5


@dataclass(frozen=True)
class Classes:
    """The classes in the order of the teacher's columns.

    Args:
        count: how many.
        names: what labels call them; `None`: labels are the numbers of the columns, from 0.
    """

    count: int
    names: tuple[str, ...] | None = None

    @staticmethod
    def of_teacher(logits: int | None, stated: Sequence[Any] | None) -> "Classes":
        """Classes from the teacher's columns and the names that were stated, of which one may be absent.

        Raises:
            DataError: if both are, names are given twice, or their number is not that of the columns.
        """
        if stated is None:
            if logits is None:
                raise DataError("classes: the knowledge holds no logits, so their number is not known; state --classes")
            return Classes(logits)
        names = tuple(map(str, stated))
        if len(set(names)) < len(names):
            raise DataError(f"classes: expected each name once, got {', '.join(names)}")
        if logits is not None and len(names) != logits:
            raise DataError(f"classes: expected a name for each of the teacher's {logits} columns, got {len(names)}")
        return Classes(len(names), names)

    @property
    def labels(self) -> tuple[str, ...] | tuple[int, ...]:
        """What a student answers for each class: its name, or its number where there are none."""
        return self.names if self.names is not None else tuple(range(self.count))

    def encode(self, column: Any, where: str) -> np.ndarray:
        """Class numbers int64 (rows,) of a pyarrow column of labels; -1 where there is none.

        Args:
            column: names, or numbers; null, and -1 where labels are numbers, mean that there is no label.
            where: the file, for messages.

        Raises:
            DataError: for a label that is no class.
        """
        codes = column.combine_chunks().dictionary_encode()
        known = codes.dictionary.to_pylist()
        meaning = np.array([self._number(value, where) for value in known] + [UNLABELLED], dtype=np.int64)
        return np.asarray(meaning[codes.indices.fill_null(len(known)).to_numpy(zero_copy_only=False)])

    def _number(self, value: Any, where: str) -> int:
        if value is None or value == UNLABELLED:
            return UNLABELLED
        if self.names is not None:
            if str(value) in self.names:
                return self.names.index(str(value))
            shown = ", ".join(self.names[:_SHOWN]) + (", ..." if self.count > _SHOWN else "")
            raise DataError(f"{where}: label {value!r} is none of the {self.count} classes ({shown})")
        if isinstance(value, str):
            raise DataError(
                f"{where}: labels are names such as {value!r}, and the knowledge does not say which of its columns "
                "each of them means; state the classes in the order of its columns with --classes"
            )
        if value not in range(self.count):
            raise DataError(f"{where}: expected labels 0..{self.count - 1}, or null for none, got {value!r}")
        return int(value)

"""Exceptions of the package: one root, each with the standard parent that a caller would expect to catch."""

import difflib
from collections.abc import Callable, Iterable, Sequence


class Gnn2mlpError(Exception):
    """Root of every error that gnn2mlp raises on purpose. Its message says: expected, got, what to do."""


class ConfigError(Gnn2mlpError, ValueError):
    """A setting that cannot work: an unknown option, a wrong type, two settings that exclude each other."""


class UnknownNameError(ConfigError):
    """A name that no registry holds; the message offers the nearest match."""


class DataError(Gnn2mlpError, ValueError):
    """Input data that cannot be learnt from as it stands: NaN features, edges out of range, an empty split."""


class ValueTypeError(DataError, TypeError):
    """Input data with a value of a type that can be no number, such as a mapping in the cell of an array."""


class RowsError(DataError):
    """Rows of a table that cannot be read, all that one fault is found in.

    Args:
        message: names the first of them.
        rows: their numbers, in order.
        reason: of one of them, without its number.
    """

    def __init__(self, message: str, rows: Sequence[int] = (), reason: Callable[[int], str] | None = None):
        super().__init__(message)
        self.rows = list(rows)
        self.reasons = [message if reason is None else reason(row) for row in self.rows]


class MissingKnowledgeError(Gnn2mlpError, KeyError):
    """A value was asked of a `TeacherKnowledge` that its teacher did not write."""

    def __str__(self) -> str:  # KeyError would print the repr, quotes and all
        return str(self.args[0]) if self.args else ""


class DataWarning(UserWarning):
    """Input data that can be learnt from, though probably not as the user means it; says what is left out or off."""


class SearchWarning(UserWarning):
    """A search for settings whose best is no better than a plain model by more than chance."""


class DivergenceError(Gnn2mlpError, ArithmeticError):
    """Training met a loss that is not finite; the message names the epoch and the learning rate."""


class ArtefactError(Gnn2mlpError, OSError):
    """A file that is missing, truncated, altered or of another format than expected."""


class ProcessError(Gnn2mlpError, RuntimeError):
    """One of the processes that train together is gone, has failed, or starts from something else than the others."""


def nearest(word: str, candidates: Iterable[str]) -> str:
    """Return `"; did you mean 'x'?"` for the candidate closest to `word`, or an empty string if none is close."""
    folded = {name.casefold().replace("_", "-"): name for name in candidates}
    match = difflib.get_close_matches(word.casefold().replace("_", "-"), folded, n=1, cutoff=0.5)
    return f"; did you mean {folded[match[0]]!r}?" if match else ""


def listing(names: Sequence[str], most: int = 5) -> str:
    """The names with commas, for a message: at most `most` of them, and how many more there are.

    Example:
        >>> listing(["a", "b", "c", "d"], most=2)
        'a, b and 2 more'
    """
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more

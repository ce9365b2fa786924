"""A comparison as plain text for a terminal of 60 columns, or a log."""

import textwrap
from collections.abc import Iterator

from gnn2mlp.core.errors import listing
from gnn2mlp.deploy.monitoring.drift import Check
from gnn2mlp.deploy.monitoring.monitored import ColumnDrift, Monitored, shown

WIDTH = 60
# Lines of columns that did not drift.
_QUIET = 12
_NAME = WIDTH - 14 - 7 - 9 - 2


def as_text(found: Monitored) -> str:
    """The verdict, a line for each column and for what was compared of the answers, and what else there is to know.

    Example:
        >>> check = Check("values", "PSI", 0.5, 0.2, 1e-8, 1e-8, True)
        >>> print(as_text(Monitored(500, 2000, [ColumnDrift("likes", "number", [check])])).partition(" !")[0])
        Drift in column 'likes' (500 rows, 1 column).
        <BLANKLINE>
        What                            Difference  Limit        p
        likes, values                     0.50 PSI    0.2    1e-08
    """
    lines = [*textwrap.wrap(found.sentence, WIDTH), ""]
    rows = [*_columns(found), *(_line(check.what, check) for check in found.answers)]
    if rows:
        lines += [f"{'What':<{_NAME}}{'Difference':>14}{'Limit':>7}{'p':>9}", *rows]
    notes = [*_notes(found)]
    wrapped = [line for note in notes for line in textwrap.wrap(note, WIDTH, subsequent_indent="  ")]
    return "\n".join([*lines, *([""] if notes and rows else []), *wrapped]).rstrip()


def _columns(found: Monitored) -> Iterator[str]:
    drifted = [column for column in found.columns if column.drifted]
    quiet = [column for column in found.columns if not column.drifted]
    quiet.sort(key=lambda column: -column.worst.size if column.worst else 0.0)
    for column in drifted:
        yield from _of(column)
    for column in quiet[:_QUIET]:
        yield from _of(column)
    if len(quiet) > _QUIET:
        yield f"and {len(quiet) - _QUIET} more columns, none of which drifted"


def _of(column: ColumnDrift) -> Iterator[str]:
    """What drifted of a column, or what came nearest to it."""
    checks = [check for check in column.checks if check.drifted] or ([column.worst] if column.worst else [])
    yield from (_line(f"{column.name}, {check.what}", check) for check in checks)


def _line(name: str, check: Check) -> str:
    short = name if len(name) < _NAME else f"{name[: _NAME - 12]}…{name[-10:]}"
    limit = f"{100 * check.limit:g}" if check.measure == "points" else f"{check.limit:g}"
    mark = " !" if check.drifted else ""
    return f"{short:<{_NAME}}{shown(check):>14}{limit:>7}{p_text(check.adjusted):>9}{mark}"


def p_text(p: float) -> str:
    """A p-value in a few letters.

    Example:
        >>> p_text(0.0123), p_text(1e-30), p_text(1.0)
        ('0.012', '<1e-9', '1')
    """
    return "<1e-9" if p < 1e-9 else f"{p:.2g}"


def _notes(found: Monitored) -> Iterator[str]:
    for column in found.columns:
        if column.problem:
            yield f"! {column.problem}"
    if found.extra:
        yield f"Columns that training did not have: {listing([*map(repr, found.extra)], 6)}."
    if found.unanswered:
        yield f"{found.unanswered:,} of {found.rows:,} rows cannot be read, and have no answer."
    if found.answers and found.basis:
        yield f"Answers are compared with those to {found.basis}."
    told = [check for check in found.answers if check.what == "accuracy"]
    for check in told:
        if check.then is not None and check.now is not None:
            yield f"Accuracy {100 * check.now:.1f} %, {100 * check.then:.1f} % on rows that were held back."
    limits = found.limits
    yield (
        f"! marks drift: at its limit or above, and beyond chance (p below {limits.alpha:g} for all that was compared "
        "together)."
    )

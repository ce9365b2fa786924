"""What came out of comparing a table with that of training: differences, which of them are drift, and a verdict."""

import html
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from gnn2mlp.core.errors import listing
from gnn2mlp.core.showing import call
from gnn2mlp.deploy.monitoring.drift import Check, Limits

_FEW = 4


@dataclass(frozen=True, eq=False)
class ColumnDrift:
    """A column, then and now.

    Args:
        name: of the column.
        form: as what it is counted: `"number"`, `"date"`, `"category"`, `"words"` or `"vector"`.
        checks: what was compared; none where it could not be read.
        figures: what else there is to say, by name, such as `"ks"` and `"wasserstein"` of numbers.
        labels: of the bins that are drawn.
        then: shares of training in these bins.
        now: likewise.
        problem: why it could not be compared.
    """

    name: str
    form: str
    checks: Sequence[Check] = ()
    figures: Mapping[str, float] = field(default_factory=dict)
    labels: Sequence[str] = ()
    then: Sequence[float] = ()
    now: Sequence[float] = ()
    problem: str = ""

    @property
    def drifted(self) -> bool:
        """Whether one of its checks says so, or it could not be read."""
        return bool(self.problem) or any(check.drifted for check in self.checks)

    @property
    def worst(self) -> Check | None:
        """What is furthest beyond its limit, of what drifted if anything did."""
        found = [check for check in self.checks if check.drifted] or list(self.checks)
        return max(found, key=lambda check: check.size, default=None)

    def __repr__(self) -> str:
        told = {} if self.worst is None else {self.worst.what: round(self.worst.effect, 3)}
        return call("ColumnDrift", {"name": self.name, "drifted": self.drifted, **told})


@dataclass(frozen=True, eq=False)
class Monitored:
    """A table beside that of training.

    Args:
        rows: of the table.
        of_training: rows that trained the model.
        columns: each that the model reads.
        answers: what was compared of the answers.
        limits: from where on a difference is drift.
        missing: columns that the model reads and the table has not.
        extra: columns that training did not have.
        unanswered: rows that could not be read.
        problem: why there are no answers.
        basis: on what the answers of training rest.
        shares: of the drawn answers, by what they are: labels, then, now.
    """

    rows: int
    of_training: int
    columns: Sequence[ColumnDrift]
    answers: Sequence[Check] = ()
    limits: Limits = field(default_factory=Limits)
    missing: Sequence[str] = ()
    extra: Sequence[str] = ()
    unanswered: int = 0
    problem: str = ""
    basis: str = ""
    shares: Mapping[str, tuple[Sequence[str], Sequence[float], Sequence[float]]] = field(default_factory=dict)

    @property
    def checks(self) -> Iterator[tuple[str, Check]]:
        """Every check with the column that it is of, `"answers"` of the answers."""
        for column in self.columns:
            yield from ((column.name, check) for check in column.checks)
        yield from (("answers", check) for check in self.answers)

    @property
    def drifted(self) -> bool:
        """Whether anything drifted, or the model cannot read the table."""
        return bool(self.missing or self.problem) or any(self.named())

    @property
    def exit_code(self) -> int:
        """0 if nothing drifted, else 1."""
        return int(self.drifted)

    def named(self) -> list[str]:
        """What drifted: columns, and what of the answers."""
        columns = [f"column {column.name!r}" for column in self.columns if column.drifted]
        return [*columns, *(check.what for check in self.answers if check.drifted)]

    @property
    def sentence(self) -> str:
        """The verdict."""
        if self.missing:
            return f"The model cannot answer this table: it has no column {listing([*map(repr, self.missing)], _FEW)}."
        if self.problem:
            return f"The model cannot answer this table: {self.problem}"
        found = self.named()
        compared = f"{len(self.columns)} column{'s' * (len(self.columns) != 1)}"
        if not found:
            what = "and in the answers " if self.answers else ""
            return f"No drift was found in {compared} {what}of {self.rows:,} rows."
        return f"Drift in {listing(found, _FEW)} ({self.rows:,} rows, {compared})."

    def to_dict(self) -> dict[str, Any]:
        """All of it, JSON-able; bins that are drawn are left out."""
        return {
            "drifted": self.drifted,
            "sentence": self.sentence,
            "rows": self.rows,
            "training_rows": self.of_training,
            "missing": list(self.missing),
            "extra": list(self.extra),
            "unanswered": self.unanswered,
            "problem": self.problem,
            "limits": self.limits._asdict(),
            "basis": self.basis,
            "columns": [
                {
                    "name": one.name,
                    "form": one.form,
                    "drifted": one.drifted,
                    "problem": one.problem,
                    "checks": [check._asdict() for check in one.checks],
                    "figures": dict(one.figures),
                }
                for one in self.columns
            ],
            "answers": [check._asdict() for check in self.answers],
        }

    def __repr__(self) -> str:
        return call("Monitored", {"rows": self.rows, "drifted": self.named() or list(self.missing) or self.drifted})

    def _repr_html_(self) -> str:
        """The sentence and a line for each check, those that drifted first."""
        lines = sorted(self.checks, key=lambda one: (not one[1].drifted, -one[1].size))
        cells = [
            (where, check.what, shown(check), f"{check.limit:g}", f"{check.adjusted:.2g}", "yes" * check.drifted)
            for where, check in lines
        ]
        head = "".join(f"<th>{name}</th>" for name in ("Of", "What", "Difference", "Limit", "p", "Drift"))
        rows = "".join(f"<tr>{''.join(f'<td>{html.escape(cell)}</td>' for cell in row)}</tr>" for row in cells)
        table = f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"
        return f"<p><b>{html.escape(self.sentence)}</b></p>{table}"


def shown(check: Check) -> str:
    """A difference with its unit.

    Example:
        >>> shown(Check("gaps", "points", 0.123, 0.05, 0.0)), shown(Check("values", "PSI", 0.1234, 0.2, 0.0))
        ('+12.3 points', '0.12 PSI')
    """
    if check.measure == "points":
        moved = check.effect if check.then is None or check.now is None else check.now - check.then
        return f"{100 * moved:+.1f} points"
    return f"{check.effect:.2f} {check.measure}"

"""How models differ from the one that all are compared with, on one data set: in a sentence, and to be drawn."""

from collections.abc import Sequence
from math import nan

from gnn2mlp.core.errors import listing
from gnn2mlp.evaluate import Paired
from gnn2mlp.report.plots_differences import Difference
from gnn2mlp.studies.comparing import Comparison, Task
from gnn2mlp.studies.tables import FEWEST


def task_sentence(comparison: Comparison, task: Task) -> str:
    """Which models differ beyond chance, on one data set, from the one that all are compared with."""
    told = _told(comparison, task)
    where = f"On {task.population} nodes of {task.called}, {task.setting},"
    if not told:
        return f"{where} there are fewer than {FEWEST} splits: no statement about chance."
    better = [model for model, one in told.items() if one.low > 0]
    worse = [model for model, one in told.items() if one.high < 0]
    return f"{where} {beyond(better, worse, comparison.against)}"


def beyond(better: Sequence[str], worse: Sequence[str], against: str) -> str:
    """Which models differ from one.

    Example:
        >>> beyond(["gcn", "krd"], [], "mlp"), beyond([], [], "mlp")
        ('gcn, krd are better than mlp beyond chance.', 'no model differs from mlp beyond chance.')
    """
    parts = [
        f"{listing(names)} {'is' if len(names) == 1 else 'are'} {side} than"
        for names, side in ((better, "better"), (worse, "worse"))
        if names
    ]
    return f"{' and '.join(parts) or 'no model differs from'} {against} beyond chance."


def differ(comparison: Comparison, task: Task) -> bool:
    """Whether any model differs beyond chance, on one data set, from the one that all are compared with."""
    return any(one.differs for one in _told(comparison, task).values())


def _told(comparison: Comparison, task: Task) -> dict[str, Paired]:
    """By model, the differences of which something can be said."""
    rows = [row for row in comparison.rows if row.task == task and row.model != comparison.against]
    found = {row.model: comparison.difference(row) for row in rows}
    return {model: one for model, one in found.items() if one is not None and one.n >= FEWEST}


def differences(comparison: Comparison, task: Task) -> list[Difference]:
    """In points, of every model but the one compared with; of shares alone, with an interval from three splits on."""
    found = []
    for model in comparison.models:
        row = comparison.row(task, model)
        one = None if row is None else comparison.difference(row)
        if row is not None and one is not None and row.share:
            ends = (100 * one.low, 100 * one.high) if one.n >= FEWEST else (nan, nan)
            found.append(Difference(model, 100 * one.difference, *ends))
    return found

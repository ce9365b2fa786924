"""What a study and a comparison show when they are the last line of a notebook's cell."""

from math import nan
from typing import TYPE_CHECKING

from gnn2mlp.core.errors import listing
from gnn2mlp.explore.formatting import plural
from gnn2mlp.report.cell import Drawn, Table, cell
from gnn2mlp.report.plots_differences import Difference, plot_differences
from gnn2mlp.studies.comparing import Comparison, Task, compare
from gnn2mlp.studies.page import sentence
from gnn2mlp.studies.reading import read_scores
from gnn2mlp.studies.tables import FEWEST, brief_grids, detail_grids, matrix_grids, rank_grid

if TYPE_CHECKING:
    from gnn2mlp.studies.engine import Outcomes

# So many data sets have their differences in sight, not folded away, and a sentence each.
_FEW = 2


def comparison_cell(comparison: Comparison) -> str:
    """Scores side by side, marked where they differ from the model compared with; differences with intervals; ranks."""
    test = "Intervals: corrected resampled t-test over splits (Nadeau and Bengio, 2003)."
    details = detail_grids(comparison)
    if len(comparison.tasks) <= _FEW:
        found = " ".join(task_sentence(comparison, task) for task in comparison.tasks)
        plots = differences_plot(comparison)
        return cell(found, [test], brief_grids(comparison), plots, details, "Cost and calibration")
    settings = dict.fromkeys(task.setting for task in comparison.tasks)
    ranks = [Table(*rank_grid(comparison, setting)[:3], left=(2,)) for setting in settings]
    found = sentence(comparison, {setting: comparison.ranking(setting) for setting in settings})
    legend = f"▲ above, ▼ below {comparison.against} beyond chance; ᵍ needs the graph at inference."
    return cell(found, [legend, test], [*matrix_grids(comparison), *ranks], more=details, summary="Differences")


def task_sentence(comparison: Comparison, task: Task) -> str:
    """Which models differ beyond chance, on one data set, from the one that all are compared with."""
    rows = [row for row in comparison.rows if row.task == task and row.model != comparison.against]
    found = {row.model: comparison.difference(row) for row in rows}
    told = {model: one for model, one in found.items() if one is not None and one.n >= FEWEST}
    where = f"On {task.population} nodes of {task.dataset}"
    if not told:
        return f"{where} there are fewer than {FEWEST} splits: no statement about chance."
    above = [model for model, one in told.items() if one.low > 0]
    below = [model for model, one in told.items() if one.high < 0]
    parts = [
        f"{listing(names)} {'is' if len(names) == 1 else 'are'} {side}"
        for names, side in ((above, "above"), (below, "below"))
        if names
    ]
    return f"{where}, {' and '.join(parts) or 'no model differs from'} {comparison.against} beyond chance."


def differences_plot(comparison: Comparison) -> list[Drawn]:
    """Differences to the model that all are compared with, in points, a panel for each data set; of shares alone."""
    panels = {f"{task.dataset}, {task.population} nodes": _differences(comparison, task) for task in comparison.tasks}
    if not any(panels.values()):
        return []
    note = f"The line is {comparison.against}. Bars: 95 % intervals; a filled mark differs beyond chance."
    return [Drawn(plot_differences(panels, comparison.against), f"Minus {comparison.against}, points", note)]


def _differences(comparison: Comparison, task: Task) -> list[Difference]:
    found = []
    for model in comparison.models:
        row = comparison.row(task, model)
        one = None if row is None else comparison.difference(row)
        if row is not None and one is not None and row.share:
            ends = (100 * one.low, 100 * one.high) if one.n >= FEWEST else (nan, nan)
            found.append(Difference(model, 100 * one.difference, *ends))
    return found


def outcomes_cell(outcomes: "Outcomes") -> str:
    """How far a study is: what has been run, as a comparison, and what could not be."""
    told = [f"{plural(len(outcomes.lines), 'cell')} of the study have a line of results, in {outcomes.folder}."]
    if outcomes.older:
        told.append(f"{outcomes.older} of them were made by other code; renew=True runs them again.")
    told += [f"{one}: another process is at it." for one in outcomes.busy]
    told += [f"{one} could not be run: {reason}" for one, reason in outcomes.failed.items()]
    compared = comparison_cell(compare(read_scores([outcomes.folder]))) if outcomes.lines else ""
    return cell("", told) + compared

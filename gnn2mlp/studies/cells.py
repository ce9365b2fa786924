"""What a study and a comparison show when they are the last line of a notebook's cell."""

from typing import TYPE_CHECKING

from gnn2mlp.explore.formatting import plural
from gnn2mlp.report.cell import Drawn, Table, cell
from gnn2mlp.report.plots_differences import plot_differences
from gnn2mlp.studies.comparing import Comparison, compare
from gnn2mlp.studies.differences import differences, task_sentence
from gnn2mlp.studies.page import sentence
from gnn2mlp.studies.reading import read_scores
from gnn2mlp.studies.tables import brief_grids, detail_grids, legend, matrix_grids, rank_grid, uneven

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
        return cell(found, [*uneven(comparison), test], brief_grids(comparison), plots, details, "Cost and calibration")
    settings = dict.fromkeys(task.setting for task in comparison.tasks)
    ranks = [Table(*rank_grid(comparison, setting)[:3], left=(2,)) for setting in settings]
    found = sentence(comparison, {setting: comparison.ranking(setting) for setting in settings})
    notes = [legend(comparison), *uneven(comparison), test]
    return cell(found, notes, [*matrix_grids(comparison), *ranks], more=details, summary="Differences")


def differences_plot(comparison: Comparison) -> list[Drawn]:
    """Differences to the model that all are compared with, in points, a panel for each data set; of shares alone."""
    panels = {str(task): differences(comparison, task) for task in comparison.tasks}
    if not any(panels.values()):
        return []
    note = f"The line is {comparison.against}. Bars: 95 % intervals; a filled mark differs beyond chance."
    return [Drawn(plot_differences(panels, comparison.against), f"Minus {comparison.against}, points", note)]


def outcomes_cell(outcomes: "Outcomes") -> str:
    """How far a study is: what has been run, as a comparison, and what could not be."""
    told = [f"{plural(len(outcomes.lines), 'cell')} of the study have a line of results, in {outcomes.folder}."]
    if outcomes.older:
        told.append(f"{outcomes.older} of them were made by other code; renew=True runs them again.")
    told += [f"{one}: another process is at it." for one in outcomes.busy]
    told += [f"{one} could not be run: {reason}" for one, reason in outcomes.failed.items()]
    compared = comparison_cell(compare(read_scores([outcomes.folder]))) if outcomes.lines else ""
    return cell("", told) + compared

"""The cell of a disagreement: what it shows in a notebook."""

from gnn2mlp.explore.disagreements import Disagreement
from gnn2mlp.explore.group_search import GAPS
from gnn2mlp.report.cell import cell
from gnn2mlp.report.disagreement_grids import classes_grid, confusions_grid, groups_grid, slices_grid
from gnn2mlp.report.disagreement_report import headline

# What else there is.
_MORE = "rows(number) has the nodes of a group; by, by_class, by_column, confusion and slices have frames."


def disagreement_cell(found: Disagreement) -> str:
    """The group that matters most, how the models fare on each population, and the groups that hold.

    Args:
        found: where the models disagree.
    """
    table = found.answered
    scores = [found.score_of(f"{name} nodes", table.rows_of(name)) for name in table.tested]
    all_nodes = groups_grid(found, scores, "All nodes, % right" if table.is_share else f"All nodes, {table.measure}")
    holding = [
        slices_grid(found, [one for one in found.of_gap(gap) if one.slice.holds], f"Groups where {meaning}")
        for gap, meaning in GAPS.items()
    ]
    first = found.population
    classes = [make(found, first) for make in (classes_grid, confusions_grid)] if table.answers else []
    return cell(headline(found), [_MORE], [all_nodes, *holding], more=classes, summary=f"By class, {first} nodes")

"""The page of a search: what was chosen, what it is worth, and all that was tried."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from gnn2mlp.core.files import write_text
from gnn2mlp.report.auto_table import against_grid, basis, leaderboard_grid
from gnn2mlp.report.page import Plot, draw, plain_yaml, render
from gnn2mlp.report.plots_search import plot_parts, plot_search

_AGAINST = {"glnn": "Plain GLNN", "mlp": "Plain MLP"}


def write_leaderboard(board: Mapping[str, Any], path: Path) -> None:
    """Write the page of a leaderboard.

    Args:
        board: what `Leaderboard.to_dict` gives, or `leaderboard.json` holds.
        path: of the HTML file.

    Raises:
        ArtefactError: if the file cannot be written.
    """
    write_text(path, render_leaderboard(board))


def render_leaderboard(board: Mapping[str, Any]) -> str:
    """The page of a leaderboard as text; whatever it holds is escaped."""
    facts = board["facts"]
    best = next(row for row in board["trials"] if row["number"] == board["winner"])
    parts = ("teacher", "method", "student", "inputs", "distill")
    content = {
        "subject": f"Search on {facts['dataset']}, {facts['setting']}",
        "sentence": board["verdict"]["sentence"],
        "basis": basis(board),
        "warnings": board["verdict"]["warnings"],
        "looks": board["verdict"]["looks"],
        "plots": _plots(board),
        "against": against_grid(board, _AGAINST),
        "grid": leaderboard_grid(board),
        "failed": [(row["label"], row["error"]) for row in board["trials"] if row["error"]],
        "splits": ", ".join(map(str, facts["outer_seeds"])),
        "several": len(facts["outer_seeds"]) > 1,
        "config": plain_yaml({part: best[part] for part in parts if best[part] is not None}),
    }
    return render("auto.html.jinja", content)


def _plots(board: Mapping[str, Any]) -> list[Plot]:
    metric = board["facts"]["metric"]
    # Errors are drawn as they are scored, the higher the better.
    scale = 100.0 if metric["share"] else 1.0
    unit = " in per cent" if metric["share"] else ""
    heading = f"{metric['title']}{unit}{'' if metric['greater_is_better'] else ', negative'}"
    rows = board["trials"]
    course = plot_search(rows, board["winner"], heading, scale)
    note = (
        "Dots: configurations, by their mean over the inner splits that judged them; hollow ones were given up early."
    )
    plots = [draw(course, "search", "The search", note)]
    for part in ("method", "teacher"):
        note = (
            f"By {part}, with the number of configurations; the best of each is coloured. Options differ within a line."
        )
        plots.append(draw(plot_parts(rows, part, heading, scale), part, f"By {part}", note))
    return plots

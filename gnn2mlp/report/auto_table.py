"""A leaderboard for a terminal, and the same as plain strings for the page."""

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Group
from rich.text import Text

from gnn2mlp.core.durations import duration
from gnn2mlp.explore.formatting import MISSING, plural
from gnn2mlp.report.grids import Grid
from gnn2mlp.report.table import grid_table

STATES = {"judged": "", "given up": "given up", "failed": "failed", "cut off": "cut off"}
# Rows of a terminal.
MOST = 12


def leaderboard_table(board: Mapping[str, Any], most: int = MOST) -> Group:
    """The best configurations, what was chosen and what it is worth; print it with rich.

    Args:
        board: what `Leaderboard.to_dict` gives, or `leaderboard.json` holds.
        most: rows at most.
    """
    grid = _narrow(leaderboard_grid(board, most))
    notes = [f"! {warning}" for warning in board["verdict"]["warnings"]]
    sentence = Text(board["verdict"]["sentence"], style="bold")
    return Group(sentence, Text(basis(board)), Text(), grid_table(grid, left=(1,)), Text(), *map(Text, notes))


def _narrow(grid: Grid) -> Grid:
    """For a terminal: without the number of inner splits."""
    rows = [[*row[:3], row[4] if not row[5] else row[5]] for row in grid.rows]
    return Grid(grid.title, ["#", "Configuration", grid.head[2], "Seconds"], rows)


def leaderboard_grid(board: Mapping[str, Any], most: int | None = None) -> Grid:
    """A row for each configuration, best first; the chosen one has a star."""
    metric = board["facts"]["metric"]
    rows = []
    for row in board["trials"][:most]:
        mark = "*" if row["number"] == board["winner"] else ""
        rows.append(
            [
                f"{row['number'] + 1}{mark}",
                row["label"],
                score_text(row["score"], metric),
                f"{len(row['scores'])}",
                f"{row['seconds']:.1f}",
                STATES[row["state"]],
            ]
        )
    left = len(board["trials"]) - len(rows)
    title = "Leaderboard" + (f" (best {len(rows)} of {len(board['trials'])})" if left else "")
    unit = ", %" if metric["share"] else ""
    return Grid(title, ["#", "Configuration", f"{metric['title'].capitalize()}{unit}", "Splits", "Seconds", ""], rows)


def score_text(score: float | None, metric: Mapping[str, Any]) -> str:
    """A score as its metric is read: errors are positive, shares are per cent."""
    if score is None:
        return MISSING
    value = score if metric["greater_is_better"] else -score
    return f"{100 * value:.2f}" if metric["share"] else f"{value:.4g}"


def basis(board: Mapping[str, Any]) -> str:
    """On what was judged, how long, in a sentence."""
    facts = board["facts"]
    hidden = (
        "hidden from teacher and student" if facts["setting"] == "inductive" else "without their labels in training"
    )
    budget = "" if facts["budget"] is None else f" of {duration(facts['budget'])}"
    return (
        f"Judged by {facts['judges']:,} validation nodes {hidden}, in {plural(facts['rehearsals'], 'inner split')}"
        f"{' and ' + str(facts['final']) + ' more for the best' if facts['final'] else ''}; "
        f"{duration(facts['spent'])}{budget} spent."
    )


def against_grid(board: Mapping[str, Any], names: Mapping[str, str]) -> Grid:
    """The chosen one minus each reference, with the interval that knows how many were looked at.

    In the metric's own sign: of an error, what is below 0 is better.
    """
    metric = board["facts"]["metric"]
    scale = (100 if metric["share"] else 1) * (1 if metric["greater_is_better"] else -1)
    rows: list[Sequence[str]] = []
    for name, found in board["verdict"]["against"].items():
        ends = sorted(scale * found[end] for end in ("low", "high") if found[end] is not None)
        interval = " to ".join(map(_signed, ends)) or MISSING
        rows.append([names.get(name, name), _signed(scale * found["value"]), interval, f"{found['nodes']:,}"])
    unit = ", points" if metric["share"] else ""
    return Grid(
        f"The best minus plain models{unit}", ["Against", "Difference", "95 % interval, corrected", "Nodes"], rows
    )


def _signed(value: float) -> str:
    return f"{value:+.2f}".replace("-", "\N{MINUS SIGN}")

"""The page on a table beside that of training: the verdict, what drifted, and what columns and answers hold now."""

from pathlib import PurePath
from typing import Any

from gnn2mlp.core.errors import listing
from gnn2mlp.deploy.monitoring.drift import Check
from gnn2mlp.deploy.monitoring.monitored import ColumnDrift, Monitored, shown
from gnn2mlp.deploy.monitoring.text import p_text
from gnn2mlp.report.grids import Grid
from gnn2mlp.report.headline import Tile
from gnn2mlp.report.page import Plot, draw, render
from gnn2mlp.report.plots_monitor import plot_bins, plot_names, plot_sizes

# Columns that are drawn, and lines of the table that is not folded away.
DRAWN, LINES = 6, 24
_BINNED = ("number", "date", "vector")
_AXES = {"number": "value", "date": "date", "vector": "length of the vector"}
_ANSWERS = {
    "predicted": ("Predicted classes", "Of all rows the share that each class is answered for."),
    "confidence": ("Confidence", "The highest probability of a row, in parts that held equally many rows before."),
    "codes": ("Codes", "The teacher's code that the student places a row nearest to."),
}


def render_monitor(found: Monitored, model: str | PurePath, source: str | PurePath) -> str:
    """The page as text. Whatever stands in it is escaped: names of columns and classes are a user's.

    Args:
        found: by `gnn2mlp.deploy.monitoring.compare`.
        model: where the model is, to be named.
        source: where the table is.
    """
    checks = sorted(found.checks, key=lambda one: (not one[1].drifted, -one[1].size))
    content = {
        "sentence": found.sentence,
        "subject": f"{PurePath(source).name} beside the table that trained {PurePath(model).name}.",
        "tiles": _tiles(found),
        "problems": _problems(found),
        "overview": _overview(checks),
        "grid": _grid("What was compared", checks[:LINES]),
        "rest": _grid("The rest", checks[LINES:]),
        "columns": [_column(column, place) for place, column in enumerate(_drawn(found))],
        "answers": _answers(found),
        "basis": found.basis,
        "limits": found.limits._asdict(),
        "training": f"{found.of_training:,}",
    }
    return render("monitor.html.jinja", content)


def _tiles(found: Monitored) -> list[Tile]:
    drifted = sum(column.drifted for column in found.columns)
    tiles = [
        Tile(f"{found.rows:,}", "rows of this table", f"{found.of_training:,} trained the model"),
        Tile(f"{drifted} of {len(found.columns)}", "columns drifted", "beyond their limits and beyond chance"),
    ]
    for check in found.answers:
        if check.what in ("accuracy", "out of distribution") and check.now is not None and check.then is not None:
            tiles.append(Tile(f"{100 * check.now:.1f} %", check.what, f"{100 * check.then:.1f} % on rows held back"))
    return tiles


def _problems(found: Monitored) -> list[str]:
    told = [column.problem for column in found.columns if column.problem]
    if found.missing:
        told.append(f"The table has no column {listing([*map(repr, found.missing)], 8)}.")
    if found.problem:
        told.append(found.problem)
    if found.extra:
        told.append(f"Training did not have the columns {listing([*map(repr, found.extra)], 8)}; nothing reads them.")
    if found.unanswered:
        told.append(f"{found.unanswered:,} of {found.rows:,} rows cannot be read, and have no answer.")
    return told


def _overview(checks: list[tuple[str, Check]]) -> list[Plot]:
    if not checks:
        return []
    figure = plot_sizes([_named(where, check) for where, check in checks], [check for _, check in checks])
    note = "The dashed line is the limit. Filled: drift, as it is beyond chance as well. Hollow: none."
    return [draw(figure, "sizes", "How far from its limit everything is", note)]


def _named(where: str, check: Check) -> str:
    return check.what if where == "answers" else f"{where}, {check.what}"


def _grid(title: str, checks: list[tuple[str, Check]]) -> Grid:
    rows = [
        [
            _named(where, check),
            shown(check),
            f"{100 * check.limit:g} points" if check.measure == "points" else f"{check.limit:g}",
            p_text(check.adjusted),
            "drift" if check.drifted else "",
        ]
        for where, check in checks
    ]
    return Grid(title, ["What", "Difference", "Limit", "p", "Verdict"], rows)


def _drawn(found: Monitored) -> list[ColumnDrift]:
    """The columns that drifted most, then those that came nearest to it."""
    there = [column for column in found.columns if column.worst is not None and len(column.labels) > 1]
    return sorted(there, key=lambda one: (not one.drifted, -(one.worst.size if one.worst else 0.0)))[:DRAWN]


def _column(column: ColumnDrift, place: int) -> Plot:
    if column.form in _BINNED:
        figure = plot_bins(column.labels, column.then, column.now, _AXES[column.form])
    else:
        figure = plot_names(column.labels, column.then, column.now)
    told = [f"{check.what} {shown(check)}" for check in column.checks if check.drifted]
    figures = [
        f"{told} {column.figures[key]:.3g}"
        for key, told in (("mean then", "mean in training"), ("mean now", "now"), ("wasserstein", "distance"))
        if key in column.figures
    ]
    if column.form == "date":
        figures = []
    note = f"Drift: {', '.join(told)}." if told else "No drift."
    if figures:
        note += f" {', '.join(figures).capitalize()}{' standard deviations' * ('wasserstein' in column.figures)}."
    if column.form == "words":
        note += " Shares of rows that have a word."
    return draw(figure, f"column-{place}", column.name, note)


def _answers(found: Monitored) -> list[Plot]:
    plots: list[Plot] = []
    for key, (labels, then, now) in found.shares.items():
        title, note = _ANSWERS.get(key, ("Answers", "The numbers that are answered."))
        if len(labels) < 2:
            continue
        binned = key == "confidence" or key.startswith("value")
        what: dict[str, Any] = {"what": "confidence" if key == "confidence" else "answer"} if binned else {}
        figure = plot_bins(labels, then, now, **what) if binned else plot_names(labels, then, now)
        plots.append(draw(figure, key.replace(" ", "-"), title, note))
    return plots

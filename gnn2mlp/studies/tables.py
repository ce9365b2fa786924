"""The tables of a comparison, for the terminal and the page alike, and as rows of plain values."""

import csv
import io
from collections import Counter
from collections.abc import Iterable, Sequence
from math import inf
from typing import Any

from gnn2mlp.core.errors import listing
from gnn2mlp.evaluate import Paired
from gnn2mlp.explore.formatting import MISSING, p_value, plural, points_interval, signed_points, significant
from gnn2mlp.report.grids import Grid
from gnn2mlp.studies.comparing import Comparison, Row, Task

BETTER, WORSE, GRAPH = "▲", "▼", "ᵍ"
# Splits from which on a difference may be called one: two that few nodes make equal have an interval without width.
FEWEST = 3


def matrix_grids(comparison: Comparison) -> list[Grid]:
    """For each setting a row for each data set, the most homophilous first, and a column for each model.

    Marks tell differences beyond chance to the model that all are compared with.
    """
    grids = []
    for setting in dict.fromkeys(task.setting for task in comparison.tasks):
        tasks = by_homophily(comparison, [task for task in comparison.tasks if task.setting == setting])
        models = [m for m in comparison.models if any(comparison.row(task, m) for task in tasks)]
        needy = {model for model in models if _needs_graph(comparison, tasks, model)}
        heads = [f"{model}\N{NO-BREAK SPACE}{GRAPH}" if model in needy else model for model in models]
        known = any(_homophily(comparison, task) for task in tasks)
        rows = [
            [
                task.called,
                *([_homophily(comparison, task) or MISSING] if known else []),
                *(_cell(comparison, task, model) for model in models),
            ]
            for task in tasks
        ]
        title = f"{setting.capitalize()}, {_nodes(comparison, tasks)}"
        grids.append(Grid(title, ["Data", *(["Homophily"] if known else []), *heads], rows))
    return grids


def by_homophily(comparison: Comparison, tasks: Sequence[Task]) -> list[Task]:
    """Tasks by the adjusted homophily of their data, the highest first; those without come last, as they stand."""

    def key(task: Task) -> float:
        known = [
            value for row in comparison.rows if row.task == task for value in row.homophily[::-1] if value is not None
        ]
        return -known[0] if known else inf

    return sorted(tasks, key=key)


def detail_grids(comparison: Comparison) -> list[Grid]:
    """For each task a row for each model: spreads, difference, calibration, cost, whether the graph is needed."""
    head = ["Model", "Mean", "Splits", "Init.", f"Minus {comparison.against}", "95% interval", "p", "ECE"]
    head += ["Seconds", "Graph", "n"]
    return [
        Grid(
            f"{task.called}, {task.setting}, {task.population}"
            + (f"; homophily {told}" if (told := _homophily(comparison, task)) else ""),
            head,
            [_details(comparison, row) for model in comparison.models if (row := comparison.row(task, model))],
        )
        for task in comparison.tasks
    ]


def brief_grids(comparison: Comparison) -> list[Grid]:
    """As `detail_grids`, in columns for which a terminal has room."""
    kept = (0, 1, 2, 4, 5, 6)
    return [
        grid._replace(
            head=[grid.head[place] for place in kept], rows=[[row[place] for place in kept] for row in grid.rows]
        )
        for grid in detail_grids(comparison)
    ]


def rank_grids(comparison: Comparison, setting: str, rule: str = "wilcoxon") -> list[Grid]:
    """The ranks of a setting, and apart from them those of students that are graph neural networks, where there are."""
    found = [rank_grid(comparison, setting, rule, networks) for networks in (False, True)]
    return [grid for grid in found if grid.rows]


def rank_grid(comparison: Comparison, setting: str, rule: str = "wilcoxon", networks: bool = False) -> Grid:
    """Average rank of each model over data sets, and those from which it does not differ; no rows without ranks."""
    found = comparison.ranking(setting, rule, networks)
    title = f"Ranks over data sets, {setting}{', students that need the graph' * networks}"
    if found is None:
        return Grid(title, [], [])
    rows = []
    for model, rank in zip(found.models, found.ranks, strict=True):
        alike = [other for other in found.models if other != model and not found.differ(model, other)]
        rows.append([model, f"{rank:.2f}", ", ".join(alike) or MISSING])
    test = f"Friedman p {p_value(found.friedman)}, {plural(found.datasets, 'data set')}"
    return Grid(f"{title} ({test})", ["Model", "Rank", "Could be like"], rows)


def legend(comparison: Comparison) -> str:
    """What the marks of `matrix_grids` mean."""
    return (
        f"{BETTER} better, {WORSE} worse than {comparison.against} beyond chance; {GRAPH} needs the graph at inference."
    )


def uneven(comparison: Comparison) -> list[str]:
    """A sentence, where some models were scored on fewer splits of a task than others: means are of what there is."""
    most = {task: max(len(row.by_split) for row in comparison.rows if row.task == task) for task in comparison.tasks}
    fewer = [row for row in comparison.rows if len(row.by_split) < most[row.task]]
    if not fewer:
        return []
    told = [
        f"{row.model} on {row.task.called} {row.task.setting} ({len(row.by_split)} of {most[row.task]})"
        for row in fewer
    ]
    return [f"Over fewer splits than others: {listing(told, 3)}. Means are of those, differences of shared splits."]


def versions_grid(comparison: Comparison) -> Grid:
    """How many trainings each version of the code made."""
    lines = {
        (score.dataset, score.setting, score.model, score.seed, score.initialisation): score.made_by
        for row in comparison.rows
        for score in row.scores
    }
    rows = [[made, f"{count:,}"] for made, count in Counter(lines.values()).most_common()]
    return Grid("Made by", ["Version", "Trainings"], rows)


def to_csv(comparison: Comparison) -> str:
    """A line for each model and task, shares as fractions, with the difference to the model compared with."""
    rows = records(comparison)
    text = io.StringIO()
    writer = csv.DictWriter(text, fieldnames=list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def records(comparison: Comparison) -> list[dict[str, Any]]:
    """A record of plain values for each model and task."""
    told = []
    for row in comparison.rows:
        found = _minus(row, comparison.difference(row))
        difference = {key: getattr(found, key, None) for key in ("difference", "low", "high", "p", "wins")}
        told.append({**row.to_dict(), "against": comparison.against, **_without_nan(difference)})
    return told


def _without_nan(values: dict[str, Any]) -> dict[str, Any]:
    return {key: None if value != value else value for key, value in values.items()}


def score_text(row: Row, value: float) -> str:
    """A score or its spread in per cent, where it is a share, else with three digits."""
    return f"{100 * value:.1f}" if row.share else significant(value)


def _cell(comparison: Comparison, task: Task, model: str) -> str:
    row = comparison.row(task, model)
    if row is None:
        return MISSING
    spread = f" ± {score_text(row, row.split_std)}" if len(row.by_split) > 1 else ""
    return f"{_mark(comparison.difference(row), row)}{score_text(row, row.mean)}{spread}"


def _mark(found: Paired | None, row: Row) -> str:
    """Whether a model is better or worse than the one compared with, beyond chance."""
    if found is None or found.n < FEWEST or not found.differs:
        return ""
    return f"{BETTER} " if found.difference > 0 else f"{WORSE} "


def _minus(row: Row, found: Paired | None) -> Paired | None:
    """The difference in the metric's own unit and sign: of an error it is below 0 where the model is better."""
    if found is None or row.greater_is_better:
        return found
    return found._replace(difference=-found.difference, low=-found.high, high=-found.low)


def _details(comparison: Comparison, row: Row) -> list[str]:
    found = _minus(row, comparison.difference(row))
    several = len(row.by_split) > 1
    again = row.initialisation_std
    return [
        row.model,
        score_text(row, row.mean),
        f"± {score_text(row, row.split_std)}" if several else MISSING,
        MISSING if again is None else f"± {score_text(row, again)}",
        MISSING if found is None else _signed(row, found.difference),
        MISSING if found is None or not found.has_interval else _interval_text(row, found),
        MISSING if found is None or not found.has_interval else p_value(found.p),
        MISSING if row.ece is None else f"{100 * row.ece:.1f}",
        f"{row.seconds:.1f}",
        "yes" if row.needs_graph else "no",
        f"{len(row.by_split)} × {row.trainings // len(row.by_split)}",
    ]


def _interval_text(row: Row, found: Paired) -> str:
    if row.share:
        return points_interval(found.low, found.high)
    return f"{_signed(row, found.low)} to {_signed(row, found.high)}"


def _signed(row: Row, value: float) -> str:
    """A difference in points, where scores are shares, else with three digits."""
    if row.share:
        return signed_points(value)
    return f"{'−' if value < 0 else '+'}{significant(abs(value))}"


def _needs_graph(comparison: Comparison, tasks: Iterable[Task], model: str) -> bool:
    return any(row.needs_graph for task in tasks if (row := comparison.row(task, model)))


def _homophily(comparison: Comparison, task: Task) -> str:
    """`0.81 (adj. 0.77)` as far as the lines tell; else nothing."""
    found = [row.homophily for row in comparison.rows if row.task == task and row.homophily[0] is not None]
    if not found:
        return ""
    edge, adjusted = found[0]
    return f"{edge:.2f}" + (f" (adj. {adjusted:.2f})" if adjusted is not None else "")


def _nodes(comparison: Comparison, tasks: Sequence[Task]) -> str:
    populations = dict.fromkeys(task.population for task in tasks)
    shares = {row.share for row in comparison.rows if row.task in tasks}
    unit = ", %" if shares == {True} else ", shares in %" if True in shares else ""
    return f"{' and '.join(populations)} nodes{unit}"

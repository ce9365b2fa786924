"""The cells of results: what a run, a fit, a search, a study of trust or of latency shows in a notebook."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from gnn2mlp.core.errors import listing
from gnn2mlp.explore.formatting import MISSING
from gnn2mlp.report.agreement import agreement_grid, agreement_line, first_agreement
from gnn2mlp.report.auto_table import basis as judged_on
from gnn2mlp.report.auto_table import leaderboard_grid
from gnn2mlp.report.cell import Drawn, Table, cell
from gnn2mlp.report.claims import basis, headline_population
from gnn2mlp.report.fit_grids import (
    churn_grid,
    columns_grid,
    differences_grid,
    labels_grid,
    scores_grid,
    split_line,
    tables_grid,
    trust_grid,
)
from gnn2mlp.report.fit_trust import trust_advice
from gnn2mlp.report.grids import (
    Grid,
    accuracy_grid,
    difference_grid,
    forms_grid,
    latency_grid,
    result_grids,
    student_trust_grids,
    throughput_grid,
)
from gnn2mlp.report.grids import trust_grid as score_grid
from gnn2mlp.report.headline import cost_lines, headline, latency_line, student_trust_line, trust_line
from gnn2mlp.report.plots import plot_accuracy, plot_latency
from gnn2mlp.report.plots_intervals import plot_intervals
from gnn2mlp.report.results import Results, has_spread, judged_by, latency_rows, models

# Rows of a leaderboard that are shown, and features that are named.
_MOST, _NAMED = 12, 10


def run_cell(results: Results, out: Path) -> str:
    """A run: what was found, scores and differences, and both with the latency as figures.

    Args:
        results: what `run` returns and writes to `results.json`.
        out: the folder of the run, where the page is.
    """
    found, judged = headline(results), judged_by(results)
    spread = " ± and error bars: standard deviation over seeds." if has_spread(results) else ""
    scores = plot_accuracy({model: results["summary"][model] for model in models(results)}, judged)
    plots = [Drawn(scores, judged.heading + judged.unit, f"{found.subject}{spread}"), *_latency_plot(results)]
    differences = difference_grid(results)
    judging = [
        row for row in differences.rows if headline_population(results) in row[0].split(", ")
    ]  # of these the sentence speaks
    tables = [accuracy_grid(results), differences._replace(rows=judging)]
    more = [grid for grid in [*result_grids(results), latency_grid(results)] if grid not in tables]
    return cell(found.sentence, [*found.lines, _page(out / "report.html")], tables, plots, more)


def fit_cell(results: Results, out: Path | None) -> str:
    """A fit: the verdict, scores and differences with intervals, how far to trust the answers; or the data report.

    Args:
        results: what `fit` returns and writes to `scores.json`; of a dry run it has the data report alone.
        out: the model directory, where the page is; `None` of a dry run.
    """
    if out is None:
        return data_cell(results["data"])
    plot = Drawn(plot_intervals(results["scores"], results["metric"]), "Scores", "Bars: 95 % intervals.")
    advice = [*trust_advice(results["trust"])[:1], *results["trust"].get("warnings", [])]
    tables = [scores_grid(results), differences_grid(results), churn_grid(results), trust_grid(results)]
    more = _data_tables(results["data"])
    lines = [*advice, _page(out / "report.html")]
    return cell(results["verdict"]["sentence"], lines, tables, [plot], more, "What is in the tables")


def data_cell(report: Results) -> str:
    """The data report of a fit: counts, labels, what becomes of each column, how rows are split, what to look at."""
    told = [". ".join(_sentence(one[key]) for key in ("what", "remedy") if one[key]) for one in report["warnings"]]
    return cell("", [split_line(report), *(f"{one}." for one in told)], _data_tables(report))


def leaderboard_cell(board: Mapping[str, Any]) -> str:
    """A search: what was chosen and what that is worth, and the best configurations.

    Args:
        board: what `Leaderboard.to_dict` gives, or `leaderboard.json` holds.
    """
    found = leaderboard_grid(board, _MOST)
    table = Table(found.title, found.head, found.rows, left=(1, 5))
    return cell(board["verdict"]["sentence"], [*board["verdict"]["warnings"], judged_on(board)], [table])


def trust_cell(results: Results, out: Path) -> str:
    """Which answers to trust, the teacher's and the student's.

    Args:
        results: what `trust` returns and writes to `trust.json`.
        out: its folder, where the page is.
    """
    agreement = first_agreement(results)
    lines = [student_trust_line(results), agreement_line(agreement), basis(results, "seen"), _page(out / "trust.html")]
    tables = [score_grid(results), *student_trust_grids(results), agreement_grid(agreement)]
    return cell(trust_line(results), [line for line in lines if line], [table for table in tables if table.rows])


def latency_cell(results: Results, out: Path) -> str:
    """What a request costs teacher and student, and what the student's answers are worth beside the teacher's.

    Args:
        results: what `latency` returns and writes to `latency.json`.
        out: its folder, where the page is.
    """
    tables = [latency_grid(results), throughput_grid(results), forms_grid(results)]
    lines = [*cost_lines(results), _page(out / "latency.html")]
    return cell(latency_line(results), lines, tables, _latency_plot(results))


def distil_cell(results: Results, out: Path) -> str:
    """A distillation from tables: how student and teacher do on rows that were held back, and where the student is.

    Args:
        results: what `distil` returns and writes to `results.json`.
        out: its folder, where the student is.
    """
    rows = [
        [role, f"{found['rows']:,}", *map(_percent, (found["accuracy"], found["teacher_accuracy"], found["agreement"]))]
        for role, found in results["scores"].items()
    ]
    table = Grid("Accuracy, %", ["Rows", "Count", "Student", "Teacher", "Agreement"], rows)
    counts = ", ".join(f"{number:,} {what}" for what, number in results["counts"].items() if number)
    features = listing([column["name"] for column in results["columns"]["features"]], _NAMED)
    lines = [f"Of the tables: {counts}. Features: {features}.", f"The student: {out / 'student'}"]
    return cell("", lines, [table])


def _percent(share: float | None) -> str:
    return MISSING if share is None else f"{100 * share:.2f}"


def _latency_plot(results: Results) -> list[Drawn]:
    rows = latency_rows(results)
    note = "Until an answer: median, whiskers to the 95th percentile; logarithmic scale."
    return [Drawn(plot_latency(rows), "Time per request", note)] if rows else []


def _data_tables(report: Results) -> list[Table]:
    counts, columns = tables_grid(report), columns_grid(report)
    return [
        Table(counts.title, counts.head, counts.rows, left=(2,)),
        Table(*labels_grid(report)[:3]),
        Table(columns.title, columns.head, columns.rows, left=(1, 2, 5)),
    ]


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:].rstrip(".")


def _page(path: Path) -> str:
    return f"All of it on one page: {path}"

"""The report on latency: what a request costs teacher and student, as one self-contained HTML page."""

from pathlib import Path
from typing import Any

from gnn2mlp.core.files import write_text
from gnn2mlp.explore.formatting import plural, significant
from gnn2mlp.report.grids import forms_grid, latency_grid, requests_grid, throughput_grid
from gnn2mlp.report.headline import cost_lines, latency_line, subject
from gnn2mlp.report.page import Plot, draw, provenance, render
from gnn2mlp.report.plots import plot_latency
from gnn2mlp.report.plots_tradeoff import plot_tradeoff
from gnn2mlp.report.results import Results, has_spread, judged_by, latency_rows, tradeoff


def write_latency_report(results: Results, path: Path) -> None:
    """Write the page.

    Args:
        results: what `latency` returns and writes to `latency.json`.
        path: of the HTML file.

    Raises:
        ArtefactError: if the file cannot be written.
    """
    write_text(path, render("latency.html.jinja", _content(results)))


def request_plots(results: Results) -> list[Plot]:
    """Time per request of teacher and student; none if it was not measured."""
    rows = latency_rows(results)
    note = (
        "Dots: median time until an answer, on a logarithmic scale; lines reach to the 95th percentile. "
        "The teacher fetches the neighbourhood of each node, the student reads the node alone."
    )
    return [draw(plot_latency(rows), "latency", "Time per request", note)] if rows else []


def tradeoff_plots(results: Results) -> list[Plot]:
    """Accuracy, or the run's metric, against time of every model; none if latency was not measured."""
    points = tradeoff(results)
    if not points:
        return []
    spread = " Error bars: standard deviation over seeds." if has_spread(results) else ""
    judged = judged_by(results)
    best = "top" if judged.greater_is_better else "bottom"
    nodes = plural(min(row["nodes"] for row in latency_rows(results)), "node")
    note = f"Test nodes; median time of a request for {nodes}. The best place is {best} left.{spread}"
    return [draw(plot_tradeoff(points, judged), "tradeoff", f"{judged.heading} against time", note)]


def _content(results: Results) -> dict[str, Any]:
    found = results["latency"]
    facts = {key: found[key] for key in ("device", "threads", "dtype", "protocol")}
    return {
        "sentence": latency_line(results),
        "subject": subject(results),
        "plots": [*request_plots(results), *tradeoff_plots(results)],
        "requests": latency_grid(results),
        "passes": throughput_grid(results),
        "forms": forms_grid(results),
        "every": requests_grid(results),
        "notes": cost_lines(results),
        "measured": {**facts, **{key: _text(value) for key, value in found["sizes"].items()}},
        **provenance(results),
    }


def _text(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{significant(reached)} for {nodes}" for nodes, reached in value.items())
    return " – ".join(map(str, value)) if isinstance(value, list) else f"{value:,}"

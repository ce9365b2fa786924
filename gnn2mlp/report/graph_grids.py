"""The tables of a run that predicts whole graphs as plain strings, for the terminal and the page alike."""

from collections.abc import Sequence
from statistics import fmean

from gnn2mlp.explore.formatting import (
    MISSING,
    percent,
    points_interval,
    signed_points,
    significant,
)
from gnn2mlp.explore.theme import style_of
from gnn2mlp.report.class_grids import MOST
from gnn2mlp.report.graph_results import (
    TEST,
    compared_graphs,
    graph_entry,
    graph_metrics,
    graph_models,
    headline_metrics,
    judged,
)
from gnn2mlp.report.grids import Grid, seconds_grid, timed_grid
from gnn2mlp.report.results import Results, has_spread, latency_rows


def graph_grids(results: Results) -> list[Grid]:
    """Scores, differences, fidelity, latency and seconds: those that there are."""
    grids = [
        graph_score_grid(results),
        graph_difference_grid(results),
        graph_task_grid(results),
        request_grid(results),
        graph_throughput_grid(results),
        seconds_grid(results),
    ]
    return [grid for grid in grids if grid.rows]


def graph_score_grid(results: Results) -> Grid:
    """Every metric in per cent on test graphs, a row for each model, baselines first."""
    metrics, spread = graph_metrics(results), has_spread(results)
    rows = [
        [style_of(model).label, *(percent(graph_entry(results, model, m), spread) for m in metrics)]
        for model in graph_models(results)
    ]
    return Grid("Test graphs, %", ["Model", *(judged(m).heading for m in metrics)], rows)


def graph_difference_grid(results: Results) -> Grid:
    """The student minus each rival, with intervals; none for a single seed."""
    metrics = headline_metrics(results)
    found = {(one.rival, m): one.found for m in metrics for one in compared_graphs(results, m)}
    rows = []
    for rival, metric in sorted(found, key=lambda pair: metrics.index(pair[1])):  # stable: rivals in their order
        one = found[rival, metric]
        if one.n > 1:
            interval = points_interval(one.low, one.high)
            points = signed_points(one.difference)
            rows.append([judged(metric).heading, style_of(rival).label, points, interval, f"{one.wins} of {one.n}"])
    head = ["By", "Minus", "Points", "95% interval", "Ahead"]
    return Grid("Student minus another, points", head, rows if has_spread(results) else [])


def graph_task_grid(results: Results) -> Grid:
    """Of several tasks how well each is told, in per cent, means over seeds; no row for one task."""
    records = [one["by_task"] for one in results["seeds"] if "by_task" in one]
    if not records:
        return Grid("", [], [])
    names = (results.get("graph") or {}).get("task_names") or [*map(str, range(len(records[0]["known"])))]
    models = [name for name in graph_models(results) if name in records[0]["scores"]]
    rows = []
    for place, name in enumerate(names[:MOST]):
        known, yes = (sum(one[key][place] for one in records) for key in ("known", "yes"))
        share = f"{100 * yes / known:.1f}" if known else MISSING
        scores = [_mean([one["scores"][model][place] for one in records]) for model in models]
        rows.append([name, f"{known / len(records):,.0f}", share, *scores])
    if len(names) > MOST:
        rows.append([f"and {len(names) - MOST} more", *[""] * (len(models) + 2)])
    heads = ["Task", "Answers", "Yes, %", *(style_of(model).label for model in models)]
    return Grid(f"By task, test graphs: {judged(records[0]['metric']).title}, %", heads, rows)


def _mean(scores: Sequence[float | None]) -> str:
    """Over the seeds on whose test graphs it is defined."""
    found = [score for score in scores if score is not None]
    return f"{100 * fmean(found):.1f}" if found else MISSING


def request_grid(results: Results) -> Grid:
    """Median and 95th percentile of a request, a row for each model and a column for each number of graphs."""
    by_model: dict[str, dict[int, Results]] = {}
    for row in latency_rows(results):
        by_model.setdefault(row["model"], {})[row["graphs"]] = row
    named = {style_of(model).label: requests for model, requests in by_model.items()}
    faster = [graph_speedup(results, model) for model in by_model]
    return timed_grid("Milliseconds per request, median (p95)", named, "graph", faster)


def graph_speedup(results: Results, model: str = "student") -> float | None:
    """How many times faster than the teacher a model answers a request of one graph; `None` if that was not timed."""
    times = {row["model"]: row["median_ms"] for row in latency_rows(results) if row["graphs"] == 1}
    if not times.get("teacher") or not times.get(model):
        return None
    return float(times["teacher"] / times[model])


def graph_throughput_grid(results: Results) -> Grid:
    """Graphs a second of a pass over many, and milliseconds a graph."""
    rows = (results.get("latency") or {}).get("throughput") or []
    body = [
        [
            style_of(row["model"]).label,
            f"{row['graphs_per_second']:,.0f}",
            significant(1e3 / row["graphs_per_second"]),
        ]
        for row in rows
    ]
    return Grid("Many graphs at once", ["Model", "Graphs a second", "Milliseconds a graph"], body)


def graph_seeds_grid(results: Results) -> Grid:
    """The scores of each seed, a row for each and a column for each model, by the metrics of the headline."""
    names, metrics = graph_models(results), headline_metrics(results)
    rows = []
    for record in results["seeds"]:
        digest = str(record.get("split", {}).get("digest", MISSING))[:8]
        for metric in metrics:
            scored = [record.get("scores", {}).get(model, {}).get(TEST, {}).get(metric) for model in names]
            cells = [MISSING if score is None else f"{100 * score:.2f}" for score in scored]
            rows.append([str(record["seed"]), digest, judged(metric).title, *cells])
    return Grid("Scores of each seed, %", ["Seed", "Split", "Metric", *(style_of(m).label for m in names)], rows)

"""The tables of a run that predicts links as plain strings, for the terminal and the page alike."""

from collections.abc import Mapping

from gnn2mlp.evaluate import Paired
from gnn2mlp.explore.formatting import (
    MISSING,
    measure,
    percent,
    plural,
    points_interval,
    signed_points,
)
from gnn2mlp.explore.theme import style_of
from gnn2mlp.report.grids import Grid, seconds_grid, timed_grid
from gnn2mlp.report.link_claims import compared
from gnn2mlp.report.link_results import (
    HEURISTICS,
    TOP,
    WHOLE,
    entry,
    link_metrics,
    link_models,
    link_populations,
    metric_title,
    pair_counts,
)
from gnn2mlp.report.results import Results, has_spread, latency_rows


def link_grids(results: Results) -> list[Grid]:
    """Scores, differences, heuristics, agreement with the teacher, latency and seconds: those that there are."""
    grids = [
        score_grid(results),
        link_difference_grid(results),
        heuristics_grid(results),
        agreement_grid(results),
        pairs_grid(results),
        throughput_grid(results),
        seconds_grid(results),
    ]
    return [grid for grid in grids if grid.rows]


def score_grid(results: Results) -> Grid:
    """Every metric in per cent, a row for each model within each population."""
    metrics, spread = link_metrics(results), has_spread(results)
    rows = [
        [population, style_of(model).label, *(percent(entry(results, model, population, m), spread) for m in metrics)]
        for population in link_populations(results)
        for model in link_models(results)
    ]
    return Grid("Scores, %", ["Pairs", "Model", *map(_heading, metrics)], rows)


def link_difference_grid(results: Results) -> Grid:
    """The student minus each rival, a row for AUC and one for Hits@20, with intervals; none for a single seed."""
    rows = [
        [population, metric_title(metric), style_of(one.rival).label, *_difference(one.found)]
        for population in link_populations(results)
        for metric in (WHOLE, TOP)
        for one in compared(results, population, metric)
        if one.found.n > 1
    ]
    head = ["Pairs", "By", "Minus", "Points", "95% interval", "Ahead"]
    return Grid("Student minus another, points", head, rows if has_spread(results) else [])


def heuristics_grid(results: Results) -> Grid:
    """AUC and Hits@20 of every heuristic, a row for each within each population."""
    found, spread = results["summary"].get("heuristics") or {}, has_spread(results)
    rows = [
        [
            population,
            HEURISTICS.get(name, name),
            *(percent(found[name][population].get(m), spread) for m in (WHOLE, TOP)),
        ]
        for population in link_populations(results)
        for name in found
        if population in found[name]
    ]
    return Grid("Heuristics, %", ["Pairs", "Heuristic", *map(_heading, (WHOLE, TOP))], rows)


def agreement_grid(results: Results) -> Grid:
    """Rank correlation of the student's scores and the teacher's, a row for each population."""
    found, spread = results["summary"].get("agreement") or {}, has_spread(results)
    rows = [[p, measure(found[p], spread)] for p in link_populations(results) if p in found]
    return Grid("Student's and teacher's order, rank correlation", ["Pairs", "Spearman's"], rows)


def counts_grid(results: Results) -> Grid:
    """How many links a seed tests, a row for each population."""
    rows = [[population, f"{count:,.0f}"] for population, count in pair_counts(results).items()]
    return Grid("Links tested in a seed", ["Pairs", "Links"], rows)


def pairs_grid(results: Results) -> Grid:
    """Median and 95th percentile of ranking the candidates of one node, a row for each model."""
    by_model: dict[str, dict[int, Results]] = {}
    for row in latency_rows(results):
        by_model.setdefault(row["model"], {})[row["candidates"]] = row
    named = {style_of(model).label: requests for model, requests in by_model.items()}
    faster = [_faster(by_model.get("teacher", {}), requests) for requests in by_model.values()]
    return timed_grid("Milliseconds per request of one node, median (p95)", named, "candidate", faster)


def _faster(teacher: Mapping[int, Results], requests: Mapping[int, Results]) -> float | None:
    """How many times faster than the teacher the largest request is that both were asked."""
    most = max((size for size in requests if size in teacher), default=None)
    return None if most is None else teacher[most]["median_ms"] / requests[most]["median_ms"]


def reached_line(results: Results) -> str:
    """How many nodes the teacher reads for a request; empty if that was not counted."""
    latency = results.get("latency") or {}
    reached, rows = (latency.get("sizes") or {}).get("nodes reached"), latency_rows(results)
    if reached is None or not rows:
        return ""
    candidates = plural(max(row["candidates"] for row in rows), "candidate")
    return f"For {candidates} of a node the teacher reads the features of {reached:,.0f} nodes."


def throughput_grid(results: Results) -> Grid:
    """Pairs a second, a row for each model."""
    rows = (results.get("latency") or {}).get("throughput") or []
    body = [[style_of(row["model"]).label, f"{row['pairs_per_second']:,.0f}"] for row in rows]
    return Grid("Pairs a second", ["Model", "Pairs a second"], body)


def link_seeds_grid(results: Results) -> Grid:
    """AUC and Hits@20 of each seed, a row for each seed and population and two columns for each model."""
    names = link_models(results)
    rows = []
    for record in results["seeds"]:
        digest = str(record.get("split", {}).get("digest", MISSING))[:8]
        for population in link_populations(results):
            scored = [record.get("scores", {}).get(model, {}).get(population, {}) for model in names]
            cells = [_share(one.get(metric)) for one in scored for metric in (WHOLE, TOP)]
            rows.append([str(record["seed"]), digest, population, *cells])
    heads = ["Seed", "Split", "Pairs", *[metric_title(WHOLE), metric_title(TOP)] * len(names)]
    return Grid("Scores of each seed, %", heads, rows, [("", 3), *((style_of(model).label, 2) for model in names)])


def _difference(found: Paired) -> list[str]:
    return [
        signed_points(found.difference),
        points_interval(found.low, found.high),
        f"{found.wins} of {found.n}",
    ]


def _share(score: float | None) -> str:
    return MISSING if score is None else f"{100 * score:.2f}"


def _heading(metric: str) -> str:
    title = metric_title(metric)
    return title[:1].upper() + title[1:]

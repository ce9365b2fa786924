"""The report of a run that predicts links: one HTML page that needs nothing beside itself, not even a network."""

from collections.abc import Mapping, Sequence
from typing import Any

from gnn2mlp.evaluate import LINK_POPULATIONS
from gnn2mlp.explore.theme import style_of
from gnn2mlp.report.grids import seconds_grid
from gnn2mlp.report.link_claims import compared, link_verdict
from gnn2mlp.report.link_facts import graph_facts, split_facts
from gnn2mlp.report.link_grids import (
    agreement_grid,
    counts_grid,
    heuristics_grid,
    link_difference_grid,
    link_seeds_grid,
    pairs_grid,
    reached_line,
    score_grid,
    throughput_grid,
)
from gnn2mlp.report.link_headline import link_headline
from gnn2mlp.report.link_results import (
    METRICS,
    PAIRS,
    TOP,
    WHOLE,
    by_metric,
    histograms,
    hits_curves,
    link_populations,
    negatives,
)
from gnn2mlp.report.page import Plot, draw, provenance, render
from gnn2mlp.report.plots import plot_accuracy, plot_latency
from gnn2mlp.report.plots_differences import drawn, plot_differences
from gnn2mlp.report.plots_links import plot_hits, plot_pair_scores
from gnn2mlp.report.results import Results, has_spread, latency_rows
from gnn2mlp.report.siblings import Page
from gnn2mlp.report.training_plots import training_plots
from gnn2mlp.report.using import link_load_lines, size_facts


def render_link_report(results: Results, pages: Sequence[Page] = ()) -> str:
    """The page as text. Whatever the results hold is escaped: names of data sets are a user's.

    Args:
        results: of the run; parts that are absent are left out of the page.
        pages: that lie beside it, to be linked.
    """
    return render("links.html.jinja", {"pages_beside": pages, **_content(results)})


def _content(results: Results) -> dict[str, Any]:
    found = link_populations(results)
    return {
        "date": results.get("date", ""),
        "verdict": link_verdict(results),
        "headline": link_headline(results),
        "setting": results["config"].get("setting", "transductive"),
        "spread": has_spread(results),
        "scores": score_grid(results),
        "score_plots": _score_plots(results),
        "curves": _curve_plots(results),
        "differences": link_difference_grid(results),
        "difference_plots": _difference_plots(results),
        "heuristics": heuristics_grid(results),
        "populations": {name: LINK_POPULATIONS.get(name, "") for name in found},
        "counts": counts_grid(results),
        "negatives": negatives(results),
        "loading": link_load_lines(results),
        "sizes": size_facts(results),
        "latency": {
            "grid": pairs_grid(results),
            "plots": _latency_plots(results),
            "notes": [*filter(None, [reached_line(results)]), *(results.get("latency") or {}).get("notes", [])],
            "kept": any(row["model"].endswith("_kept") for row in latency_rows(results)),
        },
        "histograms": _histogram_plots(results),
        "training": training_plots(results),
        "data_facts": graph_facts(results) | split_facts(results),
        "details": [g for g in (agreement_grid(results), throughput_grid(results), seconds_grid(results)) if g.rows],
        "by_seed": link_seeds_grid(results),
        "shipped": results.get("student") or {},
        **provenance(results),
    }


def _score_plots(results: Results) -> list[Plot]:
    """AUC and Hits@20, side by side."""
    spread = " Dots: mean over seeds; lines: standard deviation." if has_spread(results) else ""
    notes = {
        WHOLE: "The whole ranking: how often a link ranks above a pair that is none.",
        TOP: "The top of the ranking: the share of links above the 20th best pair that is none.",
    }
    return [
        draw(
            plot_accuracy(scores, METRICS[metric]),
            f"score-{metric}".replace("@", "-"),
            METRICS[metric].heading,
            f"{note}{spread}",
        )
        for metric, note in notes.items()
        if (scores := by_metric(results, metric))
    ]


def _curve_plots(results: Results) -> list[Plot]:
    note = "Of the links, the share that ranks above the K-th best pair that is none. Left: the top of the ranking."
    mean = " Mean over seeds." if has_spread(results) else ""
    return [
        draw(plot_hits(curves), f"hits-{population}", f"Hits@K, {PAIRS.get(population, population)}", f"{note}{mean}")
        for population, curves in hits_curves(results).items()
    ]


def _difference_plots(results: Results) -> list[Plot]:
    """The student minus each rival with 95 % intervals, for AUC and for Hits@20."""
    plots = []
    for metric in (WHOLE, TOP):
        panels = {
            PAIRS.get(population, population): drawn(
                (style_of(one.rival).label, one.found) for one in compared(results, population, metric)
            )
            for population in link_populations(results)
        }
        if any(panels.values()):
            figure = plot_differences(panels, "the model that is named")
            title = f"Student minus others, {METRICS[metric].title}"
            note = "Points with 95% intervals, paired by seed; filled where the interval leaves out 0."
            plots.append(draw(figure, f"minus-{metric}".replace("@", "-"), title, note))
    return plots


def _histogram_plots(results: Results) -> list[Plot]:
    note = f"All test pairs{', of all seeds' * has_spread(results)}; shares on a logarithmic scale."
    return [
        draw(
            plot_pair_scores(model, both["positives"], both["negatives"]), f"pairs-{model}", style_of(model).label, note
        )
        for model, both in histograms(results).items()
        if sum(both["positives"]) and sum(both["negatives"])
    ]


def _latency_plots(results: Results) -> list[Plot]:
    rows: list[Mapping[str, Any]] = [{**row, "nodes": row["candidates"]} for row in latency_rows(results)]
    note = (
        "Dots: median time until the candidates of a node are ranked, on a logarithmic scale; lines reach to the 95th "
        "percentile. The teacher fetches the neighbourhood of each node, the student reads rows of features."
    )
    return [draw(plot_latency(rows, "candidate"), "latency", "Time per request", note)] if rows else []

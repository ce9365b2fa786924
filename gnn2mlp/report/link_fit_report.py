"""The page of a fit of links: does distilling pay, what is in the tables, how good is what ships."""

from collections.abc import Mapping
from typing import Any

from gnn2mlp.report.fit_grids import columns_grid
from gnn2mlp.report.fit_page import Results, fit_content, learnt_by, loading
from gnn2mlp.report.headline import Tile
from gnn2mlp.report.link_fit_grids import (
    TITLES,
    link_difference_grids,
    link_score_grids,
    link_split_line,
    link_tables_grid,
    pairs_grid,
)
from gnn2mlp.report.page import Plot, draw, render
from gnn2mlp.report.plots_link_fit import link_fit_figures


def render_link_fit_report(results: Results) -> str:
    """The page of a fit of links as text. Whatever the results hold is escaped: names of columns are a user's."""
    return render("link_fit.html.jinja", _content(results))


def _content(results: Results) -> dict[str, Any]:
    data, config = results["data"], results["config"]
    return {
        **fit_content(results),
        "subject": f"Links of {data['nodes']['file']} in {data['edges']['file']}: "
        f"{learnt_by(config, _teacher(config))}.",
        "split": link_split_line(data),
        "tiles": _tiles(results),
        "plots": _plots(results),
        "scores": [*link_score_grids(results), *link_difference_grids(results)],
        "heuristic": results["heuristic_name"],
        "tables": [link_tables_grid(data), pairs_grid(data)],
        "columns": columns_grid(data),
        "loading": loading(
            results,
            "LinkPredictor",
            f"model.score_pairs(frame, pairs)  # pairs of ids, frame with {config['id']} and the columns above",
            f"model.top(frame, node, k=10)  # the 10 nodes that the one of this {config['id']} most probably links to",
        ),
        "links": results.get("shipped", {}).get("links", 0),
    }


def _teacher(config: Results) -> str:
    inner = config["teacher"].get("encoder")
    return str(inner["name"] if isinstance(inner, Mapping) else inner or config["teacher"]["name"])


def _tiles(results: Results) -> list[Tile]:
    """Both metrics of the student, on all test links and, where some nodes are new, on those with a new node."""
    tiles = []
    for population, by in results["intervals"].items():
        if population in ("overall", "old-new", "new-new"):
            for metric, models in by.items():
                one, rival = models["student"], models["mlp"]
                note = f"{100 * one['low']:.1f} to {100 * one['high']:.1f}; plain MLP {100 * rival['value']:.1f}"
                of = "all test links" if population == "overall" else f"{population} links"
                tiles.append(Tile(f"{100 * one['value']:.1f} %", f"{TITLES[metric]} on {of}", note))
    return tiles


def _plots(results: Results) -> list[Plot]:
    note = "Points: scores on test links; lines: 95 % intervals over such links."
    return [
        draw(figure, metric.replace("@", ""), f"{TITLES[metric]} of every model on the same links", note)
        for metric, figure in link_fit_figures(results)
    ]

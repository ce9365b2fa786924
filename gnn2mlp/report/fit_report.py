"""The page of a fit: does distilling pay, what is in the tables, how good is what ships, can it be believed."""

from typing import Any

from gnn2mlp.report.fit_grids import (
    beside_grid,
    changed_grid,
    churn_grid,
    churn_line,
    classes_grid,
    columns_grid,
    differences_grid,
    labels_grid,
    scores_grid,
    split_line,
    tables_grid,
    trust_grid,
)
from gnn2mlp.report.fit_page import Results, fit_content, learnt_by, loading
from gnn2mlp.report.fit_trust import left_out_sentence, trust_advice
from gnn2mlp.report.headline import Tile
from gnn2mlp.report.page import Plot, draw, render
from gnn2mlp.report.plots_churn import plot_churn
from gnn2mlp.report.plots_intervals import plot_intervals
from gnn2mlp.report.trust_plots import importance_plot, trust_plots


def render_fit_report(results: Results) -> str:
    """The page of a fit as text. Whatever the results hold is escaped: names of columns are a user's."""
    return render("fit.html.jinja", _content(results))


def _content(results: Results) -> dict[str, Any]:
    data, config = results["data"], results["config"]
    return {
        **fit_content(results),
        "classes": classes_grid(results),
        "loading": loading(results, "Predictor", "model.predict(frame)  # with the columns above"),
        "subject": f"{', '.join(config['label'])} of {data['nodes']['file']}: {learnt_by(config)}.",
        "split": split_line(data),
        "tiles": _tiles(results),
        "scores": [g for g in (scores_grid(results), differences_grid(results)) if g.rows],
        "beside": beside_grid(results),
        "changed": _changed(results),
        "plots": _score_plots(results),
        "baselines": _baseline_notes(results),
        "trust": _trust(results),
        "importance": _importance_plots(results),
        "tables": [tables_grid(data), labels_grid(data)],
        "columns": columns_grid(data),
        "search": results.get("search"),
        "disagreement": results.get("disagreement"),
        "labels": results.get("shipped", {}).get("labels", 0),
    }


def _changed(results: Results) -> dict[str, Any]:
    """What became of the answers of the deployed model; empty where none was named."""
    if not results.get("churn"):
        return {}
    found = results.get("tradeoff")
    note = (
        "On validation nodes, with 95 % intervals; each mark bears its weight w of (1 - w) · loss of the method + w · "
        "KL(deployed ‖ student). The dashed line is the deployed model."
    )
    plots = [draw(plot_churn(found), "tradeoff", "Accuracy against changed answers", note)] if found else []
    lines = [churn_line(results), results.get("warm_start", "")]
    return {
        "grids": [grid for grid in (churn_grid(results), changed_grid(results)) if grid.rows],
        "lines": [line for line in lines if line],
        "plots": plots,
    }


def _tiles(results: Results) -> list[Tile]:
    metric, student = results["metric"], results["scores"]["student"]
    tiles = []
    for population in ("unseen", "seen"):
        one = student[population]
        value = f"{100 * one['value']:.1f} %" if metric["share"] else f"{one['value']:.3g}"
        scale = 100 if metric["share"] else 1
        note = f"{scale * one['low']:.3g} to {scale * one['high']:.3g}, {one['nodes']:,} nodes"
        tiles.append(Tile(value, f"{metric['title']} on {population} nodes", note))
    agreement = results["agreement"]["test"]
    tiles.append(Tile(f"{100 * agreement:.1f} %", "of the teacher's answers given", "agreement on test nodes"))
    if one := results["trust"].get("calibration", {}).get("by", {}).get("unseen"):
        tiles.append(
            Tile(f"{100 * one['after']:.1f} %", "calibration error, unseen", f"{100 * one['before']:.1f} % before")
        )
    return tiles


def _score_plots(results: Results) -> list[Plot]:
    note = (
        "Points: scores on test nodes; lines: 95 % intervals over such nodes. Above, nodes that training did not see."
    )
    figure = plot_intervals(results["scores"], results["metric"])
    return [draw(figure, "scores", "Every model on the same nodes", note)]


def _trust(results: Results) -> dict[str, Any]:
    """Which answers to trust in a sentence for each population, promises that fail, figures, and pictures."""
    figures = results["trust"]
    grid = trust_grid(results)
    return {
        "grid": grid,
        "plots": trust_plots(figures) if grid.rows else [],
        "advice": trust_advice(figures),
        "warnings": figures.get("warnings", []),
        "left_out": left_out_sentence(results["left_out"]) if results.get("left_out") else "",
    }


def _importance_plots(results: Results) -> list[Plot]:
    found = results.get("importance") or []
    scoring = "accuracy" if results["metric"]["share"] else "R²"
    return [importance_plot(found, scoring, "test rows")] if found else []


def _baseline_notes(results: Results) -> list[str]:
    told = []
    for one in results["baselines"].values():
        reduced = f"; {one['reduced']}" if "reduced" in one else ""
        strength = f", penalty chosen by validation (C = {one['strength']:g})" if "strength" in one else ""
        told.append(f"{one['name'][:1].upper()}{one['name'][1:]}: scikit-learn's{strength}{reduced}.")
    return told

"""The page on why a teacher answers as it does, and where a graph-free student cannot follow."""

from pathlib import Path
from typing import Any

import numpy as np

from gnn2mlp.core.files import write_text
from gnn2mlp.data.graph import GraphData
from gnn2mlp.explainers import Explanation
from gnn2mlp.explore.formatting import plural
from gnn2mlp.explore.plots_explanations import plot_explanations, plot_faithfulness
from gnn2mlp.report.grids import Grid
from gnn2mlp.report.page import Plot, draw, provenance, render
from gnn2mlp.report.results import Results, option_name

# Explained nodes that the page lists, and names in a cell.
_LISTED, _NAMED = 20, 5
_SCORES = {
    "own_margin": "Own margin",
    "confidence": "Student's confidence",
    "both": "Both",
}


def write_explain_report(results: Results, explanation: Explanation, graph: GraphData, path: Path) -> None:
    """Write the page.

    Args:
        results: what `explain` returns and writes to `explain.json`.
        explanation: the scores, for the drawings.
        graph: that they speak of.
        path: of the HTML file.

    Raises:
        ArtefactError: if the file cannot be written.
    """
    write_text(path, render("explain.html.jinja", _content(results, explanation, graph)))


def headline(results: Results) -> str:
    """How far the explanations can be gone by, beside random ones, in a sentence."""
    one = results["surrogate"]
    if one["agreement"] < 0.8:
        return (
            f"The surrogate answers as the teacher on {100 * one['agreement']:.0f} % of nodes held out: its "
            "explanations are of another model."
        )
    ours, random = (_row(results, name) for name in (results["explainer"]["name"], "random"))
    text = f"The {ours['top']} nodes named first suffice for {_share(ours, 'sufficiency')} of the teacher's answers"
    if "sufficiency_gain" not in ours:
        return f"{text}."
    low, high = ours["sufficiency_gain"]
    beyond = "" if low > 0 or high < 0 else ", which is within chance"
    return f"{text}; as many random ones for {_share(random, 'sufficiency')}{beyond}."


def explain_grids(results: Results) -> list[Grid]:
    """Faithfulness, motifs where they are known, and where the student will differ: for page and terminal alike."""
    grids = [faithfulness_grid(results), motif_grid(results), student_grid(results)]
    return [grid for grid in grids if grid.rows]


def faithfulness_grid(results: Results) -> Grid:
    """Sufficiency and necessity of each explainer, in per cent, with 95 % intervals."""
    rows = [
        [
            row["method"],
            str(row["top"]),
            *(f"{100 * row[key]:.1f} ({_ends(row, key)})" for key in ("sufficiency", "necessity")),
        ]
        for row in results["faithfulness"]
    ]
    head = ["Explainer", "Nodes", "Sufficiency, %", "Necessity, %"]
    return Grid("Does the teacher's answer rest on the nodes that are named?", head, rows)


def motif_grid(results: Results) -> Grid:
    """The share of a motif's nodes that each explainer ranks first; no row where there are no motifs."""
    rows = [[row["method"], f"{100 * row['accuracy']:.1f}"] for row in results["motifs"]]
    return Grid("Nodes of the motif among as many first ones", ["Explainer", "Found, %"], rows)


def student_grid(results: Results) -> Grid:
    """What tells where the student answers as its teacher; no row where there is no student."""
    found = results.get("student", {}).get("auroc", {})
    rows = [[_SCORES[name], "n/a" if value is None else f"{value:.3f}"] for name, value in found.items()]
    return Grid("Where does the student answer as its teacher?", ["Score", "AUROC"], rows)


def quarters_grid(results: Results) -> Grid:
    """How often the student agrees in each quarter of the nodes by own margin."""
    quarters = results.get("student", {}).get("quarters", [])
    names = ["least", "second", "third", "greatest"]
    rows = [[name, f"{100 * share:.1f}"] for name, share in zip(names, quarters, strict=False)]
    return Grid("Agreement by quarter of the own margin", ["Own margin", "Agreement, %"], rows)


def nodes_grid(results: Results) -> Grid:
    """The explained nodes: the teacher's answer, the parts of its margin, and who and what adds most."""
    classes = list(results["graph"].get("class_counts", {}))
    rows = [
        [
            one["name"],
            classes[one["teacher"]] if one["teacher"] < len(classes) else str(one["teacher"]),
            _signed(one["own_margin"]),
            _signed(one["neighbours_margin"]),
            ", ".join(name for name, _ in one["top"][:_NAMED]),
            ", ".join(f"{name} ({_signed(value, '+')})" for name, value in one["features"][:_NAMED]),
        ]
        for one in results["nodes"][:_LISTED]
    ]
    head = ["Node", "Answer", "Own margin", "Neighbours' part", "Nodes, first ones", "Features, largest part first"]
    return Grid("Explained nodes", head, rows)


def _content(results: Results, explanation: Explanation, graph: GraphData) -> dict[str, Any]:
    one, count = results["surrogate"], len(results["nodes"])
    return {
        "sentence": headline(results),
        "subject": (
            f"Teacher {option_name(results, 'teacher')} on {option_name(results, 'dataset')}, seed "
            f"{results['seeds'][0]['seed']}; {plural(count, 'node')} explained by {explanation.method}."
        ),
        "surrogate": (
            f"Explanations are read from a linear surrogate of {plural(one['hops'], 'hop')}, which answers as the "
            f"teacher on {100 * one['agreement']:.1f} % of nodes held out (mean KL {one['divergence']:.3f} nats)."
        ),
        "notes": results["notes"],
        "grids": explain_grids(results),
        "quarters": quarters_grid(results),
        "nodes": nodes_grid(results),
        "listed": min(count, _LISTED),
        "count": count,
        "plots": _plots(results, explanation, graph),
        **provenance(results),
    }


def _plots(results: Results, explanation: Explanation, graph: GraphData) -> list[Plot]:
    answers = np.full(graph.num_nodes, -1)
    for one in results["nodes"]:
        answers[one["node"]] = one["teacher"]
    known = graph.labels.numpy()
    answers = np.where(answers < 0, known, answers)
    drawn = plot_explanations(explanation, graph, answers, graph.class_names)
    note = "In the middle the explained node, around it those with the highest scores, from the top clockwise."
    colours = " Its colour is the teacher's answer, that of others their class."
    plots = [draw(drawn, "explanations", "Why the teacher says so", note + colours)]
    for measure, text in (
        ("sufficiency", "How often the likeliest class stays if these nodes alone are left."),
        ("necessity", "How often it changes if these nodes are taken away."),
    ):
        plots.append(draw(plot_faithfulness(results["faithfulness"], measure), measure, measure.capitalize(), text))
    return plots


def _signed(value: float, sign: str = "") -> str:
    return f"{value:{sign}.2f}".replace("-", "−")


def _row(results: Results, method: str) -> dict[str, Any]:
    """The row of an explainer with the most nodes."""
    rows = [row for row in results["faithfulness"] if row["method"] == method]
    return dict(max(rows, key=lambda row: row["top"]))


def _share(row: dict[str, Any], measure: str) -> str:
    return f"{100 * row[measure]:.0f} % ({_ends(row, measure)})"


def _ends(row: dict[str, Any], measure: str) -> str:
    return f"{100 * row[f'{measure}_low']:.0f} to {100 * row[f'{measure}_high']:.0f}"

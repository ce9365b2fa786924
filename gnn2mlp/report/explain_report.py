"""The page on why a teacher answers as it does, and where a graph-free student cannot follow."""

from pathlib import Path
from typing import Any

import numpy as np

from gnn2mlp.core.files import write_text
from gnn2mlp.data.graph import GraphData
from gnn2mlp.explainers import Explanation
from gnn2mlp.explore.formatting import plural
from gnn2mlp.explore.plots_explanations import plot_explanations, plot_faithfulness
from gnn2mlp.report.agreement import agreement_grid, agreement_line, agreement_plot
from gnn2mlp.report.grids import Grid
from gnn2mlp.report.page import Plot, draw, provenance, render
from gnn2mlp.report.results import Results, option_name

# Explained nodes that the page lists, and names in a cell.
_LISTED, _NAMED = 20, 5


def write_explain_report(
    results: Results, explanation: Explanation, graph: GraphData, answers: np.ndarray, path: Path
) -> None:
    """Write the page.

    Args:
        results: what `explain` returns and writes to `explain.json`.
        explanation: the scores, for the drawings.
        graph: that they speak of.
        answers: int (nodes,), the teacher's class of every node.
        path: of the HTML file.

    Raises:
        ArtefactError: if the file cannot be written.
    """
    write_text(path, render("explain.html.jinja", _content(results, explanation, graph, answers)))


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


def surrogate_line(results: Results) -> str:
    """What the explanations are read from, and how well that stands for the teacher, in a sentence."""
    one = results["surrogate"]
    return (
        f"Explanations are read from a linear surrogate of {plural(one['hops'], 'hop')}, which answers as the teacher "
        f"on {100 * one['agreement']:.1f} % of nodes held out (mean KL {one['divergence']:.3f} nats)."
    )


def explain_grids(results: Results) -> list[Grid]:
    """Faithfulness, motifs where they are known, and where the student will differ: for page and terminal alike."""
    return [grid for grid in (*faith_grids(results), *student_grids(results)) if grid.rows]


def faith_grids(results: Results) -> list[Grid]:
    """Whether the teacher's answers rest on what explanations name, and whether these name motifs."""
    return [faithfulness_grid(results), motif_grid(results)]


def student_grids(results: Results) -> list[Grid]:
    """What tells where the student answers as its teacher, and what a cascade makes of it."""
    return [agreement_grid(results.get("student", {})), router_grid(results)]


def student_line(results: Results) -> str:
    """What the own margin adds to the student's confidence, in a sentence; empty where there is no student."""
    return agreement_line(results.get("student", {}))


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


def router_grid(results: Results) -> Grid:
    """Accuracy and fidelity of the student, and of cascades by what they go by; no row where there is no student.

    A router that goes by the confidence alone is no other cascade.
    """
    found = results.get("student", {}).get("router")
    if not found:
        return Grid("", [], [])
    names = {"confidence": "Cascade by confidence", "router": "Cascade by the router"}
    cascades = {names[key]: one for key, one in found["cascade"].items() if found["helps"] or key != "router"}
    told = {"Student alone": found["student"], **cascades}
    rows = [[name, f"{100 * one['accuracy']:.1f}", f"{100 * one['fidelity']:.1f}"] for name, one in told.items()]
    title = f"The teacher asked about {100 * found['deferred']:.0f} % of the nodes"
    return Grid(title, ["Who answers", "Accuracy, %", "As the teacher, %"], rows)


def nodes_grid(results: Results) -> Grid:
    """The explained nodes: the teacher's answer, the parts of its margin, and who and what adds most."""
    classes = list(results["graph"].get("class_counts", {}))
    rows = [
        [
            one["name"],
            _class(classes, one["teacher"]),
            _signed(one["own_margin"]),
            _signed(one["neighbours_margin"]),
            ", ".join(name for name, _ in one["top"][:_NAMED]),
            ", ".join(f"{name} ({_signed(value, '+')})" for name, value in one["features"][:_NAMED]),
        ]
        for one in results["nodes"][:_LISTED]
    ]
    head = ["Node", "Answer", "Own margin", "Neighbours' part", "Nodes, first ones", "Features, largest part first"]
    return Grid("Explained nodes", head, rows)


def inputs_grid(results: Results) -> Grid:
    """What each input did for the student's answers to the explained nodes; no row where there is no student."""
    classes = list(results["graph"].get("class_counts", {}))
    told = [(one["name"], one["student"]) for one in results["nodes"][:_LISTED] if "student" in one]
    rows = [
        [
            name,
            _class(classes, one["answer"]),
            "yes" if one["agrees"] else "no",
            f"{one['confidence']:.2f}",
            _signed(one["margin"] - one["blank_margin"]),
            ", ".join(f"{feature} ({_signed(value, '+')})" for feature, value in one["features"][:_NAMED]),
        ]
        for name, one in told
    ]
    head = ["Node", "Answer", "As the teacher", "Confidence", "All together", "Features, largest part first"]
    return Grid("The student's answers to them", head, rows)


def _class(classes: list[str], answer: int) -> str:
    return classes[answer] if answer < len(classes) else str(answer)


def _content(results: Results, explanation: Explanation, graph: GraphData, answers: np.ndarray) -> dict[str, Any]:
    count = len(results["nodes"])
    return {
        "sentence": headline(results),
        "subject": (
            f"Teacher {option_name(results, 'teacher')} on {option_name(results, 'dataset')}, seed "
            f"{results['seeds'][0]['seed']}; {plural(count, 'node')} explained by {explanation.method}."
        ),
        "surrogate": surrogate_line(results),
        "notes": results["notes"],
        "grids": [grid for grid in faith_grids(results) if grid.rows],
        "plots": _faith_plots(results),
        "student": _student(results),
        "nodes": nodes_grid(results),
        "drawn": [_drawn(explanation, graph, answers)],
        "listed": min(count, _LISTED),
        "count": count,
        **provenance(results),
    }


def _student(results: Results) -> dict[str, Any]:
    """What is said of the student; empty where there is none."""
    found = results.get("student")
    if not found:
        return {}
    blank = "a row of zeros" if found["blank"] == "zeros" else "the mean of all rows"
    return {
        "sentence": student_line(results),
        "router": found.get("router", {}).get("sentence", ""),
        "grids": [grid for grid in student_grids(results) if grid.rows],
        "plots": [agreement_plot(found)],
        "inputs": inputs_grid(results),
        "blank": blank,
        "gap": f"{found['gap']:.2g}",
    }


def _drawn(explanation: Explanation, graph: GraphData, answers: np.ndarray) -> Plot:
    figure = plot_explanations(explanation, graph, answers, graph.class_names, columns=2)
    note = (
        "In the middle the explained node, around it those with the highest scores, from the top clockwise; colours "
        "are the teacher's answers."
    )
    return draw(figure, "explanations", "Why the teacher says so", note)


def _faith_plots(results: Results) -> list[Plot]:
    texts = {
        "sufficiency": "How often the likeliest class stays if these nodes alone are left.",
        "necessity": "How often it changes if these nodes are taken away.",
    }
    return [
        draw(plot_faithfulness(results["faithfulness"], measure), measure, measure.capitalize(), text)
        for measure, text in texts.items()
    ]


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

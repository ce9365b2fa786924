"""The report on a teacher and its student: which answers to trust, as one HTML page that needs nothing beside it."""

from pathlib import Path
from typing import Any

from gnn2mlp.core.files import write_text
from gnn2mlp.evaluate.advice import ANSWER_SCORES
from gnn2mlp.explore.formatting import plural
from gnn2mlp.explore.plots_trust import plot_accuracy_by_score, plot_by_degree, plot_coverage
from gnn2mlp.explore.trust import SCORES, TrustTable
from gnn2mlp.report.agreement import agreement_grid, agreement_line, agreement_plot, first_agreement
from gnn2mlp.report.claims import basis
from gnn2mlp.report.grids import student_trust_grids, trust_grid
from gnn2mlp.report.headline import student_trust_line, trust_line
from gnn2mlp.report.page import Plot, draw, provenance, render
from gnn2mlp.report.results import Results, has_spread, option_name, student_bins, trust_bins


def write_trust_report(results: Results, table: TrustTable, path: Path) -> None:
    """Write the page.

    Args:
        results: what `trust` returns and writes to `trust.json`.
        table: the nodes of the first seed.
        path: of the HTML file.

    Raises:
        ArtefactError: if the file cannot be written.
    """
    write_text(path, render("trust.html.jinja", _content(results, table)))


def _content(results: Results, table: TrustTable) -> dict[str, Any]:
    setting = results["config"].get("setting", "transductive")
    subject = (
        f"Teacher {option_name(results, 'teacher')} on {option_name(results, 'dataset')}; {setting}, "
        f"{plural(len(results['seeds']), 'seed')}, {plural(table.nodes.size, 'test node')} that the teacher saw."
    )
    return {
        "sentence": trust_line(results) or "No test node has a known class: scores cannot be judged.",
        "subject": subject,
        "basis": basis(results, "seen"),
        "spread": has_spread(results),
        "scores": SCORES,
        "grid": trust_grid(results),
        "student": _student(results),
        "agreement": _agreement(results),
        "plots": _plots(results, table),
        **provenance(results),
    }


def _student(results: Results) -> dict[str, Any]:
    """What is said of the students' answers; empty where there was no student."""
    grids = student_trust_grids(results)
    if not grids:
        return {}
    population = "unseen" if "unseen" in results["summary"]["student_trust"] else "test"
    bins = student_bins(results, population)
    note = f"The {'unseen ' * (population == 'unseen')}test nodes of all seeds in ten equal parts by each score."
    names = dict.fromkeys(name for scores in results["summary"]["student_trust"].values() for name in scores)
    return {
        "sentence": student_trust_line(results),
        "grids": grids,
        "scores": {name: ANSWER_SCORES.get(name, "") for name in names},
        "plots": [draw(plot_accuracy_by_score(bins), "student-by-score", "Accuracy of the student by score", note)],
    }


def _agreement(results: Results) -> dict[str, Any]:
    """Where the student of the first seed answers as its teacher; empty where there is none, or no own margin."""
    found = first_agreement(results)
    if not found:
        return {}
    return {"sentence": agreement_line(found), "grid": agreement_grid(found), "plots": [agreement_plot(found)]}


def _plots(results: Results, table: TrustTable) -> list[Plot]:
    plots = []
    if table.known.any():
        bins, first = trust_bins(results, list(SCORES)), results["seeds"][0]["seed"]
        by_score = "The nodes of all seeds in ten equal parts. The steeper a line, the more the score tells."
        coverage = f"Seed {first}. Leave the least trusted nodes to a person: what accuracy do the others have?"
        plots = [
            draw(plot_accuracy_by_score(bins), "by-score", "Accuracy by score", by_score),
            draw(plot_coverage(table.coverage), "coverage", "Accuracy on the most trusted nodes", coverage),
        ]
    if table.nodes.size:
        note = "Boxes: quartiles and median; whiskers: from the 10th to the 90th percentile."
        degree = table.scores["degree"]
        plots += [
            draw(plot_by_degree(degree, table.scores[name], name), name, f"{name.capitalize()} by degree", note)
            for name in ("reliability", "confidence")
        ]
    return plots

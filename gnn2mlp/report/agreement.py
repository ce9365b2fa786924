"""Where a student answers as its teacher, told by its confidence and the own margin: a sentence, a table, a picture."""

from collections.abc import Mapping
from typing import Any

from gnn2mlp.explore.plots_explanations import plot_agreement
from gnn2mlp.report.grids import Grid
from gnn2mlp.report.page import Plot, draw

_SCORES = {"own_margin": "Own margin", "confidence": "Student's confidence", "both": "Both"}
_NODES = {"unseen": "unseen test nodes", "seen": "seen test nodes"}


def first_agreement(results: Mapping[str, Any]) -> Mapping[str, Any]:
    """What `trust` found of the student of the first seed, as `agreement_line` reads it; empty if nothing."""
    found: Mapping[str, Any] = results["seeds"][0].get("own_margin", {}).get("student", {})
    return found


def agreement_line(found: Mapping[str, Any]) -> str:
    """What the own margin adds to the student's confidence, in a sentence.

    Args:
        found: what `gnn2mlp.pipeline.explain_figures.agreement_scores` gives, and of which `population`; empty where
            there is no student, and nothing is said.

    Example:
        >>> auroc = {"confidence": 0.9, "both": 0.94}
        >>> found = {"auroc": auroc, "gain": [0.02, 0.06], "nodes": 1000, "population": "test"}
        >>> agreement_line(found).split(": ")[1]
        'AUROC 0.940 against 0.900 (+0.020 to +0.060) on 1,000 test nodes.'
    """
    if not found:
        return ""
    where = f"on {found['nodes']:,} {_NODES.get(found['population'], 'test nodes')}"
    if found["gain"] is None:
        return f"Nothing can be said of where the student will differ: {where} too few answers differ, or all do."
    low, high = found["gain"]
    values = f"AUROC {found['auroc']['both']:.3f} against {found['auroc']['confidence']:.3f}"
    apart = f"{low:+.3f} to {high:+.3f}".replace("-", "−")
    if low > 0:
        return (
            "Where the student answers as its teacher is told better by confidence and own margin together than by "
            f"confidence alone: {values} ({apart}) {where}."
        )
    verb = "less well" if high < 0 else "no better, as far as chance lets one tell,"
    return (
        f"Confidence and own margin together tell {verb} where the student answers as its teacher than confidence "
        f"alone: {values} ({apart}) {where}."
    )


def agreement_grid(found: Mapping[str, Any]) -> Grid:
    """The AUROC of each score, with 95 % intervals; no row where there is no student."""
    rows = []
    for name, value in found.get("auroc", {}).items():
        text = "n/a"
        if value is not None:
            text = "{:.3f} ({:.3f} to {:.3f})".format(value, *found["intervals"][name])
        rows.append([_SCORES[name], text])
    return Grid("Where does the student answer as its teacher?", ["Score", "AUROC"], rows)


def agreement_plot(found: Mapping[str, Any]) -> Plot:
    """Agreement in quarters of the nodes by own margin and by confidence."""
    nodes = _NODES.get(found["population"], "test nodes")
    note = f"Quarters of the {nodes} by each score, with 95 % intervals (Wilson's)."
    return draw(plot_agreement(found["quarters"]), "agreement", "Student and teacher agree", note)

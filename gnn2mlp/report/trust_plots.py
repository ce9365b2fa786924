"""The pictures of how far a student can be trusted, from the figures that a run or a fit has measured."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from gnn2mlp.explore.plots_calibration import plot_calibration, plot_set_coverage
from gnn2mlp.explore.plots_cascade import plot_cascade
from gnn2mlp.explore.plots_importance import plot_importance
from gnn2mlp.report.page import Plot, draw

_NODES = {"seen": "seen test nodes", "unseen": "unseen test nodes", "test": "test nodes"}


def trust_plots(figures: Mapping[str, Any]) -> list[Plot]:
    """Calibration before and after, coverage of sets, and the cascade, on unseen nodes where there are any.

    Args:
        figures: what `gnn2mlp.pipeline.trust_figures.trust_figures` gives; parts that are absent are not drawn.
    """
    plots = []
    calibration = figures.get("calibration") or {}
    name = next((name for name in ("unseen", "test", "seen") if name in calibration.get("by", {})), None)
    if name is not None:
        plots.append(_calibration(calibration, name))
    plots += [_coverage(nominal, by) for nominal, by in (figures.get("coverage") or {}).items() if by]
    cascade = figures.get("cascade") or {}
    if name is not None and name in cascade.get("by", {}):
        plots.append(_cascade(cascade, name))
    return plots


def importance_plot(
    records: list[Mapping[str, Any]], scoring: str = "accuracy", where: str = "validation rows"
) -> Plot:
    """What each column contributes, from the lines that `Importance.records` gives."""
    plain = scoring == "accuracy"
    names, mean, std = ([one[key] for one in records] for key in ("column", "mean", "std"))
    what, scale = ("points of accuracy lost", 100) if plain else (f"{scoring.replace('_', ' ')} lost", 1)
    note = (
        f"What is lost on {where} where a column's values are dealt out anew, mean and standard deviation over "
        "repeats. Hollow bars may be chance. A column that others repeat looks worthless."
    )
    return draw(plot_importance(names, mean, std, what, scale), "columns", "What each column contributes", note)


def _calibration(calibration: Mapping[str, Any], name: str) -> Plot:
    errors, diagrams = calibration["by"][name], calibration["diagrams"][name]
    named = {f"{when}, {errors[when]:.1%} off": diagram for when, diagram in diagrams.items()}
    note = (
        f"The {_NODES[name]} in parts of equally many, with 95% intervals, before and after scaling; off: mean "
        f"distance from the line. On the line a model is as right as it "
        f"claims; above it claims too little. Chance alone would make an error of {errors['by_chance']:.1%}."
    )
    return draw(plot_calibration(named), "calibration", "Accuracy by confidence", note)


def _coverage(nominal: str, by: Mapping[str, Any]) -> Plot:
    figure = plot_set_coverage({_NODES.get(name, name): one for name, one in by.items()})
    note = (
        "Measured share with its 95% interval, and how many classes a set has on average. The promise is for nodes "
        "like those of validation."
    )
    return draw(
        figure, f"coverage-{nominal.replace('.', '-')}", f"Sets of classes, {float(nominal):.0%} promised", note
    )


def _cascade(cascade: Mapping[str, Any], name: str) -> Plot:
    curve = {key: [np.nan if v is None else v for v in values] for key, values in cascade["by"][name]["curve"].items()}
    note = f"On {_NODES[name]}. The ring: the threshold that was chosen on validation nodes."
    return draw(
        plot_cascade(curve, cascade["threshold"]), "cascade", "Asking the teacher where the student is unsure", note
    )

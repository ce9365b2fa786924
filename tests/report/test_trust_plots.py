"""Which pictures are drawn of which figures."""

import numpy as np

from gnn2mlp.evaluate import cascade_curve, coverage
from gnn2mlp.report.trust_plots import importance_plot, trust_plots

BINS = {"confidence": [0.5, 0.9], "accuracy": [0.6, 0.95], "count": [20, 20]}
ERRORS = {"nodes": 40, "accuracy": 0.7, "before": 0.16, "after": 0.05, "by_chance": 0.04}


def test_parts_that_are_absent_are_not_drawn() -> None:
    assert trust_plots({}) == []
    calibration = {"by": {"test": ERRORS}, "diagrams": {"test": {"before": BINS, "after": BINS}}}
    (plot,) = trust_plots({"calibration": calibration})
    assert "Chance alone would make an error of 4.0%" in plot.note
    assert "before, 16.0% off" in plot.svg


def test_sets_and_a_cascade_without_times() -> None:
    calibration = {"by": {"unseen": ERRORS}, "diagrams": {"unseen": {"before": BINS, "after": BINS}}}
    p = np.array([[0.9, 0.1], [0.6, 0.4]])
    curve = {key: values.tolist() for key, values in cascade_curve(p, p, [0, 1])._asdict().items()}
    curve["latency_ms"] = [None] * len(curve["deferred"])
    sets = {"unseen": coverage([[True, False]] * 50, [0] * 50, 0.9)._asdict()}
    figures = {
        "calibration": calibration,
        "coverage": {"0.9": sets},
        "cascade": {"threshold": 0.7, "by": {"unseen": {"curve": curve}}},
    }
    titles = [plot.title for plot in trust_plots(figures)]
    assert titles[1:] == ["Sets of classes, 90% promised", "Asking the teacher where the student is unsure"]


def test_columns_in_the_units_of_their_score() -> None:
    records = [{"column": "likes", "mean": 0.05, "std": 0.01}, {"column": "kind", "mean": 0.0, "std": 0.01}]
    assert "points of accuracy lost" in importance_plot(records).svg
    assert "r2 lost" in importance_plot(records, scoring="r2").svg

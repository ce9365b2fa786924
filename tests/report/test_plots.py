from collections.abc import Callable
from typing import Any

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.collections import FillBetweenPolyCollection
from matplotlib.container import ErrorbarContainer

from gnn2mlp.core.errors import DataError
from gnn2mlp.explore.theme import MODEL_STYLES
from gnn2mlp.report import plot_accuracy, plot_latency, plot_reliability, plot_training
from gnn2mlp.report.plots import CURVE_POINTS, join_bins
from gnn2mlp.report.results import Judged
from tests.report.conftest import add_latency

Make = Callable[..., dict[str, Any]]
SCORE_STYLES = ("teacher", "mlp", "student")


def _dots(axes: Axes) -> list[np.ndarray]:
    """Where the dots of each model are."""
    return [line.get_xydata() for line in axes.lines if str(line.get_gid()).startswith("dots-")]


def _error_bars(axes: Axes) -> list[list[tuple[float, float]]]:
    """Lower and upper end of each error bar, by series."""
    containers = [c for c in axes.containers if isinstance(c, ErrorbarContainer)]
    return [[(line[0, 0], line[1, 0]) for line in c.lines[2][0].get_segments()] for c in containers]


def _accuracy(results: dict[str, Any]) -> Axes:
    return plot_accuracy({model: results["summary"][model] for model in SCORE_STYLES}).axes[0]


def test_accuracy_has_dots_at_the_means_and_lines_as_long_as_the_deviations(make_results: Make) -> None:
    axes = _accuracy(make_results())
    expected = [[81] * 4, [60] * 4, [79, 70, 77, 78]]
    np.testing.assert_allclose([dots[:, 0] for dots in _dots(axes)], expected)
    np.testing.assert_allclose(_error_bars(axes)[2], [(76, 82), (67, 73), (74, 80), (75, 81)])
    assert [tick.get_text() for tick in axes.get_yticklabels()] == ["seen", "unseen", "production", "test"]


def test_values_stand_beside_their_line_and_models_differ_by_colour_and_mark(make_results: Make) -> None:
    axes = _accuracy(make_results(inductive=False))
    assert [(text.get_text(), text.xy[0]) for text in axes.texts] == [("81.0", 82), ("60.0", 62), ("78.0", 81)]
    legend = axes.get_legend()
    assert legend is not None
    assert [text.get_text() for text in legend.get_texts()] == ["Teacher", "Plain MLP", "Student"]
    found = [line for line in axes.lines if str(line.get_gid()).startswith("dots-")]
    assert [line.get_color() for line in found] == [MODEL_STYLES[model].colour for model in SCORE_STYLES]
    assert len({line.get_marker() for line in found}) == 3


def test_accuracy_of_one_seed_has_no_error_bars(make_results: Make) -> None:
    axes = _accuracy(make_results(seeds=1))
    assert not [c for c in axes.containers if c.lines[2]]


def _history(valid: list[float], best_epoch: int = 1) -> dict[str, Any]:
    return {"valid": valid, "loss": [1.0 / (k + 1) for k in range(len(valid))], "best_epoch": best_epoch}


def test_training_draws_the_mean_its_band_and_the_epochs_kept() -> None:
    axes = plot_training({"student": [_history([0.2, 0.4], 2), _history([0.4, 0.8], 1)]}).axes[0]
    curve, dots = axes.lines
    np.testing.assert_allclose(curve.get_xydata(), [(1, 30), (2, 60)])
    np.testing.assert_allclose(dots.get_xydata(), [(2, 40), (1, 40)])
    (band,) = [c for c in axes.collections if isinstance(c, FillBetweenPolyCollection)]
    corners = band.get_paths()[0].vertices
    assert {(1.0, 20.0), (1.0, 40.0), (2.0, 40.0), (2.0, 80.0)} <= {(round(x, 6), round(y, 6)) for x, y in corners}


def test_training_curve_ends_where_less_than_half_of_the_seeds_train() -> None:
    rows = [_history([0.1]), _history([0.3] * 2), _history([0.5] * 9)]
    np.testing.assert_allclose(plot_training({"student": rows}).axes[0].lines[0].get_xydata(), [(1, 30), (2, 40)])


def test_training_of_one_seed_has_no_band() -> None:
    assert not plot_training({"student": [_history([0.2, 0.4])]}).axes[0].collections


def test_a_long_training_is_thinned_to_its_ends() -> None:
    x = plot_training({"teacher": [_history([0.5] * 5000)]}).axes[0].lines[0].get_xdata()
    assert (x[0], x[-1], len(x)) == (1, 5000, CURVE_POINTS)


def test_loss_is_logarithmic_where_it_can_be() -> None:
    positive, zero = _history([0.1, 0.2]), {**_history([0.1, 0.2]), "loss": [1.0, 0.0]}
    axes = plot_training({"teacher": [positive]}, "loss").axes[0]
    assert axes.get_yscale() == "log"
    np.testing.assert_allclose(axes.lines[0].get_ydata(), [1.0, 0.5])
    assert plot_training({"teacher": [positive, zero]}, "loss").axes[0].get_yscale() == "linear"


def test_a_model_that_never_trained_draws_an_empty_curve() -> None:
    assert len(plot_training({"teacher": [_history([], 0)]}).axes[0].lines[0].get_xdata()) == 0


def test_reliability_joins_bins_of_few_nodes_and_shows_what_chance_adds() -> None:
    diagram = {"confidence": [0.1, 0.4, 0.9], "accuracy": [1.0, 0.5, 0.7], "count": [1, 29, 100]}
    (axes,) = plot_reliability({"mlp": diagram}).axes
    diagonal, dots = axes.lines
    np.testing.assert_allclose(diagonal.get_xydata(), [(0, 0), (100, 100)])
    np.testing.assert_allclose(dots.get_xydata(), [(39, 100 * 15.5 / 30), (90, 70)])
    (few, many) = (segment[:, 1] for segment in axes.collections[0].get_segments())
    assert few[0] < 50 < few[1]
    assert many[0] < 70 < many[1]
    assert few[1] - few[0] > many[1] - many[0]
    assert axes.get_legend() is None  # nothing that points could be hidden behind


def test_bins_are_joined_until_all_of_them_are_large_enough() -> None:
    found = join_bins({"confidence": [0.2, 0.6, 0.8], "accuracy": [0.0, 1.0, 0.5], "count": [0, 25, 5]})
    assert found == {"confidence": [pytest.approx(19 / 30)], "accuracy": [pytest.approx(27.5 / 30)], "count": [30]}
    assert join_bins({"confidence": [0.5], "accuracy": [0.5], "count": [0]})["count"] == []


def test_reliability_titles_its_panels_where_there_are_several() -> None:
    diagram = {"confidence": [0.9], "accuracy": [0.7], "count": [3]}
    assert [a.get_title() for a in plot_reliability({"mlp": diagram, "student": diagram}).axes[:2]] == [
        "Plain MLP",
        "Student",
    ]
    assert plot_reliability({"mlp": diagram}).axes[0].get_title() == ""


def test_latency_has_dots_at_the_median_and_lines_to_the_95th_percentile(make_results: Make) -> None:
    axes = plot_latency(make_results()["latency"]["rows"]).axes[0]
    assert axes.get_xscale() == "log"
    np.testing.assert_allclose([dots[:, 0] for dots in _dots(axes)], [[2.4, 12.0], [0.12, 0.6]])
    lines = [[(s[0, 0], s[1, 0]) for s in c.get_segments()] for c in axes.collections[:2]]
    np.testing.assert_allclose(lines, [[(2.4, 4.8), (12, 24)], [(0.12, 0.24), (0.6, 1.2)]])
    assert [tick.get_text() for tick in axes.get_yticklabels()] == ["1 node", "100 nodes"]
    # The median is written at its dot, on the other side than the line.
    assert [(text.get_text(), text.xy[0], text.get_ha()) for text in axes.texts[:1]] == [("2.40", 2.4, "right")]
    assert axes.get_xlim()[0] < 0.12
    assert axes.get_xlim()[1] > 24


def test_latency_leaves_out_other_forms(make_results: Make) -> None:
    axes = plot_latency(add_latency(make_results())["latency"]["rows"]).axes[0]
    assert axes.get_legend_handles_labels()[1] == ["Teacher", "Student"]


@pytest.mark.parametrize("rows", [[], [{"model": "teacher", "nodes": 1, "median_ms": 0.0, "p95_ms": 1.0}]])
def test_latency_refuses_what_a_logarithmic_axis_cannot_show(rows: list[dict[str, Any]]) -> None:
    with pytest.raises(DataError, match="expected requests with times above 0 ms"):
        plot_latency(rows)


def test_nothing_global_is_touched(make_results: Make) -> None:
    before = dict(mpl.rcParams)
    plot_accuracy(make_results()["summary"]["ece"])
    assert dict(mpl.rcParams) == before


ERROR = Judged("mean absolute error", share=False, greater_is_better=False)


def test_dots_of_errors_are_in_their_own_units() -> None:
    axes = plot_accuracy({"student": {"test": {"mean": 12.5, "std": 0.5}}}, ERROR).axes[0]
    assert (_dots(axes)[0][0, 0], axes.get_xlabel()) == (12.5, "mean absolute error")
    assert [text.get_text() for text in axes.texts] == ["12.5"]


def test_curves_name_the_metric_and_errors_have_no_sign() -> None:
    axes = plot_training({"student": [_history([-3.0, -2.0], 2)]}, metric=ERROR).axes[0]
    np.testing.assert_allclose(axes.lines[0].get_ydata(), [3, 2])
    np.testing.assert_allclose(axes.lines[1].get_ydata(), [2])
    assert axes.get_ylabel() == "validation mean absolute error"
    shares = plot_training({"student": [_history([0.5])]}, metric=Judged("macro F1")).axes[0]
    assert shares.get_ylabel() == "validation macro F1, %"

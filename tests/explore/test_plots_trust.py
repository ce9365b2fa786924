from itertools import pairwise

import numpy as np
import pytest

from gnn2mlp.core.errors import DataError
from gnn2mlp.explore.plots_trust import (
    CURVE_POINTS,
    degree_octaves,
    plot_accuracy_by_score,
    plot_by_degree,
    plot_coverage,
)


def test_accuracy_by_score_leaves_empty_bins_out():
    measure = {"accuracy": [0.5, 0.0, 1.0], "count": [2, 0, 2]}
    axes = plot_accuracy_by_score({"reliability": measure}).axes[0]
    np.testing.assert_allclose(axes.lines[0].get_xydata(), [(1, 50), (3, 100)])
    assert list(axes.get_xticks()) == [1, 2, 3]
    legend = axes.get_legend()
    assert legend is not None
    assert [text.get_text() for text in legend.get_texts()] == ["Reliability"]


def test_coverage_ends_with_all_nodes():
    axes = plot_coverage({"margin": [1.0, 0.5, 2 / 3, 0.75]}).axes[0]
    np.testing.assert_allclose(axes.lines[0].get_xydata(), [(25, 100), (50, 50), (75, 200 / 3), (100, 75)])


def test_a_long_coverage_curve_is_thinned():
    line = plot_coverage({"margin": np.linspace(1, 0.5, 10_000)}).axes[0].lines[0]
    assert len(line.get_xydata()) <= CURVE_POINTS
    np.testing.assert_allclose(line.get_xydata()[-1], (100, 50))


def test_octaves():
    degrees = np.array([0, 1, 2, 3, 4, 5, 8, 9, 16, 17])
    np.testing.assert_array_equal(degree_octaves(degrees), [0, 1, 2, 3, 3, 4, 4, 5, 5, 6])


def test_boxes_by_degree_join_the_rare_ones():
    degrees = np.array([0, 0] + [3] * 6 + [4] * 6 + [5] * 7 + [9] * 3 + [40])
    axes = plot_by_degree(degrees, np.linspace(0, 1, degrees.size), "reliability").axes[0]
    assert [tick.get_text() for tick in axes.get_xticklabels()] == ["0\n2", "3–4\n12", "5+\n11"]


def test_few_nodes_make_one_box():
    axes = plot_by_degree([1, 2], [0.1, 0.2], "margin").axes[0]
    assert [tick.get_text() for tick in axes.get_xticklabels()] == ["0+\n2"]


def test_names_of_many_degrees_do_not_touch():
    degrees = np.repeat([0, 1, 2, 4, 8, 16, 32, 64, 128, 256], [20, 900, 12_345, 9_999, 34_000, 20, 20, 20, 20, 20])
    figure = plot_by_degree(degrees, np.linspace(0, 1, degrees.size), "margin")
    figure.draw_without_rendering()
    names = figure.axes[0].get_xticklabels()
    assert [name.get_text() for name in names[2:]] == [
        "2\n12k", "3–4\n9,999", "5–8\n34k", "9–16\n20", "17–32\n20", "33+\n60",
    ]  # fmt: skip
    boxes = [name.get_window_extent() for name in names]
    assert not [left for left, right in pairwise(boxes) if left.x1 > right.x0]


def test_every_node_needs_a_degree():
    with pytest.raises(DataError, match="a degree and a score for each node, got 2 and 1"):
        plot_by_degree([1, 2], [0.5], "margin")

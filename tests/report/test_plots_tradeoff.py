from itertools import combinations
from typing import Any

import numpy as np
import pytest
from matplotlib.text import Annotation, Text
from matplotlib.transforms import Bbox

from gnn2mlp.core.errors import DataError
from gnn2mlp.report.plots_tradeoff import plot_tradeoff
from gnn2mlp.report.results import Judged


def point(model: str, ms: float, mean: float, std: float = 0.0) -> dict[str, Any]:
    return {"model": model, "median_ms": ms, "accuracy": {"mean": mean, "std": std}}


# As crowded as it gets: five forms of one accuracy and nearly one speed.
TIMES = {"student": 0.24, "student_eager": 0.32, "student_dense": 0.321, "onnx": 0.33, "int8": 0.31}
CROWD = [
    point("teacher", 2.0, 0.82, 0.02),
    point("mlp", 0.25, 0.58, 0.02),
    *(point(model, ms, 0.816, 0.007) for model, ms in TIMES.items()),
]


def test_marks_stand_at_time_and_accuracy() -> None:
    axes = plot_tradeoff([point("teacher", 10, 0.8, 0.1), point("student", 0.1, 0.75)]).axes[0]
    marks = {line.get_gid(): line.get_xydata()[0] for line in axes.lines if line.get_gid()}
    np.testing.assert_allclose(marks["tradeoff-teacher"], [10, 80])
    np.testing.assert_allclose(marks["tradeoff-student"], [0.1, 75])
    assert axes.get_xscale() == "log"


def test_error_bars_only_where_there_is_a_deviation() -> None:
    axes = plot_tradeoff([point("teacher", 10, 0.8, 0.1), point("student", 0.1, 0.75)]).axes[0]
    bars = [segment for collection in axes.collections for segment in collection.get_segments()]
    np.testing.assert_allclose(bars, [[(10, 70), (10, 90)]])


def test_names_do_not_overlap_and_stay_inside() -> None:
    figure = plot_tradeoff(CROWD)
    figure.draw_without_rendering()
    axes = figure.axes[0]
    names = [child for child in axes.get_children() if isinstance(child, Annotation)]
    assert [name.get_text() for name in names] == [
        "Teacher", "Plain MLP", "Student", "Student, eager", "Student, dense", "Student, ONNX", "Student, int8",
    ]  # fmt: skip
    boxes = [Text.get_window_extent(name) for name in names]  # of the words, without the line to the mark
    assert not [pair for pair in combinations(boxes, 2) if pair[0].overlaps(pair[1])]
    frame = axes.get_window_extent()
    assert all(frame.contains(x, y) for box in boxes for x, y in box.corners())


def test_names_keep_off_error_bars() -> None:
    # Another model's bar stands where the first one's name would go: above its mark.
    figure = plot_tradeoff([point("student", 0.3, 0.80, 0.001), point("int8", 0.31, 0.78, 0.05), CROWD[0]])
    figure.draw_without_rendering()
    axes = figure.axes[0]
    bars = [
        axes.transData.transform_bbox(Bbox(segment))
        for collection in axes.collections
        for segment in collection.get_segments()
    ]
    names = [Text.get_window_extent(child) for child in axes.get_children() if isinstance(child, Annotation)]
    assert len(bars) == len(names) == 3
    assert not [name for name in names if name.count_overlaps(bars)]


@pytest.mark.parametrize("points", [[], [point("teacher", 0.0, 0.5)]])
def test_refuses_what_a_logarithmic_axis_cannot_show(points: list[dict[str, Any]]) -> None:
    with pytest.raises(DataError, match="expected models with times above 0 ms"):
        plot_tradeoff(points)


def test_another_metric_is_named_and_keeps_its_units() -> None:
    axes = plot_tradeoff([point("student", 0.1, 12.5)], Judged("mean absolute error", False, False)).axes[0]
    np.testing.assert_allclose(axes.lines[0].get_xydata(), [(0.1, 12.5)])
    assert axes.get_ylabel() == "mean absolute error on test nodes"

import numpy as np
import pytest

from gnn2mlp.core.errors import DataError
from gnn2mlp.evaluate.intervals import Interval
from gnn2mlp.explore import plot_confusion, plot_groups
from gnn2mlp.explore.plots_disagreement import most_confused


def test_each_model_has_a_mark_for_each_group_that_it_has_a_score_of() -> None:
    one, none = Interval(0.5, 0.4, 0.7, 10), None
    figure = plot_groups(["class is $a", "b"], {"teacher": [one, one], "student": [one, none]}, [10, 1200])
    axes = figure.axes[0]
    marks = {line.get_gid(): line for line in axes.lines if str(line.get_gid()).startswith("groups-")}
    assert marks["groups-teacher"].get_xdata().tolist() == [50, 50]
    assert len(marks["groups-student"].get_xdata()) == 1
    assert {line.get_marker() for line in marks.values()} == {"s", "o"}
    assert [label.get_text() for label in axes.get_yticklabels()] == ["class is \\$a\n10", "b\n1,200"]


def test_cells_are_as_deep_as_the_share_of_their_row() -> None:
    figure = plot_confusion(np.array([[8, 2], [0, 5]]), ["a", "b"])
    axes = figure.axes[0]
    assert len(axes.patches) == 3
    assert axes.patches[0].get_alpha() > axes.patches[1].get_alpha()
    assert sorted(text.get_text() for text in axes.texts) == ["2", "5", "8"]


def test_of_many_classes_those_are_drawn_that_are_confused() -> None:
    counts = np.eye(50, dtype=int) * 9
    counts[7, 41] = 5
    assert most_confused(counts, 2).tolist() == [7, 41]
    axes = plot_confusion(counts, [f"c{k}" for k in range(50)]).axes[0]
    assert len(axes.get_xticks()) == 30
    assert not axes.texts


def test_what_does_not_fit_is_refused() -> None:
    with pytest.raises(DataError, match="for each of 1 groups"):
        plot_groups(["a"], {"student": []}, [1])
    with pytest.raises(DataError, match="2 x 2 classes"):
        plot_confusion(np.zeros((3, 3), int), ["a", "b"])

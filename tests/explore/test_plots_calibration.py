"""Points, intervals and promises, as they are drawn."""

import numpy as np
import pytest

from gnn2mlp.core.errors import DataError
from gnn2mlp.evaluate import coverage, share_interval
from gnn2mlp.explore import plot_calibration, plot_set_coverage
from gnn2mlp.explore.theme import style_of

BEFORE = {"confidence": [0.5, 0.9, 0.0], "accuracy": [0.7, 0.95, 0.0], "count": [40, 20, 0]}
AFTER = {"confidence": [0.7, 0.96], "accuracy": [0.7, 0.95], "count": [40, 20]}


def test_a_point_for_each_bin_with_its_interval() -> None:
    axes = plot_calibration({"before": BEFORE, "after": AFTER}).axes[0]
    before, after = axes.containers
    np.testing.assert_allclose(before.lines[0].get_xydata(), [(50, 70), (90, 95)])  # no empty bin
    np.testing.assert_allclose(after.lines[0].get_xydata(), [(70, 70), (96, 95)])
    assert after.lines[0].get_color() == style_of("student").colour
    ends = [segment[:, 1] for segment in before.lines[2][0].get_segments()]
    np.testing.assert_allclose(ends, 100 * np.array([share_interval(28, 40), share_interval(19, 20)]))
    assert [text.get_text() for text in axes.get_legend().get_texts()] == ["before", "after"]
    assert axes.get_xlim() == axes.get_ylim()


def test_nothing_to_draw_is_refused() -> None:
    with pytest.raises(DataError, match="at least one diagram"):
        plot_calibration({})
    with pytest.raises(DataError, match="one nominal coverage, got none"):
        plot_set_coverage({})


def test_a_broken_promise_has_a_mark_and_a_word_of_its_own() -> None:
    sets = np.zeros((400, 2), dtype=bool)
    sets[:, 0] = True
    kept, broken = (coverage(sets, np.arange(400) % every == 0, 0.9) for every in (11, 4))
    axes = plot_set_coverage({"seen": kept._asdict(), "cost in $": broken._asdict()}).axes[0]
    marks = [line.get_marker() for line in axes.lines if line.get_marker() in ("o", "D")]
    assert marks == ["o", "D"]
    assert [text.get_text() for text in axes.texts] == ["1.0 classes", "1.0 classes, short"]
    assert [tick.get_text() for tick in axes.get_yticklabels()] == ["seen\n400", "cost in \\$\n400"]


def test_shares_that_are_close_are_told_apart() -> None:
    close = coverage(np.ones((20_000, 2), dtype=bool), np.zeros(20_000, dtype=int), 0.999)
    figure = plot_set_coverage({"seen": close._asdict()})
    figure.draw_without_rendering()
    ticks = [tick.get_text() for tick in figure.axes[0].get_xticklabels()]
    assert len(set(ticks)) == len(ticks) > 1


def test_promises_are_not_mixed() -> None:
    one = coverage([[True]], [0], 0.9)._asdict()
    with pytest.raises(DataError, match=r"one nominal coverage, got \[0.9, 0.95\]"):
        plot_set_coverage({"a": one, "b": one | {"nominal": 0.95}})

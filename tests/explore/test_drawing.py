import matplotlib as mpl
import numpy as np

from gnn2mlp.explore.drawing import (
    COLUMN,
    SIZE,
    class_legend,
    class_texts,
    clean_colorbar,
    hide_axes,
    legend,
    log_scale,
    new_figure,
)


def test_a_canvas_has_its_size_and_no_frame_but_the_ground() -> None:
    figure, axes = new_figure()
    assert tuple(figure.get_size_inches()) == SIZE
    assert [side for side, spine in axes.spines.items() if spine.get_visible()] == ["bottom"]
    assert tuple(new_figure((2, 1))[0].get_size_inches()) == (2, 1)


def test_a_bare_canvas_keeps_proportions() -> None:
    axes = new_figure()[1]
    hide_axes(axes)
    assert not axes.axison
    assert axes.get_aspect() == 1


def test_a_logarithmic_axis_writes_plain_numbers() -> None:
    figure, axes = new_figure()
    axes.plot([0, 1], [0.02, 0.5])
    log_scale(axes)
    figure.canvas.draw()
    low, high = axes.get_ylim()
    written = [t.get_text() for t in axes.get_yticklabels() if low <= t.get_position()[1] <= high]
    assert written == ["0.02", "0.05", "0.1", "0.2", "0.5"]


def test_ticks_within_a_decade_differ() -> None:
    figure, axes = new_figure()
    axes.plot([1, 2], [1.2, 3.1])
    log_scale(axes)
    figure.canvas.draw()
    texts = [tick.get_text() for tick in axes.get_yticklabels()]
    assert len(texts) > 2
    assert len(set(texts)) == len(texts)


def test_either_axis_can_be_logarithmic() -> None:
    axes = new_figure()[1]
    axes.plot([1, 1000], [1, 2])
    log_scale(axes, "x")
    assert (axes.get_xscale(), axes.get_yscale()) == ("log", "linear")
    assert set(axes.xaxis.get_major_locator().tick_values(1, 1000)) >= {1, 10, 100, 1000}


def test_the_legend_takes_another_row_where_the_figure_is_too_narrow() -> None:
    axes = new_figure()[1]
    axes.plot([0], [1], label="a")
    axes.plot([0], [2], label="b")
    legend(axes)
    found = axes.get_legend()
    assert found is not None
    assert [text.get_text() for text in found.get_texts()] == ["a", "b"]
    assert found._ncols == 2
    for name in "cdefgh":
        axes.plot([0], [2], label=name * 12)
    legend(axes)
    assert axes.get_legend()._ncols < 5


def test_a_colour_bar_says_what_it_measures() -> None:
    figure, axes = new_figure()
    bar = figure.colorbar(axes.scatter([0, 1], [0, 1], c=[0, 1]))
    clean_colorbar(bar, "nats")
    assert bar.ax.get_ylabel() == "nats"
    assert not bar.outline.get_visible()


def test_a_class_without_a_name_has_its_number() -> None:
    assert class_texts(["Rule_Learning"], 3) == ["Rule Learning", "class 1", "class 2"]
    assert class_texts(None, 1) == ["class 0"]


def test_the_legend_of_classes_names_those_that_occur_and_the_unknown_last() -> None:
    figure, _ = new_figure()
    class_legend(figure, np.array([2, -1, 0, 2]), ["a", "b", "c"])
    assert [text.get_text() for text in figure.legends[0].get_texts()] == ["a", "c", "unknown"]


def test_a_long_legend_of_classes_takes_columns_and_an_empty_one_none() -> None:
    figure, _ = new_figure()
    class_legend(figure, np.arange(2 * COLUMN + 1), None)
    class_legend(figure, np.zeros(0, dtype=int), None)
    assert figure.legends[0]._ncols == 3  # matplotlib tells it nowhere else
    assert figure.legends[1].get_texts() == []


def test_nothing_global_is_touched() -> None:
    before = dict(mpl.rcParams)
    new_figure()
    assert dict(mpl.rcParams) == before

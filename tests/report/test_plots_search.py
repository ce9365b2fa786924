from gnn2mlp.report.plots_search import plot_parts, plot_search
from tests.report.test_auto_table import board_of, row


def test_the_course_of_a_search():
    figure = plot_search(board_of()["trials"], 2, "accuracy in per cent", 100)
    (axes,) = figure.axes
    labels = axes.get_legend_handles_labels()[1]
    assert labels == ["given up", "judged", "best so far", "plain GLNN", "plain MLP", "chosen"]
    (steps,) = [line for line in axes.lines if line.get_label() == "best so far"]
    assert steps.get_xydata().tolist() == [[1, 75], [2, 75], [3, 81.25], [4, 81.25]]


def test_what_was_never_judged_is_not_drawn():
    figure = plot_search([row(0, None)], 0, "accuracy", 100)
    assert not figure.axes[0].lines


def test_parts_are_in_the_order_of_their_best():
    figure = plot_parts(board_of()["trials"], "teacher", "accuracy", 100)
    assert [text.get_text() for text in figure.axes[0].get_yticklabels()] == ["none  (1)", "gcn  (3)"]
    best = figure.axes[0].collections[-1].get_offsets().tolist()
    assert best == [[81.25, 1.0]]


def test_very_bad_ones_do_not_hide_the_good_ones():
    rows = [row(number, score) for number, score in enumerate((0.8, 0.81, 0.82, 0.83, 0.0))]
    low, high = plot_search(rows, 3, "accuracy", 100).axes[0].get_ylim()
    assert low > 70
    assert high > 83

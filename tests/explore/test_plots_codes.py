import matplotlib as mpl
import numpy as np
from matplotlib.patches import StepPatch

from gnn2mlp.explore import plot_code_by_class, plot_code_usage
from gnn2mlp.explore.codebook import CodesByClass, CodeUsage
from gnn2mlp.explore.plots_codes import REPEAT


def test_usage_is_drawn_from_the_fullest_code_to_the_emptiest() -> None:
    axes = plot_code_usage(CodeUsage(np.array([2, 0, 6, 0]), 0.5, 1.75)).axes[0]
    (bars,) = [patch for patch in axes.patches if isinstance(patch, StepPatch)]
    np.testing.assert_array_equal(bars.get_data().values, [6, 2, 0, 0])
    assert axes.get_title(loc="left") == "2 of 4 codes used (50%), perplexity 1.8"


def test_the_dotted_line_holds_as_many_nodes_as_the_codebook() -> None:
    axes = plot_code_usage(CodeUsage(np.array([4, 4, 0]), 2 / 3, 2.0)).axes[0]
    np.testing.assert_allclose(axes.lines[0].get_xydata(), [(0, 4), (2, 4), (2, 0)])
    assert axes.texts[0].get_text() == "as even as 2.0 codes\nwith 4.0 nodes each"


def test_an_unused_codebook_can_be_drawn() -> None:
    assert plot_code_usage(CodeUsage(np.zeros(3, dtype=int), 0.0, 0.0)).axes[0].get_ylim()[0] == 0


TABLE = np.array([[0, 0, 4], [0, 0, 0], [1, 0, 3], [5, 0, 0], [3, 1, 4]])
BY_CLASS = CodesByClass(TABLE, np.array([1, np.nan, 0.75, 1, 0.5]), 0.75, 0.5)


def test_codes_are_sorted_by_their_largest_class_and_size() -> None:
    top, heat, bar = plot_code_by_class(BY_CLASS).axes
    (sizes,) = [patch for patch in top.patches if isinstance(patch, StepPatch)]
    # Code 3 (class 0), then 4, 0 and 2 (class 2); code 1 has no node.
    np.testing.assert_array_equal(sizes.get_data().values, [5, 8, 4, 4])
    shares = np.asarray(heat.images[0].get_array())[::REPEAT].T
    np.testing.assert_allclose(shares, [[100, 0, 0], [37.5, 12.5, 50], [0, 0, 100], [25, 0, 75]])
    assert bar.get_ylabel() == "share of a code's nodes, %"
    assert top.get_title(loc="left") == "purity 75.0%, normalised mutual information 0.50"


def test_rows_are_named_by_class() -> None:
    heat = plot_code_by_class(BY_CLASS, ["Rule_Learning", "Theory", "Neural_Networks"]).axes[1]
    assert [tick.get_text() for tick in heat.get_yticklabels()] == ["Rule Learning", "Theory", "Neural Networks"]
    plain = plot_code_by_class(BY_CLASS).axes[1]
    assert [tick.get_text() for tick in plain.get_yticklabels()] == ["class 0", "class 1", "class 2"]


def test_more_classes_make_a_taller_figure() -> None:
    many = CodesByClass(np.eye(40, dtype=int), np.ones(40), 1.0, 1.0)
    assert plot_code_by_class(many).get_figheight() > 2 * plot_code_by_class(BY_CLASS).get_figheight()


def test_nothing_global_is_touched() -> None:
    before = dict(mpl.rcParams)
    plot_code_by_class(BY_CLASS)
    assert dict(mpl.rcParams) == before

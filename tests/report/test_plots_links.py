import pytest

from gnn2mlp.core.errors import DataError
from gnn2mlp.explore.theme import MODEL_STYLES
from gnn2mlp.report import plot_hits, plot_pair_scores


def test_each_model_has_a_curve_of_its_colour_in_per_cent() -> None:
    figure = plot_hits({"teacher": {"k": [1, 20, 100], "hits": [0.2, 0.3, 0.5]}, "student": {"k": [1], "hits": [0.1]}})
    lines = {line.get_gid(): line for line in figure.axes[0].lines}
    assert list(lines["hits-teacher"].get_ydata()) == [20, 30, 50]
    assert lines["hits-student"].get_color() == MODEL_STYLES["student"].colour
    assert [text.get_text() for text in figure.axes[0].get_legend().get_texts()] == ["Teacher", "Student"]


@pytest.mark.parametrize(("most", "marked"), [(10, 0), (30, 1), (500, 2)])
def test_twenty_and_fifty_are_marked_where_there_are_so_many(most: int, marked: int) -> None:
    figure = plot_hits({"student": {"k": [1, most], "hits": [0.0, 1.0]}})
    assert len(figure.axes[0].lines) - 1 == marked


def test_without_a_curve_nothing_is_drawn() -> None:
    with pytest.raises(DataError, match="expected at least one curve"):
        plot_hits({})


def test_a_histogram_shows_shares_so_that_few_links_can_be_seen_beside_many_pairs() -> None:
    figure = plot_pair_scores("student", [0, 1, 3], [400, 0, 0])
    values = {patch.get_gid(): list(patch.get_data().values) for patch in figure.axes[0].patches if patch.get_gid()}
    assert values == {"others": [100, 0.1, 0.1], "links": [0.1, 25, 75]}  # the floor of a logarithmic axis


@pytest.mark.parametrize(("links", "others"), [([1, 2], [1]), ([0, 0], [1, 1]), ([1, 1], [0, 0])])
def test_counts_that_make_no_histogram_are_refused(links: list[float], others: list[float]) -> None:
    with pytest.raises(DataError, match="expected counts of links and of other pairs in the same bins"):
        plot_pair_scores("student", links, others)

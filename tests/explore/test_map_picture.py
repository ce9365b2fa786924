import numpy as np

from gnn2mlp.explore import MapCodes, Named, interactive_map
from gnn2mlp.explore.map_picture import map_figure
from tests.explore.maps import small_map


def legend_of(packed: bytes) -> list[str]:
    """What the picture's legend names."""
    return [text.get_text() for legend in map_figure(packed).legends for text in legend.get_texts()]


def test_it_shows_what_the_map_shows_to_begin_with() -> None:
    found = small_map()
    figure = map_figure(found.packed)
    assert legend_of(found.packed) == ["cats", "dogs", "owls", "unknown"]
    axes = figure.axes[0]
    assert sum(len(each.get_offsets()) for each in axes.collections[:-1]) == found.nodes
    assert {text.get_text() for text in axes.texts} == {"0", "2"}  # code 1 has no nodes
    assert axes.get_title("left") == ""


def test_up_is_up() -> None:
    figure = map_figure(interactive_map([[0, 0], [0, 1], [1, 1]], {"is": ["low", "high", "high"]}).packed)
    places = np.concatenate([np.asarray(each.get_offsets()) for each in figure.axes[0].collections[:-1]])
    assert sorted(places[:, 1] > places[:, 1].mean()) == [False, True, True]


def test_without_names_it_is_coloured_by_code_or_not_at_all() -> None:
    points = [[0, 0], [1, 0], [0, 1]]
    codes = MapCodes(np.array([0, 0, 1]), np.array([[0.5, 0.0], [0.0, 1.0]]))
    assert legend_of(interactive_map(points, {"degree": [1, 2, 3]}, codes=codes).packed) == []
    assert legend_of(interactive_map(points, {"degree": [1, 2, 3]}).packed) == ["node"]
    some = MapCodes(np.array([0, -1, 1]), codes.points)
    assert legend_of(interactive_map(points, codes=some).packed) == ["node"]


def test_a_column_of_very_many_names_is_passed_over() -> None:
    many = Named(np.arange(60), tuple(f"class {k}" for k in range(60)))
    points = np.random.default_rng(0).normal(size=(60, 2))
    found = interactive_map(points, {"many": many, "few": ["a", "b"] * 30})
    assert legend_of(found.packed) == ["a", "b"]

"""Names in pictures stand beside their marks, and over nothing."""

from itertools import combinations

from matplotlib.text import Annotation, Text

from gnn2mlp.explore.drawing import new_figure
from gnn2mlp.explore.theme import INK
from gnn2mlp.report.plot_names import write_names

CROWD = [(0.5, 0.5), (0.5, 0.52), (0.51, 0.5), (0.52, 0.51)]
NAMES = ["cora", "citeseer", "pubmed", "a-photo"]


def named(names: list[str], places: list[tuple[float, float]]) -> list[Annotation]:
    """The names as they are written into a picture with all marks of the crowd."""
    figure, axes = new_figure()
    for place in CROWD:
        axes.plot(*place, "o", ms=7)
    axes.set_xlim(0, 1)
    axes.set_ylim(0, 1)
    write_names(figure, axes, names, places, INK, marks=CROWD)
    figure.draw_without_rendering()
    return [child for child in axes.get_children() if isinstance(child, Annotation)]


def test_names_of_a_crowd_are_apart() -> None:
    written = named(NAMES, CROWD)
    assert [(one.get_text(), one.xy) for one in written] == [*zip(NAMES, CROWD, strict=True)]
    boxes = [Text.get_window_extent(one) for one in written]
    assert not [pair for pair in combinations(boxes, 2) if pair[0].overlaps(pair[1])]


def test_a_name_covers_no_mark_without_one() -> None:
    (written,) = named(NAMES[:1], CROWD[:1])
    box = Text.get_window_extent(written)
    assert written.axes is not None
    assert not [place for place in CROWD if box.contains(*written.axes.transData.transform(place))]

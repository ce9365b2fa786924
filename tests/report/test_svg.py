import re
import xml.etree.ElementTree as ET

from matplotlib.figure import Figure

from gnn2mlp.explore.theme import INK, MODEL_STYLES
from gnn2mlp.report.svg import inline_svg


def _figure() -> Figure:
    figure = Figure()
    axes = figure.subplots()
    axes.plot([0, 1], [0, 1], "o-", color=MODEL_STYLES["student"].colour)
    axes.set_title("a <b> & c", color=INK)
    return figure


def test_is_one_well_formed_element_with_a_description() -> None:
    svg = inline_svg(_figure(), "one", 'says "what" & <why>')
    root = ET.fromstring(svg)
    assert root.tag.endswith("svg")
    assert root.get("role") == "img"
    assert root.get("aria-label") == 'says "what" & <why>'
    assert "<?xml" not in svg
    assert "<!DOCTYPE" not in svg


def test_ids_of_two_figures_never_clash_and_references_resolve() -> None:
    ids = []
    for key in ("one", "two"):
        svg = inline_svg(_figure(), key, "")
        found = re.findall(r'\bid="([^"]+)"', svg)
        references = re.findall(r'href="#([^"]+)"', svg) + re.findall(r"url\(#([^)]+)\)", svg)
        assert references
        assert set(references) <= set(found)
        ids.append(set(found))
    assert not ids[0] & ids[1]


def test_colours_are_variables_and_text_is_text() -> None:
    svg = inline_svg(_figure(), "one", "")
    assert "var(--student)" in svg
    assert MODEL_STYLES["student"].colour not in svg
    assert "a &lt;b&gt; &amp; c" in svg


def test_equal_figures_give_equal_text() -> None:
    assert inline_svg(_figure(), "one", "") == inline_svg(_figure(), "one", "")

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from gnn2mlp.explore.map_page import map_style
from gnn2mlp.explore.map_widget import make_widget, widget_module
from tests.browser import Seen, opened
from tests.browser import chromium as chromium
from tests.explore.maps import small_map

if TYPE_CHECKING:
    from playwright.sync_api import Browser


def test_a_widget_holds_the_nodes_and_what_is_selected() -> None:
    pytest.importorskip("anywidget")
    widget = make_widget(b"nodes")
    assert widget.packed == b"nodes"
    assert widget.selected_rows == []


# What Jupyter does with a widget: a module, a model with values, an element, which is not on the page yet. Keys pressed
# where nothing asks it to stay out are its commands.
_CELL = """
<!doctype html><html><head><style>{style}</style></head><body data-jp-theme-light="false">
<script type="module">
{module}
const values = {{ packed: new DataView(Uint8Array.from({packed}).buffer) }};
window.model = {{
  get: (name) => values[name], set: (name, value) => {{ values[name] = value; }}, save_changes: () => {{}},
}};
window.values = values;
window.commands = [];
document.addEventListener("keydown", ({{ target, key }}) => {{
  if (key !== "Control" && !target.hasAttribute("data-lm-suppress-shortcuts")) window.commands.push(key);
}}, true);
window.cell = document.createElement("div");
window.leave = await render({{ model, el: cell }});
document.body.append(cell);
document.body.dataset.done = "yes";
</script></body></html>
"""
_GROUND = "getComputedStyle(document.querySelector('.stage')).backgroundColor"
# Of the corner of the map, where nothing is; read from a copy, as Chromium warns of reading what is drawn often.
_CANVAS = """(() => {
  const pen = new OffscreenCanvas(1, 1).getContext("2d");
  pen.drawImage(document.querySelector("canvas"), -2, -2);
  return [...pen.getImageData(0, 0, 1, 1).data].slice(0, 3).join();
})()"""


@pytest.fixture
def cell(chromium: "Browser", tmp_path: Path) -> Iterator[Seen]:
    """A small map in a cell of Jupyter's dark theme, on a system that prefers a light one."""
    page = tmp_path / "cell.html"
    module = widget_module().replace("export default { render };", "")
    page.write_text(_CELL.format(style=map_style(), module=module, packed=list(small_map().packed)), encoding="utf-8")
    with opened(chromium, page) as seen:
        seen.page.wait_for_selector("[data-done=yes]")
        yield seen
        assert seen.messages == []


def test_it_draws_in_a_cell_and_tells_python_what_is_selected(cell: Seen) -> None:
    cell.page.fill(".find", "page 7")
    cell.page.wait_for_function("values.selected_rows?.length === 1")
    (row,) = cell.page.evaluate("values.selected_rows")
    assert small_map().ids[row] == "page 7"


def test_it_follows_the_theme_of_jupyter_even_if_drawn_before_it_was_on_the_page(cell: Seen) -> None:
    cell.page.wait_for_function(f"{_CANVAS} === '29,33,38'")
    assert cell.page.evaluate(_GROUND) == "rgb(29, 33, 38)"
    cell.page.evaluate("document.body.dataset.jpThemeLight = 'true'")
    cell.page.wait_for_function(f"{_CANVAS} === '255,255,255'")
    # Scrolled away, a cell is no part of the page; there the theme changes again.
    cell.page.evaluate("cell.remove()")
    cell.page.wait_for_function("document.querySelector('.stage') === null")
    cell.page.evaluate("new Promise(requestAnimationFrame).then(() => new Promise(requestAnimationFrame))")
    cell.page.evaluate("document.body.dataset.jpThemeLight = 'false'; document.body.append(cell)")
    cell.page.wait_for_function(f"{_CANVAS} === '29,33,38'")


def test_it_follows_the_theme_of_vs_code(cell: Seen) -> None:
    cell.page.evaluate("delete document.body.dataset.jpThemeLight")
    cell.page.wait_for_function(f"{_CANVAS} === '255,255,255'")
    cell.page.evaluate("document.body.className = 'vscode-dark'")
    cell.page.wait_for_function(f"{_CANVAS} === '29,33,38'")


def test_keys_in_it_are_no_commands_of_jupyter(cell: Seen) -> None:
    for part in (".stage", ".lasso", ".by"):
        cell.page.focus(part)
        cell.page.keyboard.press("m")
    assert cell.page.evaluate("commands") == []
    cell.page.keyboard.press("Control+s")
    assert cell.page.evaluate("commands") == ["s"]
    cell.page.evaluate("leave()")
    cell.page.keyboard.press("m")
    assert cell.page.evaluate("commands") == ["s", "m"]

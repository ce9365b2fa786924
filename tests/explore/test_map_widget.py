from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from gnn2mlp.explore.map_page import map_style
from gnn2mlp.explore.map_widget import make_widget, widget_module
from tests.browser import chromium as chromium
from tests.browser import opened
from tests.explore.maps import small_map

if TYPE_CHECKING:
    from playwright.sync_api import Browser


def test_a_widget_holds_the_nodes_and_what_is_selected() -> None:
    pytest.importorskip("anywidget")
    widget = make_widget(b"nodes")
    assert widget.packed == b"nodes"
    assert widget.selected_rows == []


# What Jupyter does with a widget: a module, a model with values, an element.
_CELL = """
<!doctype html><html><head><style>{style}</style></head><body data-jp-theme-light="false"><div id="cell"></div>
<script type="module">
{module}
const values = {{ packed: new DataView(Uint8Array.from({packed}).buffer) }};
window.model = {{
  get: (name) => values[name], set: (name, value) => {{ values[name] = value; }}, save_changes: () => {{}},
}};
window.values = values;
await render({{ model, el: document.getElementById("cell") }});
document.body.dataset.done = "yes";
</script></body></html>
"""


def test_it_draws_in_a_cell_and_tells_python_what_is_selected(chromium: "Browser", tmp_path: Path) -> None:
    found = small_map()
    page = tmp_path / "cell.html"
    module = widget_module().replace("export default { render };", "")
    page.write_text(_CELL.format(style=map_style(), module=module, packed=list(found.packed)), encoding="utf-8")
    with opened(chromium, page) as seen:
        seen.page.wait_for_selector("[data-done=yes]")
        seen.page.fill(".find", "page 7")
        seen.page.wait_for_function("values.selected_rows?.length === 1")
        (row,) = seen.page.evaluate("values.selected_rows")
        assert found.ids[row] == "page 7"
        # Jupyter's dark theme wins over what the system prefers.
        assert (
            seen.page.evaluate("getComputedStyle(document.querySelector('.stage')).backgroundColor")
            == "rgb(29, 33, 38)"
        )
        assert seen.messages == []

"""The interactive map as a widget of Jupyter: the page's script, drawn in a cell, and its selection in Python."""

from typing import Any

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.explore.map_page import asset, map_script, map_style


def make_widget(packed: bytes) -> Any:
    """A widget of `anywidget` with `packed`, the nodes, and `selected_rows`, which the person chose.

    Raises:
        ConfigError: if anywidget is not installed.
    """
    try:
        import anywidget
        import traitlets
    except ImportError as error:
        raise ConfigError(
            "the map in Jupyter needs anywidget; install the extra: pip install 'gnn2mlp[map]'"
        ) from error

    class MapWidget(anywidget.AnyWidget):
        """The map in a cell."""

        _esm = widget_module()
        _css = map_style()
        packed = traitlets.Bytes().tag(sync=True)
        selected_rows = traitlets.List(traitlets.Int()).tag(sync=True)

    return MapWidget(packed=packed)


def widget_module() -> str:
    """The script of the page as a module with the functions that anywidget calls."""
    return f"""{asset("d3-zoom.min.js")}
{map_script()}
async function render({{ model, el }}) {{
  const view = model.get("packed");
  const bytes = new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
  const map = await mountMap(el, bytes, {{
    onSelect: (rows) => {{ model.set("selected_rows", rows); model.save_changes(); }},
  }});
  // Plain keys would be Jupyter's commands: "m" would make text of the cell, "d d" delete it.
  const keep = ({{ target, ctrlKey, metaKey, altKey }}) => {{
    if (el.contains(target)) target.toggleAttribute("data-lm-suppress-shortcuts", !(ctrlKey || metaKey || altKey));
  }};
  window.addEventListener("keydown", keep, true);
  return () => {{
    window.removeEventListener("keydown", keep, true);
    map.destroy();
  }};
}}
export default {{ render }};
"""

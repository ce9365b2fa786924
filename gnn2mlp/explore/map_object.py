"""`InteractiveMap`: a page to save, a widget to look at, and the rows that were selected in it."""

import base64
import html
import io
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.core.files import user_path, write_text
from gnn2mlp.explore.formatting import plural
from gnn2mlp.explore.map_columns import Column, Named, Numbers, Texts
from gnn2mlp.explore.map_page import render_page

# Of the frame in a notebook, in CSS pixels.
HEIGHT = 720
# Bytes of a page that is kept in a notebook beside the widget; instead of a larger one, a picture is.
KEPT = 1_000_000


class InteractiveMap:
    """What `interactive_map` makes: save it as a page, or let a notebook show it.

    Args:
        packed: the block that the page's script unpacks.
        ids: (shown,), of the nodes that are shown.
        rows: int64 (shown,), their rows among the points.
        columns: of the nodes that are shown, by name.
        title: of the page.
        notes: sentences below it.

    Example:
        >>> from gnn2mlp.explore import interactive_map
        >>> found = interactive_map([[0, 0], [1, 0], [0, 1]], {"degree": [2, 1, 1]}, ids=["a", "b", "c"])
        >>> found.nodes
        3
        >>> found.frame(rows=[0, 2])["id"].tolist()
        ['a', 'c']
    """

    def __init__(
        self,
        packed: bytes,
        ids: np.ndarray,
        rows: np.ndarray,
        columns: Mapping[str, Column],
        title: str,
        notes: tuple[str, ...],
    ):
        self.packed, self.ids, self.rows, self.columns = packed, ids, rows, columns
        self.title, self.notes = title, notes
        self._widget: Any = None

    @property
    def nodes(self) -> int:
        """How many are shown."""
        return len(self.ids)

    def html(self) -> str:
        """The page as text."""
        return render_page(self.packed, self.title, self.notes)

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write the page, one file that needs nothing beside it; returns its path.

        Raises:
            ArtefactError: if it cannot be written.
        """
        found = user_path(path)
        write_text(found, self.html())
        return found

    def widget(self) -> Any:
        """The map as a widget of Jupyter, whose `selected_rows` follow what is selected in it; made once.

        Raises:
            ConfigError: without anywidget.
        """
        if self._widget is None:
            from gnn2mlp.explore.map_widget import make_widget

            self._widget = make_widget(self.packed)
        return self._widget

    @property
    def selected(self) -> Any:
        """The nodes that were selected in the widget, by lasso, search or click, as a pandas frame.

        Raises:
            ConfigError: without anywidget or pandas.
        """
        return self.frame(self.widget().selected_rows)

    def frame(self, rows: Any = None) -> Any:
        """Nodes of the map with their columns, as a pandas frame; its index is their row among the points.

        Args:
            rows: which of those shown, from 0; default: all.

        Raises:
            ConfigError: without pandas.
        """
        try:
            import pandas as pd
        except ImportError as error:
            raise ConfigError("a frame needs pandas; install it: pip install pandas") from error
        chosen = np.arange(self.nodes) if rows is None else np.asarray(rows, dtype=np.int64)
        found = {"id": self.ids[chosen]} | {name: _values(column.take(chosen)) for name, column in self.columns.items()}
        return pd.DataFrame(found, index=pd.Index(self.rows[chosen], name="row"))

    def __repr__(self) -> str:
        colours = ", ".join(name for name, column in self.columns.items() if not isinstance(column, Texts))
        return f"InteractiveMap({self.title!r}, {plural(self.nodes, 'node')}, colours: {colours or 'none'})"

    def _repr_html_(self) -> str:
        """The page in a frame: what shows a notebook that no longer runs."""
        page = html.escape(self.html(), quote=True)
        return (
            f'<iframe title="{html.escape(self.title, quote=True)}" srcdoc="{page}" '
            f'style="width:100%;height:{HEIGHT}px;border:0"></iframe>'
        )

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> Any:
        """The widget where anywidget is installed, and what stands for it where no notebook runs; else the page."""
        try:
            data, metadata = self.widget()._repr_mimebundle_(include=include, exclude=exclude)
        except ConfigError:
            return {"text/plain": repr(self), "text/html": self._repr_html_()}
        return {**data, "text/plain": repr(self), "text/html": self._still()}, metadata

    def _still(self) -> str:
        """A picture and, unless it is large, the page over it: a viewer that leaves out frames shows the picture."""
        from gnn2mlp.explore.map_picture import map_figure

        picture = io.BytesIO()
        map_figure(self.packed).savefig(picture, format="png", dpi=120)
        coded = base64.b64encode(picture.getvalue()).decode()
        title, page = html.escape(self.title, quote=True), self._repr_html_()
        kept = len(page) <= KEPT
        over = page.replace('style="', 'style="position:absolute;inset:0;background:white;', 1) if kept else ""
        return (
            f'<div style="position:relative;min-height:{HEIGHT * kept}px">'
            f"<p>{title}: a picture of the map with {plural(self.nodes, 'node')}. In a notebook that runs it can be "
            "zoomed and searched, and nodes selected; <code>save</code> writes a page.</p>"
            f'<img alt="{title}" src="data:image/png;base64,{coded}">{over}</div>'
        )


def _values(column: Column) -> Any:
    if isinstance(column, Named):
        return column.texts()
    return column.values if isinstance(column, Numbers) else list(column.values)

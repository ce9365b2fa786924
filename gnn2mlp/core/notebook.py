"""A bar under the cell of a notebook while a long call is at work, in plain HTML: it needs no widgets.

It is gone when the cell is done, so that what is saved holds results alone.
"""

import html
import sys
import time
from typing import Any

from gnn2mlp.core.progress import Progress, silent

# Seconds between two drawings of a bar: a browser shows no more, and a small training has hundreds of epochs a second.
EVERY = 0.2

_bars: dict[Any, "CellBar"] = {}


def shown(*where: object) -> Progress:
    """The listener of a stage: a bar where this is a notebook, silent elsewhere.

    Args:
        where: what is at work, such as a seed and the name of a stage; a number is called a seed.

    Example:
        >>> shown(3, "teacher") is silent  # not in a notebook
        True
    """
    shell = kernel_shell()
    if shell is None:
        return silent
    told = ", ".join(f"seed {one}" if isinstance(one, int) else str(one) for one in where)

    def update(done: int, total: int, note: str = "") -> None:
        if shell not in _bars:
            _bars[shell] = CellBar(shell)
        _bars[shell].draw(told, done, total, note)

    return update


def kernel_shell() -> Any:
    """The shell of the notebook that this runs in; `None` elsewhere, in a terminal's IPython too."""
    shell = sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None
    return shell if hasattr(shell, "kernel") else None


class CellBar:
    """The one bar of the cell that is running, whichever stage moves it.

    Args:
        shell: of the kernel, which tells when the cell is done.
    """

    def __init__(self, shell: Any):
        self.shell = shell
        self.handle: Any = None
        self.drawn = -EVERY
        shell.events.register("post_run_cell", self.clear)

    def draw(self, what: str, done: int, total: int, note: str) -> None:
        """Show how far `what` is, unless that was shown a moment ago."""
        now = time.monotonic()
        if now - self.drawn < EVERY:
            return
        self.drawn = now
        self._show(bar_html(what, done, total, note))

    def clear(self, *_: object) -> None:
        """Leave nothing behind, and be asked no more."""
        self.shell.events.unregister("post_run_cell", self.clear)
        _bars.pop(self.shell, None)
        if self.handle is not None:
            self._show("")

    def _show(self, text: str) -> None:
        from IPython import display

        show: Any = display.display if self.handle is None else self.handle.update
        made = show({"text/html": text, "text/plain": ""}, raw=True, **({} if self.handle else {"display_id": True}))
        self.handle = self.handle or made


def bar_html(what: str, done: int, total: int, note: str = "") -> str:
    """The bar as HTML.

    Example:
        >>> print(bar_html("teacher", 50, 200, "valid 0.81"))
        <div><progress value="50" max="200" aria-label="teacher"></progress> teacher: 25 %, valid 0.81</div>
    """
    name = html.escape(what)
    share = f"{100 * done / max(1, total):.0f} %"
    told = ", ".join(part for part in (share, html.escape(note)) if part)
    return f'<div><progress value="{done}" max="{max(1, total)}" aria-label="{name}"></progress> {name}: {told}</div>'

"""How a long stage tells how far it is, without knowing who listens."""

from typing import Protocol, runtime_checkable


@runtime_checkable
class Progress(Protocol):
    """Called once per unit of work; a bar, a log line or a notebook may be behind it."""

    def __call__(self, done: int, total: int, note: str = "") -> None:
        """`done` of `total` units are finished; `note` is a short status such as `"valid 0.812"`."""


def silent(done: int, total: int, note: str = "") -> None:
    """The listener that does nothing."""

"""How an estimator shows that it is at work."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from gnn2mlp.core import progress
from gnn2mlp.core.notebook import kernel_shell, shown

Stage = Callable[[str], progress.Progress]


@contextmanager
def stages(verbose: bool) -> Iterator[Stage]:
    """Within the block, the yielded function gives the listener of a named stage: a bar with the time left, if any."""
    if not verbose:
        yield lambda name: progress.silent
        return
    if kernel_shell() is not None:
        yield shown
        return
    note = TextColumn("{task.fields[note]}")
    with Progress(TextColumn("{task.description:<8}"), BarColumn(), TimeRemainingColumn(), note) as bars:

        def stage(name: str) -> progress.Progress:
            task = bars.add_task(name, total=None, note="")

            def update(done: int, total: int, note: str = "") -> None:
                bars.update(task, completed=done, total=total, note=note)

            return update

        yield stage

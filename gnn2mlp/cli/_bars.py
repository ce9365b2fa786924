"""Progress bars: one per stage, over all seeds, with the time left."""

from collections.abc import Sequence
from types import TracebackType
from typing import Protocol, Self

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from gnn2mlp.core import progress

LABELS = {"join": "tables", "mlp": "plain MLP", "refit teacher": "teacher", "refit": "student"}

# Stages that are one for all seeds.
WHOLE = frozenset({"search"})


class Seeded(Protocol):
    """A configuration that is carried out for some seeds."""

    @property
    def seeds(self) -> Sequence[int]:
        """The seeds, in the order in which they are carried out."""


class Bars:
    """A context in which `listen(seed, stage)` gives listeners that move a bar."""

    def __init__(self, config: Seeded, console: Console):
        self.seeds = list(config.seeds)
        self.progress = Progress(
            TextColumn("{task.description:<9}"),
            BarColumn(),
            TextColumn("{task.percentage:>3.0f}%"),
            TimeRemainingColumn(),
            TextColumn("{task.fields[note]}", style="dim"),
            console=console,
        )
        self.tasks: dict[str, TaskID] = {}

    def listen(self, seed: int, stage: str) -> progress.Progress:
        """The listener of one stage of one seed."""
        if stage not in self.tasks:
            self.tasks[stage] = self.progress.add_task(LABELS.get(stage, stage), total=None, note="")
        task, place = self.tasks[stage], self.seeds.index(seed)

        def update(done: int, total: int, note: str = "") -> None:
            self.progress.start()  # with the first news: what goes wrong before it is said on the first line
            if stage in WHOLE:
                self.progress.update(task, total=total, completed=done, note=note)
                return
            whole, several = total * len(self.seeds), len(self.seeds) > 1
            told = f"seed {place + 1}/{len(self.seeds)}  {note}" if several else note
            self.progress.update(task, total=whole, completed=place * total + done, note=told)

        return update

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is None:
            for task in self.progress.tasks:  # early stopping ends a stage before its last epoch
                self.progress.update(task.id, completed=task.total or 1, total=task.total or 1)
        if self.progress.live.is_started:  # else rich ends the bars that there are none of with an empty line
            self.progress.stop()

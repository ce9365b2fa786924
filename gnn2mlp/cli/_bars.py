"""Progress bars: one per stage, over all seeds, with the time left."""

from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from gnn2mlp.core import progress
from gnn2mlp.pipeline import RunConfig

LABELS = {"teacher": "teacher", "mlp": "plain MLP", "student": "student"}


class Bars:
    """A context in which `listen(seed, stage)` gives listeners that move a bar."""

    def __init__(self, config: RunConfig, console: Console):
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
            whole = total * len(self.seeds)
            self.progress.update(
                task, total=whole, completed=place * total + done, note=f"seed {place + 1}/{len(self.seeds)}  {note}"
            )

        return update

    def __enter__(self) -> Self:
        self.progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is None:
            for task in self.progress.tasks:  # early stopping ends a stage before its last epoch
                self.progress.update(task.id, completed=task.total or 1, total=task.total or 1)
        self.progress.stop()

"""Progress on standard error: a bar per stage, over all seeds, with the time left; lines where nobody watches."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from types import TracebackType
from typing import NamedTuple, Protocol, Self

from rich.console import Console
from rich.progress import BarColumn, Progress, Task, TaskID, TextColumn, TimeRemainingColumn
from rich.text import Text

from gnn2mlp.cli._console import Terminal
from gnn2mlp.core import progress

LABELS = {
    "join": "tables",
    "mlp": "plain MLP",
    "plain": "plain network",
    "refit teacher": "teacher",
    "refit": "student",
    "score": "scores",
}

# Stages that are one for all seeds.
WHOLE = frozenset({"data", "search", "latency", "report"})
# Seconds after which a log hears again of a stage that goes on.
QUIET = 30.0


class Seeded(Protocol):
    """A configuration that is carried out for some seeds."""

    @property
    def seeds(self) -> Sequence[int]:
        """The seeds, in the order in which they are carried out."""


class Once(NamedTuple):
    """What is carried out once, and has no seeds."""

    seeds: Sequence[int] = (0,)


class _Share(TextColumn):
    """Per cent, of a stage that knows how far it is."""

    def render(self, task: Task) -> Text:
        return super().render(task) if task.total is not None else Text("    ")


class Bars:
    """A context in which `listen(seed, stage)` gives listeners that move a bar.

    A stage that begins with `(0, 1)` does not know how far it is: its bar sweeps, and is gone when it is over.

    Args:
        config: whose seeds are told of.
        console: where to; default: standard error, so that what is printed can be piped. One that is no terminal is
            written lines to: what a stage came to at its end, and how far it is now and then.
        clock: seconds since some moment.
    """

    def __init__(self, config: Seeded, console: Console | None = None, clock: Callable[[], float] = time.monotonic):
        self.seeds = list(config.seeds)
        self.console = Terminal(stderr=True) if console is None else console
        self.progress = self._drawing()
        self.tasks: dict[str, TaskID] = {}
        self.sweeping: TaskID | None = None
        self.log = _Log(self.console, clock)

    def listen(self, seed: int, stage: str) -> progress.Progress:
        """The listener of one stage of one seed."""
        place = self.seeds.index(seed)

        def update(done: int, total: int, note: str = "") -> None:
            label = LABELS.get(stage, stage)
            several = len(self.seeds) > 1 and stage not in WHOLE
            told = "  ".join(filter(None, (f"seed {place + 1}/{len(self.seeds)}" if several else "", note)))
            if self.console.is_terminal:
                self.progress.start()  # with the first news: what goes wrong before it is said on the first line
            else:
                self.log.hear(label, done, total, told)
            self._stop_sweeping()
            if (done, total) == (0, 1):
                self.sweeping = self.progress.add_task(label, total=None, note=told)
                return
            if stage not in self.tasks:
                self.tasks[stage] = self.progress.add_task(label, total=None, note="")
            whole, before = (total * len(self.seeds), place * total) if several else (total, 0)
            self.progress.update(self.tasks[stage], total=whole, completed=before + done, note=told)

        return update

    def renew(self, config: Seeded) -> None:
        """Begin again with no bars, for another configuration."""
        self._erase()
        self.seeds, self.tasks = list(config.seeds), {}

    @contextmanager
    def aside(self) -> Iterator[None]:
        """Within the block no bars are on the screen, so that what is printed is not drawn over; then they go on."""
        there = {task.id: task for task in self.progress.tasks}
        self._erase()
        for stage, place in self.tasks.items():
            old = there[place]
            self.tasks[stage] = self.progress.add_task(
                old.description, total=old.total, completed=int(old.completed), **old.fields
            )
        yield

    def _drawing(self) -> Progress:
        return Progress(
            TextColumn("{task.description:<9}"),
            BarColumn(),
            _Share("{task.percentage:>3.0f}%"),
            TimeRemainingColumn(),
            TextColumn("{task.fields[note]}", style="dim"),
            console=self.console,
            redirect_stdout=Console().is_terminal,  # else what is piped would end among the bars
        )

    def _erase(self) -> None:
        """Take the bars off the screen. A new drawing follows: rich would go up as many lines as the old one had."""
        self._stop_sweeping()
        if self.progress.live.is_started:
            self.progress.live.transient = True
            self.progress.stop()
        self.progress = self._drawing()

    def _stop_sweeping(self) -> None:
        if self.sweeping is not None:
            self.progress.remove_task(self.sweeping)
            self.sweeping = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop_sweeping()
        if error is None:
            self.log.end()
            for task in self.progress.tasks:  # early stopping ends a stage before its last epoch
                self.progress.update(task.id, completed=task.total or 1, total=task.total or 1)
        if self.progress.live.is_started:  # else rich ends the bars that there are none of with an empty line
            self.progress.live.transient = not self.progress.tasks
            self.progress.stop()


class _Log:
    """Lines about stages, for a file or a pipe: one when a stage is over, and one now and then while it goes on."""

    def __init__(self, console: Console, clock: Callable[[], float]):
        self.console = console
        self.clock = clock
        self.heard: tuple[str, str] | None = None
        self.news = ""
        self.begun = self.said = 0.0

    def hear(self, label: str, done: int, total: int, note: str) -> None:
        seed = note.partition("  ")[0] if note.startswith("seed ") else ""
        now = self.clock()
        if self.heard != (label, seed):
            self.end()
            self.heard, self.begun, self.said = (label, seed), now, now
        self.news = note
        if now - self.said >= QUIET:
            self.said = now
            self._say(f"{label:<9} {100 * done / max(1, total):3.0f} %  {note}")

    def end(self) -> None:
        """Say what the stage came to that was heard of last."""
        if self.heard is not None:
            self._say(f"{self.heard[0]:<9} {self.clock() - self.begun:.1f} s  {self.news}")
        self.heard = None

    def _say(self, line: str) -> None:
        self.console.print(Text(line.rstrip()), soft_wrap=True)

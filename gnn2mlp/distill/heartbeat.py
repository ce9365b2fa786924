"""Which of the processes that train together are still there: each says so every few seconds in the store they share.

A process that is killed, or whose machine is cut off, leaves no word; collectives notice it by a timeout alone, which
does not say who is missing, and must not be short where one process has work of its own while the others wait.
"""

import sys
import threading
from collections.abc import Callable, Iterable
from types import TracebackType
from typing import Any, Self

# Seconds between two beats.
EVERY = 5.0
# After so many looks in a row without a new beat a process counts as gone: two minutes, in which it may have been busy.
MISSED = 24


def _told(message: str) -> None:
    sys.stderr.write(f"gnn2mlp: warning: {message}\n")


class Heartbeat:
    """Says in the store that this process lives, for as long as it is entered, and looks after the others.

    Silence is counted in looks, not by the clock: a process that was itself held up then takes no other for gone.

    Args:
        store: that all processes share.
        rank: of this process.
        names: what each process is called in messages, by rank.
        tell: called once for each process that falls silent, from a thread of its own. The main one may be waiting for
            a GPU then, which waits for that process, and hears of it only when the timeout of collectives has passed.

    Example:
        >>> from torch.distributed import HashStore
        >>> heartbeat = Heartbeat(HashStore(), 0, ["process 0", "process 1"])
        >>> for _ in range(3):
        ...     heartbeat.look()
        >>> heartbeat.silent(missed=2)  # process 1 never said a word
        [1]
    """

    def __init__(self, store: Any, rank: int, names: Iterable[str], tell: Callable[[str], object] = _told):
        self.store = store
        self.rank = rank
        self.names = list(names)
        self.tell = tell
        self._heard: dict[int, bytes] = {}
        self._missed = dict.fromkeys((other for other in range(len(self.names)) if other != rank), 0)
        self._beats = 0
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="heartbeat", daemon=True)

    def __enter__(self) -> Self:
        self.beat()
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._thread.join(EVERY)

    def beat(self) -> None:
        """Say that this process lives."""
        self._beats += 1
        self.store.set(f"beat/{self.rank}", str(self._beats))

    def look(self) -> None:
        """See who has said so since the last look."""
        for rank in self._missed:
            key = f"beat/{rank}"
            heard = self.store.get(key) if self.store.check([key]) else b""
            if heard != self._heard.get(rank, b""):
                self._heard[rank], self._missed[rank] = heard, 0
                continue
            self._missed[rank] += 1
            if self._missed[rank] == MISSED:
                self.tell(self.gone(rank))

    def silent(self, missed: int | None = None) -> list[int]:
        """The processes that have been silent for so many looks; default: for `MISSED`."""
        return [rank for rank, count in self._missed.items() if count >= (MISSED if missed is None else missed)]

    def gone(self, *ranks: int) -> str:
        """What to say of silent processes."""
        who = " and ".join(f"{self.names[rank]} (silent for {self._missed[rank] * EVERY:.0f} s)" for rank in ranks)
        return (
            f"no word from {who}: it has ended, or its machine cannot be reached; the same command goes on from the "
            "last checkpoint"
        )

    def _run(self) -> None:
        while not self._over.wait(EVERY):
            try:
                self.beat()
                self.look()
            except RuntimeError:  # the store went with the process that held it: whoever asks it next is told
                return

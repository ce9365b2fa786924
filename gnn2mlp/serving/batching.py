"""Requests that wait go through the network together: one queue, and one thread beside for what takes long."""

import asyncio
import contextlib
import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple, Protocol

from gnn2mlp.core.limits import check_at_least
from gnn2mlp.serving.refusal import busy
from gnn2mlp.serving.version import Version

# Seconds: a batch that is likely to take less is computed at once. To hand it to a thread and back would take longer,
# and the event loop is not kept from anything that could not wait as long.
_SHORT = 0.005


class Request(Protocol):
    """A request that was read."""

    @property
    def size(self) -> int:
        """How many rows, or whatever else is counted, it asks about."""

    @property
    def alone(self) -> bool:
        """Whether it is a batch of its own, as nothing is saved by waiting for others to be answered."""


class _Job(NamedTuple):
    """A request that waits."""

    model: Version
    rows: Request
    answer: "asyncio.Future[Any]"
    until: float


class Batcher:
    """Forms a batch of what waits, up to so many rows; while it is computed, the next ones gather.

    What takes long is computed in a thread, so that the event loop goes on. An idle server answers at once; under load
    batches grow by themselves. `wait` holds a batch back for more, which spares work where requests come one by one,
    and costs each of them that time.

    Args:
        rows: of a batch at most; a request of more is a batch of its own.
        wait: seconds that a batch waits for more rows.
        seconds: that an answer may take; then its request is refused, whatever the network does.
        told: is called with the rows of each batch.
        beside: compute every batch in the thread, however short the last ones were.
    """

    def __init__(
        self,
        rows: int = 64,
        wait: float = 0.0,
        seconds: float = 30.0,
        told: Callable[[int], object] = lambda rows: None,
        beside: bool = False,
    ):
        check_at_least("serve", 1, batch_rows=rows)
        self.rows, self.wait, self.seconds = rows, wait, seconds
        self._told, self._beside = told, beside
        self._waiting: deque[_Job] = deque()
        self._more = asyncio.Event()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="network")
        self._tasks: list[asyncio.Task[None]] = []
        self._computed: list[_Job] = []
        self._usual = float("inf")  # seconds of computing that a batch took of late

    @property
    def waiting(self) -> int:
        """Requests that wait for their batch."""
        return len(self._waiting)

    def start(self) -> None:
        """Begin to answer, in the event loop that runs."""
        loop = asyncio.get_running_loop()
        self._tasks = [loop.create_task(self._run()), loop.create_task(self._look_at_the_clock())]

    async def stop(self) -> None:
        """Answer no more; requests that still wait are refused."""
        for task in self._tasks:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
        for job in (*self._computed, *self._waiting):
            _settle(job.answer, busy("the server is going; ask another one, or try again later"))
        self._thread.shutdown(wait=False)

    async def ask(self, model: Version, rows: Request) -> Any:
        """What a model knows of the rows of a request.

        Raises:
            DataError: if one of them cannot be read.
            RefusalError: if it takes too long.
        """
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[Any] = loop.create_future()
        self._waiting.append(_Job(model, rows, answer, loop.time() + self.seconds))
        self._more.set()
        return await answer

    async def _run(self) -> None:
        while True:
            await self._gather()
            jobs = self._next()
            if not jobs:
                continue
            self._told(sum(job.rows.size for job in jobs))
            self._computed = jobs
            try:
                found = await self._answers(jobs)
            except Exception as error:  # a fault of the model: every request is told, and the next batch is another one
                found = [error] * len(jobs)
            for job, one in zip(jobs, found, strict=True):
                _settle(job.answer, one)
            self._computed = []

    async def _answers(self, jobs: Sequence[_Job]) -> Sequence[Any]:
        """What the network knows of the requests of a batch."""
        is_usual = jobs[0].rows.size <= self.rows
        if is_usual and not self._beside and self._usual < _SHORT:
            found, took = _timed(jobs)
            await asyncio.sleep(0)  # whatever else waits comes first
        else:
            found, took = await asyncio.get_running_loop().run_in_executor(self._thread, _timed, jobs)
        if is_usual:
            self._usual = took if self._usual == float("inf") else 0.8 * self._usual + 0.2 * took
        return found

    async def _look_at_the_clock(self) -> None:
        """Refuse what has waited too long: one task for all requests, as a timer for each costs more."""
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(min(1.0, self.seconds / 4))
            for job in (*self._computed, *self._waiting):
                if job.until < loop.time():
                    _settle(job.answer, busy(f"an answer took more than {self.seconds:g} seconds; try again later"))

    async def _gather(self) -> None:
        """Wait for a request, and for further ones if they are to be waited for."""
        loop = asyncio.get_running_loop()
        while not self._waiting:
            self._more.clear()
            await self._more.wait()
        end = loop.time() + self.wait
        while self.wait and (left := end - loop.time()) > 0 and self._gathered() < self.rows:
            self._more.clear()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._more.wait(), left)

    def _gathered(self) -> int:
        return sum(job.rows.size for job in self._waiting)

    def _next(self) -> list[_Job]:
        """The requests of a batch: the first that wait, of one version of the model."""
        jobs: list[_Job] = []
        count = 0
        while self._waiting and (not jobs or self._waiting[0].model is jobs[0].model):
            following = self._waiting[0].rows
            if jobs and (count + following.size > self.rows or jobs[0].rows.alone or following.alone):
                break
            job = self._waiting.popleft()
            if not job.answer.done():  # else its client has given up
                jobs.append(job)
                count += job.rows.size
        return jobs


def _timed(jobs: Sequence[_Job]) -> tuple[Sequence[Any], float]:
    """What the network knows, and how long it computed: what other programs did meanwhile is not counted."""
    begin = time.thread_time()
    return jobs[0].model.judge([job.rows for job in jobs]), time.thread_time() - begin


def _settle(answer: "asyncio.Future[Any]", found: Any) -> None:
    if answer.done():
        return
    if isinstance(found, Exception):
        answer.set_exception(found)
    else:
        answer.set_result(found)

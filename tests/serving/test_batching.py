"""Requests that go through a network together."""

import asyncio
import time
from typing import Any, NamedTuple

import pytest

from gnn2mlp.core.errors import ConfigError, DataError
from gnn2mlp.serving.batching import Batcher
from gnn2mlp.serving.refusal import RefusalError
from gnn2mlp.serving.rows import Rows
from tests.serving.served import run


class Slow:
    """A model that notes the batches that it is given, and takes its time."""

    def __init__(self, seconds: float = 0.02):
        self.seconds, self.batches = seconds, []  # type: ignore[var-annotated]

    def judge(self, requests: Any) -> list[Any]:
        self.batches.append([request.given for request in requests])
        time.sleep(self.seconds)
        return [DataError("no") if request.given == "bad" else request.given for request in requests]


def rows(given: Any, size: int = 1) -> Rows:
    return Rows(size, {}, None, given)


def asked(batcher: Batcher, *questions: tuple[Any, Rows]) -> list[Any]:
    async def ask() -> list[Any]:
        batcher.start()
        found = await asyncio.gather(*(batcher.ask(*question) for question in questions), return_exceptions=True)
        await batcher.stop()
        return found

    return run(ask)  # type: ignore[no-any-return]


def test_what_waits_goes_together_up_to_the_bound_and_in_order() -> None:
    model, told = Slow(), []  # type: ignore[var-annotated]
    batcher = Batcher(4, told=told.append)
    found = asked(batcher, *((model, rows(number)) for number in range(10)))
    assert found == [*range(10)]
    assert model.batches == [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9]]
    assert told == [4, 4, 2]


def test_a_large_request_is_a_batch_of_its_own() -> None:
    model = Slow()
    asked(Batcher(4), (model, rows("a")), (model, rows("b", 9)), (model, rows("c")))
    assert model.batches == [["a"], ["b"], ["c"]]


def test_what_is_to_be_alone_is_a_batch_of_its_own() -> None:
    class Alone(NamedTuple):
        size: int
        given: str
        alone: bool = True

    model = Slow()
    given: list[Any] = [rows("a"), rows("b"), Alone(1, "c"), Alone(1, "d"), rows("e")]
    found = asked(Batcher(9), *((model, one) for one in given))
    assert found == [*"abcde"]
    assert model.batches == [["a", "b"], ["c"], ["d"], ["e"]]


def test_two_versions_never_share_a_batch() -> None:
    old, new = Slow(), Slow()
    assert asked(Batcher(9), (old, rows(1)), (old, rows(2)), (new, rows(3)), (old, rows(4))) == [1, 2, 3, 4]
    assert (old.batches, new.batches) == ([[1, 2], [4]], [[3]])


def test_a_batch_waits_for_more_where_it_is_told_to() -> None:
    model, batcher = Slow(0), Batcher(2, wait=5.0)

    async def later() -> None:
        batcher.start()
        first = asyncio.create_task(batcher.ask(model, rows(1)))  # type: ignore[arg-type]
        await asyncio.sleep(0.01)
        await batcher.ask(model, rows(2))  # type: ignore[arg-type]
        await first
        await batcher.stop()

    run(later)
    assert model.batches == [[1, 2]]


def test_a_bad_request_and_a_fault_are_told_to_their_own() -> None:
    class Broken(Slow):
        def judge(self, requests: Any) -> list[Any]:
            raise ArithmeticError("a fault")

    model = Slow()
    found = asked(Batcher(9), (model, rows(1)), (model, rows("bad")), (Broken(), rows(2)), (model, rows(3)))
    assert (found[0], found[3]) == (1, 3)
    assert [type(one) for one in found[1:3]] == [DataError, ArithmeticError]


def test_nobody_waits_for_ever() -> None:
    found = asked(Batcher(1, seconds=0.04), (Slow(0.3), rows(1)), (Slow(), rows(2)))
    assert all(isinstance(one, RefusalError) and one.status == 503 for one in found)


def test_who_still_waits_when_it_stops_is_told() -> None:
    async def stopped() -> Any:
        batcher = Batcher(1)
        batcher.start()
        waiting = [asyncio.create_task(batcher.ask(Slow(0.2), rows(1))) for _ in range(2)]  # type: ignore[arg-type]
        await asyncio.sleep(0.01)
        assert batcher.waiting == 1
        await batcher.stop()
        return await asyncio.gather(*waiting, return_exceptions=True)

    assert all(isinstance(one, RefusalError) for one in run(stopped))


def test_a_batch_has_a_row() -> None:
    with pytest.raises(ConfigError, match="batch_rows"):
        Batcher(0)


def test_what_takes_long_is_computed_beside_the_loop_and_what_does_not_at_once() -> None:
    import threading

    class Where(Slow):
        def judge(self, requests: Any) -> list[Any]:
            self.batches.append(threading.current_thread() is threading.main_thread())
            end = time.thread_time() + self.seconds
            while time.thread_time() < end:
                pass
            return [request.given for request in requests]

    for seconds, expected in ((0.0, [False, True, True]), (0.01, [False, False, False])):
        model = Where(seconds)
        asked(Batcher(1), *[(model, rows(number)) for number in range(3)])
        assert model.batches == expected
    model = Where(0.0)
    asked(Batcher(1), (model, rows(1)), (model, rows(2, size=5)), (model, rows(3)))
    assert model.batches == [False, False, True]
    model = Where(0.0)
    asked(Batcher(1, beside=True), *[(model, rows(number)) for number in range(3)])
    assert model.batches == [False] * 3

"""Who is still there, told by beats in a store that this process alone holds."""

import time

import pytest
import torch

from gnn2mlp.distill import heartbeat
from gnn2mlp.distill.heartbeat import Heartbeat

pytestmark = pytest.mark.skipif(not torch.distributed.is_available(), reason="needs torch.distributed")


def pair(told: list[str]) -> tuple[Heartbeat, Heartbeat]:
    store, names = torch.distributed.HashStore(), ["process 0 on a", "process 1 on b"]
    first, second = (Heartbeat(store, rank, names, told.append) for rank in range(2))
    return first, second


def test_a_process_that_beats_is_not_silent() -> None:
    first, second = pair(told := [])
    for _ in range(2 * heartbeat.MISSED):
        second.beat()
        first.look()
    assert first.silent() == first.silent(missed=1) == []
    assert told == []


def test_silence_is_counted_in_looks_and_told_once() -> None:
    first, second = pair(told := [])
    second.beat()
    first.look()
    for _ in range(heartbeat.MISSED - 1):
        first.look()
    assert (first.silent(), first.silent(missed=2), told) == ([], [1], [])
    for _ in range(3):
        first.look()
    assert first.silent() == [1]
    assert len(told) == 1
    assert told[0].startswith("no word from process 1 on b (silent for 120 s): it has ended, or its machine cannot be")
    second.beat()
    first.look()
    assert first.silent(missed=1) == []


def test_beats_go_on_within_the_block_and_end_with_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(heartbeat, "EVERY", 0.01)
    first, second = pair([])
    with second:
        heard = first.store.get("beat/1")
        until = time.monotonic() + 30
        while first.store.get("beat/1") == heard and time.monotonic() < until:
            time.sleep(0.01)
        assert first.store.get("beat/1") != heard
    heard = first.store.get("beat/1")
    time.sleep(0.05)
    assert first.store.get("beat/1") == heard
    assert not second._thread.is_alive()


def test_a_store_that_is_gone_ends_the_thread_and_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(heartbeat, "EVERY", 0.01)
    first, _ = pair([])
    with first:

        def gone() -> None:
            raise RuntimeError("connection reset")

        monkeypatch.setattr(first, "beat", gone)
        first._thread.join(30)
        assert not first._thread.is_alive()

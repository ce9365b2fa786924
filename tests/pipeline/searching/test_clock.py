"""A clock counts what an earlier process spent, and says when time is over."""

from types import SimpleNamespace

import pytest

from gnn2mlp.pipeline.searching import clock as clock_module
from gnn2mlp.pipeline.searching.clock import Clock, OutOfTimeError


def test_without_a_budget_time_is_never_over():
    clock = Clock()
    clock.carry(1e9)
    clock.check()
    assert not clock.over
    assert clock.spent >= 1e9


def test_carried_time_counts():
    clock = Clock(1000)
    clock.carry(999)
    clock.check(1, 2, "valid 0.5")
    clock.carry(2)
    with pytest.raises(OutOfTimeError, match="1000 s are spent"):
        clock.check()


def test_a_limit_may_be_earlier_than_the_budget():
    clock = Clock(1000)
    clock.limit = 10
    clock.carry(11)
    assert clock.over


def test_who_watches_is_told_now_and_then(monkeypatch):
    now = iter([0.0, 0.2, 0.2, 1.3, 1.3, 1.4])
    monkeypatch.setattr(clock_module, "time", SimpleNamespace(monotonic=lambda: next(now)))
    clock, told = Clock(), []
    clock.told = lambda: told.append("news")
    for _ in range(3):
        clock.check()
    assert told == ["news"]

"""The plan on paper: arithmetic by hand."""

import importlib
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

BENCHMARKS = Path(__file__).resolve().parents[1] / "benchmarks"


@pytest.fixture(scope="module")
def plans() -> Iterator[ModuleType]:
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(BENCHMARKS)
        yield importlib.import_module("scale_plan")


def test_bytes_are_those_by_hand(plans: ModuleType) -> None:
    plan = plans.Plan(nodes=10, edges=3, features=2, hops=2, classes=4)
    found = {what.split(",")[0].split(":")[0]: size for what, _, size in plans.sizes(plan)}
    assert found == {"nodes": 160, "edges": 480, "hop features": 320, "knowledge": 240, "answers": 160}
    moved = [size for _, _, size in plans.shuffles(plan)]
    assert moved == [480, 960, 1920, 10 * (16 + 8 + 16)]


def test_hours_and_prices_follow_the_sizes(plans: ModuleType) -> None:
    one, two = plans.Plan(), plans.Plan(nodes=2e9)
    for small, large in zip(plans.steps(one), plans.steps(two), strict=True):
        assert small.name == large.name
        if small.hours is not None:
            assert large.hours == pytest.approx(2 * small.hours)
    scored = plans.steps(one)[-1]
    measured = plans._measured("production/results/score.json")["sizes"][-1]
    assert scored.hours == pytest.approx(1e9 / measured["rows"] * measured["ours"]["cpu_seconds"] / 3600)
    assert plans._costs(100.0, plans.Plan(cores=50, price=0.1)) == ("100.0", "2.00", "10.00")


def test_the_command_line_sets_the_plan(plans: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys) -> None:
    monkeypatch.setattr("sys.argv", ["scale_plan.py", "--nodes", "2e8", "--price", "0.5"])
    assert plans.main() == 0
    assert "200 million rows" in capsys.readouterr().out

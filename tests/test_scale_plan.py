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
    assert moved == [480, 160, 960, 10 * (16 + 8 + 16)]  # one pass over all rows


def test_a_block_as_large_as_the_memory_decides_on_passes(plans: ModuleType) -> None:
    plan = plans.Plan(nodes=8e6, features=100, memory=4)
    (block,) = [(what, size) for what, _, size in plans.shuffles(plan) if "passes" in what]
    assert block == ("one hop by blocks: 4 passes over all rows", 4 * 8e6 * 408)


def test_hops_take_the_rates_of_the_largest_graph(plans: ModuleType) -> None:
    entries = {
        "small": {"scale": 0.1, "rates": {"links_sorted_per_cpu_second": 1, "link_features_per_cpu_second": 1}},
        "large": {"scale": 1.0, "rates": {"links_sorted_per_cpu_second": 50, "link_features_per_cpu_second": 300}},
    }
    plan = plans.Plan(nodes=1000, edges=10, features=30, hops=2)
    assert [step.hours for step in plans.propagation(plan, entries)] == pytest.approx(
        [20_000 / 50 / 3600, 20_000 * 30 * 2 / 300 / 3600]
    )
    assert [step.hours for step in plans.propagation(plan, None)] == [None, None]


def test_hours_and_prices_follow_the_sizes(plans: ModuleType) -> None:
    one, two = plans.Plan(), plans.Plan(nodes=2e9)
    for small, large in zip(plans.steps(one), plans.steps(two), strict=True):
        assert small.name == large.name
        if small.hours is not None:
            assert large.hours == pytest.approx(2 * small.hours)
    scored = plans.steps(one)[-1]
    measured = plans._measured("production/results/score.json")["sizes"][-1]
    assert scored.hours == pytest.approx(1e9 / measured["rows"] * measured["ours"]["cpu_seconds"] / 3600)
    assert "| `--student-epochs` | 2 | epochs over all nodes |" in plans.assumptions()
    assert plans._costs(100.0, plans.Plan(cores=50, price=0.1)) == ("100.0", "2.00", "10.00")


def test_the_command_line_sets_the_plan(plans: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys) -> None:
    monkeypatch.setattr("sys.argv", ["scale_plan.py", "--nodes", "2e8", "--price", "0.5"])
    assert plans.main() == 0
    assert "200 million rows" in capsys.readouterr().out

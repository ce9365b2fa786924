"""The protocol of latency: which requests are made in which order, not how long they take."""

from collections.abc import Callable

import pytest
import torch
from torch import Tensor

from gnn2mlp.evaluate import latency
from gnn2mlp.evaluate.latency import WARMUP, compare, draws, in_turn, percentiles

CPU = torch.device("cpu")


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Callable[[str, float], Callable[[object], None]]:
    """Factory `clock(name, seconds)` of models whose answer takes that long on a clock of its own.

    `clock.asked` holds (name, request) in the order in which they were asked.
    """
    now = [0.0]
    monkeypatch.setattr(latency.time, "perf_counter", lambda: now[0])

    def model(name: str, seconds: float) -> Callable[[object], None]:
        def answer(request: object) -> None:
            model.asked.append((name, request))  # type: ignore[attr-defined]
            now[0] += seconds

        return answer

    model.asked = []  # type: ignore[attr-defined]
    return model


def test_requests_are_random_nodes_without_repetition() -> None:
    requests = [ids.tolist() for ids in draws(20, 5, repeats=12)]
    assert len(requests) == WARMUP + 12
    assert all(len(set(ids)) == len(ids) == 5 and set(ids) <= set(range(20)) for ids in requests)
    assert len({tuple(ids) for ids in requests}) > 1
    assert [ids.tolist() for ids in draws(20, 5, repeats=12)] == requests


def test_models_take_turns_and_begin_in_turn(clock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(latency, "TURN", 2)
    spent = in_turn({"a": clock("a", 0.2), "b": clock("b", 0.1)}, [0, 1, 2, 3], CPU, warmup=1, budget=100)
    warm, timed = clock.asked[:2], clock.asked[2:]
    assert warm == [("a", 0), ("b", 0)]
    assert timed == [("a", 1), ("a", 2), ("b", 1), ("b", 2), ("b", 3), ("a", 3)]
    assert spent["a"] == pytest.approx([0.2] * 3)
    assert spent["b"] == pytest.approx([0.1] * 3)


def test_a_slow_model_stops_when_its_budget_is_spent_and_the_others_go_on(clock) -> None:
    answers = {"slow": clock("slow", 1.0), "quick": clock("quick", 0.001)}
    spent = in_turn(answers, range(10 + 50), CPU, budget=20)
    assert (len(spent["slow"]), len(spent["quick"])) == (20, 50)
    assert [name for name, request in clock.asked if request < 10].count("slow") == 3  # warm after a tenth of it
    assert len(in_turn(answers, range(10 + 50), CPU, budget=0)["slow"]) == 10
    assert len(in_turn(answers, range(10 + 50), CPU, budget=0, fewest=3)["slow"]) == 3


def test_compares_every_model_at_every_size_that_the_graph_fills() -> None:
    def answer(ids: Tensor) -> Tensor:
        return ids

    rows = compare({"teacher": answer, "student": answer}, 50, CPU, repeats=12)
    assert [(row["model"], row["nodes"]) for row in rows] == [
        ("teacher", 1),
        ("student", 1),
        ("teacher", 10),
        ("student", 10),
    ]
    assert {row["repeats"] for row in rows} == {12}


def test_percentiles_by_hand() -> None:
    assert percentiles([0.001, 0.002, 0.003]) == pytest.approx(
        {"median_ms": 2.0, "p95_ms": 2.9, "p99_ms": 2.98, "repeats": 3}
    )


def test_global_generator_is_left_alone() -> None:
    before = torch.get_rng_state()
    compare({"model": lambda ids: ids}, 20, CPU, repeats=10)
    assert torch.equal(torch.get_rng_state(), before)

"""The protocol of latency: which requests are made, not how long they take."""

import torch
from torch import Tensor

from gnn2mlp.evaluate import latency
from gnn2mlp.evaluate.latency import compare, time_requests

CPU = torch.device("cpu")


def recorder() -> tuple[list[list[int]], "object"]:
    asked: list[list[int]] = []
    return asked, lambda ids: asked.append(ids.tolist())


def test_requests_are_random_nodes_without_repetition() -> None:
    asked, answer = recorder()
    result = time_requests(answer, 20, 5, CPU, repeats=12)  # type: ignore[arg-type]
    assert len(asked) == latency.WARMUP + 12
    assert all(len(set(ids)) == len(ids) == 5 and set(ids) <= set(range(20)) for ids in asked)
    assert len({tuple(ids) for ids in asked}) > 1
    assert result["nodes"] == 5
    assert result["repeats"] == 12  # the warm-up is not timed
    assert 0 <= result["median_ms"] <= result["p95_ms"] <= result["p99_ms"]


def test_result_is_plain() -> None:
    result = time_requests(lambda ids: ids, 20, 1, CPU, repeats=10)
    assert {key: type(value) for key, value in result.items()} == {
        "nodes": int,
        "median_ms": float,
        "p95_ms": float,
        "p99_ms": float,
        "repeats": int,
    }


def test_every_model_gets_the_same_requests() -> None:
    (first, one), (second, other) = recorder(), recorder()
    for answer in (one, other):
        time_requests(answer, 20, 3, CPU, repeats=10)  # type: ignore[arg-type]
    assert first == second


def test_stops_when_the_budget_is_spent_but_times_ten() -> None:
    asked, answer = recorder()
    result = time_requests(answer, 20, 3, CPU, repeats=100, budget=0.0)  # type: ignore[arg-type]
    assert result["repeats"] == 10
    assert len(asked) == latency.WARMUP + 10


def test_global_generator_is_left_alone() -> None:
    before = torch.get_rng_state()
    time_requests(lambda ids: ids, 20, 3, CPU, repeats=10)
    assert torch.equal(torch.get_rng_state(), before)


def test_compares_every_model_at_every_size_that_the_graph_fills() -> None:
    def answer(ids: Tensor) -> Tensor:
        return ids

    rows = compare({"teacher": answer, "student": answer}, 50, CPU)
    assert [(row["model"], row["nodes"]) for row in rows] == [
        ("teacher", 1),
        ("student", 1),
        ("teacher", 10),
        ("student", 10),
    ]

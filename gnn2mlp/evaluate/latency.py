"""What one request costs: the teacher has to fetch neighbours, the student does not."""

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

import numpy as np
import torch
from torch import Tensor

from gnn2mlp.core.progress import Progress, silent
from gnn2mlp.core.seeds import generator

NODES = (1, 10, 100)
WARMUP = 10
REPEATS = 100
# At least so many requests are timed, however slow they are.
FEWEST = 10
# A turn is so many requests: the first finds the processor's caches full of another model, the others their own.
TURN = 10

T = TypeVar("T")


def compare(
    answers: Mapping[str, Callable[[Tensor], object]],
    num_nodes: int,
    device: torch.device,
    nodes: Sequence[int] = NODES,
    repeats: int = REPEATS,
    budget: float = 10.0,
    progress: Progress = silent,
) -> list[dict[str, Any]]:
    """Time `answer(node_ids)` of each model for random requests of each size that the graph can fill.

    `progress` hears of requests, between turns, while nothing is timed.

    Returns:
        For each size and model: `model`, `nodes`, `median_ms`, `p95_ms`, `p99_ms`, and `repeats`, how many were timed.
    """
    rows = []
    sizes = [k for k in nodes if k <= num_nodes]
    for place, size in enumerate(sizes):

        def told(done: int, total: int, note: str = "", place: int = place, size: int = size) -> None:
            progress(place * total + done, len(sizes) * total, f"requests of {size}")

        spent = in_turn(answers, draws(num_nodes, size, repeats), device, budget=budget, progress=told)
        rows += [{"model": name, "nodes": size, **percentiles(seconds)} for name, seconds in spent.items()]
    return rows


def in_turn(
    answers: Mapping[str, Callable[[T], object]],
    requests: Sequence[T],
    device: torch.device,
    warmup: int = WARMUP,
    budget: float = 10.0,
    fewest: int = FEWEST,
    progress: Progress = silent,
) -> dict[str, list[float]]:
    """Seconds that each model takes for each request, synchronised on CUDA.

    Models take turns of ten requests, so that a disturbance of the machine meets all alike; who begins changes from
    turn to turn.

    Args:
        answers: what to time, by model.
        requests: those of the warm-up first.
        device: where the models compute.
        warmup: requests that are not timed; a model that spends a tenth of its budget on them is warm before.
        budget: seconds after which a model is left out, once `fewest` of its requests have been timed.
        fewest: see there.
        progress: told after every turn of all models.
    """
    names = list(answers)
    for name in names:
        warming = time.perf_counter()
        for request in requests[:warmup]:
            _timed(answers[name], request, device)
            if time.perf_counter() - warming > budget / 10:
                break
    spent: dict[str, list[float]] = {name: [] for name in names}
    for turn, start in enumerate(range(warmup, len(requests), TURN)):
        first = turn % max(1, len(names))
        for name in names[first:] + names[:first]:
            for request in requests[start : start + TURN]:
                if len(spent[name]) < fewest or sum(spent[name]) < budget:
                    spent[name].append(_timed(answers[name], request, device))
        progress(min(start + TURN, len(requests)) - warmup, len(requests) - warmup)
    return spent


def percentiles(seconds: Sequence[float]) -> dict[str, Any]:
    """`median_ms`, `p95_ms`, `p99_ms` and `repeats` of measured seconds."""
    median, p95, p99 = np.percentile(np.array(seconds) * 1e3, [50, 95, 99]).tolist()
    return {"median_ms": median, "p95_ms": p95, "p99_ms": p99, "repeats": len(seconds)}


def draws(num_nodes: int, nodes: int, repeats: int = REPEATS) -> list[Tensor]:
    """Random requests of `nodes` of `num_nodes` nodes, those of the warm-up first; the same in every call."""
    random = generator(0, f"requests of {nodes}")
    return [torch.randperm(num_nodes, generator=random)[:nodes] for _ in range(WARMUP + repeats)]


def _timed(answer: Callable[[T], object], request: T, device: torch.device) -> float:
    start = time.perf_counter()
    answer(request)
    if device.type == "cuda":
        torch.cuda.synchronize(device)
    return time.perf_counter() - start

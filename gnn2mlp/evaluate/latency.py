"""What one request costs: the teacher has to fetch neighbours, the student does not."""

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor

from gnn2mlp.core.seeds import generator

NODES = (1, 10, 100)
WARMUP = 10
REPEATS = 100


def time_requests(
    answer: Callable[[Tensor], object],
    num_nodes: int,
    nodes: int,
    device: torch.device,
    repeats: int = REPEATS,
    budget: float = 10.0,
) -> dict[str, Any]:
    """Time `answer(node_ids)` for random requests of `nodes` nodes, after a warm-up, synchronised on CUDA.

    The same requests are drawn for every model. At least 10 requests are timed; beyond that, timing stops after
    `budget` seconds, and the result says how many were timed.

    Returns:
        `nodes`, `median_ms`, `p95_ms`, `p99_ms` and `repeats`.
    """
    requests = draws(num_nodes, nodes, repeats)
    seconds: list[float] = []
    stop = time.perf_counter() + budget
    for index, ids in enumerate(requests):
        start = time.perf_counter()
        answer(ids)
        if device.type == "cuda":
            torch.cuda.synchronize(device)
        if index >= WARMUP:
            seconds.append(time.perf_counter() - start)
        if time.perf_counter() > stop and len(seconds) >= 10:
            break
    median, p95, p99 = np.percentile(np.array(seconds) * 1e3, [50, 95, 99]).tolist()
    return {"nodes": nodes, "median_ms": median, "p95_ms": p95, "p99_ms": p99, "repeats": len(seconds)}


def draws(num_nodes: int, nodes: int, repeats: int = REPEATS) -> list[Tensor]:
    """Random requests of `nodes` of `num_nodes` nodes, those of the warm-up first; the same in every call."""
    random = generator(0, f"requests of {nodes}")
    return [torch.randperm(num_nodes, generator=random)[:nodes] for _ in range(WARMUP + repeats)]


def compare(
    answers: Mapping[str, Callable[[Tensor], object]],
    num_nodes: int,
    device: torch.device,
    nodes: Sequence[int] = NODES,
) -> list[dict[str, Any]]:
    """`time_requests` for each model and request size that the graph can fill."""
    sizes = [k for k in nodes if k <= num_nodes]
    return [
        {"model": name, **time_requests(answer, num_nodes, k, device)}
        for k in sizes
        for name, answer in answers.items()
    ]

"""What marks a test that needs a GPU: `pytest -m cuda` runs all of them, and they are skipped where there is none.

A test that runs on both devices takes `device` from `on_each_device`: what is wrong with its text shows without a GPU.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import torch

from gnn2mlp.nn import devices, graphed
from tests.host_syncs import host_syncs

# cuBLAS is deterministic only with it, and reads it when it is first used.
os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")

needs_cuda = pytest.mark.cuda
on_each_device = pytest.mark.parametrize("device", ["cpu", pytest.param("cuda", marks=needs_cuda)])


@contextmanager
def off_the_cpu(device: str) -> Iterator[None]:
    """Within the block `device` is computed on as a GPU is: tensors of the CPU take the path of other devices."""
    try:
        with pytest.MonkeyPatch.context() as patched:
            if device == "cpu":
                patched.setattr(devices, "on_cpu", lambda tensor: False)
            yield
    finally:
        if device != "cpu":  # a generator that an error has left in `nothing_waits` is not closed yet
            torch.cuda.set_sync_debug_mode("default")


@contextmanager
def nothing_waits(device: str) -> Iterator[None]:
    """Fail if host and `device` wait for each other within the block; on the CPU, if they would on a GPU."""
    if device == "cpu":
        with host_syncs() as seen:
            yield
        assert not seen, seen
        return
    before = torch.cuda.get_sync_debug_mode()
    torch.cuda.set_sync_debug_mode("error")
    try:
        yield
    finally:
        torch.cuda.set_sync_debug_mode(before)


@contextmanager
def draws_of_the_cpu() -> Iterator[None]:
    """Within the block `torch.rand_like` draws on the CPU: a GPU's generator gives other numbers for a seed."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(torch, "rand_like", _drawn)
        yield


def _drawn(like: torch.Tensor, **options: Any) -> torch.Tensor:
    return torch.rand(like.shape, dtype=like.dtype).to(like.device)


@contextmanager
def captured_graphs(device: str) -> Iterator[list[Any]]:
    """The pools of all captures within the block; on the CPU, a replay does again what was captured."""
    seen: list[Any] = []
    capture = graphed.capture

    def watched(step: Callable[[], None], where: torch.device, pool: Any) -> tuple[Callable[[], None], Any]:
        seen.append(pool)
        return (step, "pool") if device == "cpu" else capture(step, where, pool)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(graphed, "capture", watched)
        patched.setattr(graphed, "capturable", lambda where: True)
        yield seen

"""A request by CUDA graph: one launch for the copies and all operations of a network, where each takes one of its own.

A request for a few rows spends its time in launches, not in arithmetic.
"""

from collections.abc import Callable
from functools import cache
from threading import Lock
from typing import Any, NamedTuple

import torch
from torch import Tensor

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.nn.csr import CSR, Features

# Requests of more rows, or of more values, spend their time in arithmetic and copies.
ROWS = 128
VALUES = 1 << 20
# Libraries set themselves up in their first calls, which no graph may hold.
WARMUP = 3


class _Slot(NamedTuple):
    """What a graph reads from and writes to on the host, and what runs it and waits for its end."""

    rows: Tensor
    outputs: Tensor
    replay: Callable[[], None]


class Graphed:
    """What a network answers to rows on the host, computed on a device; by CUDA graph where they are few.

    A graph is captured at the first request of its size: 1, 2, 4, ... up to 128 rows, to which a request is filled up,
    so that there are eight at most. Sparse rows are made dense. Requests of more rows, or of more than a million
    values, go without a graph, as all do where the device is none of CUDA. Several threads may ask at once; they are
    answered in turn.

    Args:
        answer: rows (rows, features) on `device` to outputs (rows, outputs) there. It judges each row by itself, and
            its weights stay where they are.
        device: where to compute.

    Raises:
        ConfigError: at a request, if the network cannot be captured.

    Example:
        >>> device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        >>> weight = torch.eye(3, device=device)
        >>> answer = Graphed(lambda x: x @ weight, device)
        >>> answer(torch.tensor([[1.0, 2.0, 3.0]]))
        tensor([[1., 2., 3.]])
    """

    def __init__(self, answer: Callable[[Features], Tensor], device: torch.device):
        self.answer = answer
        self.device = device
        self._slots: dict[tuple[int, int, torch.dtype], _Slot] = {}
        self._pool: Any = None  # one for all graphs: none runs while another does
        self._lock = Lock()

    def __call__(self, x: Features) -> Tensor:
        """Outputs (rows, outputs) on the CPU, of rows (rows, features) on the CPU."""
        rows, features = x.shape
        if not 0 < rows <= ROWS or rows * features > VALUES or not capturable(self.device):
            return self.answer(x.to(self.device)).cpu()
        dense = x.to_dense() if isinstance(x, CSR) else x
        key = 1 << (rows - 1).bit_length(), features, dense.dtype
        with self._lock:
            slot = self._slots.get(key) or self._captured(key)
            slot.rows[:rows].copy_(dense)
            slot.replay()
            return slot.outputs[:rows].clone()

    @torch.inference_mode(False)
    @torch.no_grad()
    def _captured(self, key: tuple[int, int, torch.dtype]) -> _Slot:
        """A graph of a size; what it holds outlives a request, and so is none of an inference mode's tensors."""
        size, features, dtype = key
        pinned = self.device.type == "cuda"
        rows = torch.zeros(size, features, dtype=dtype, pin_memory=pinned)
        like = self.answer(rows.to(self.device))
        outputs = torch.zeros(like.shape, dtype=like.dtype, pin_memory=pinned)

        def step() -> None:
            outputs.copy_(self.answer(rows.to(self.device, non_blocking=True)), non_blocking=True)

        replay, self._pool = capture(step, self.device, self._pool)
        self._slots[key] = _Slot(rows, outputs, replay)
        return self._slots[key]


def capturable(device: torch.device) -> bool:
    """Whether a device has graphs."""
    return device.type == "cuda"


def capture(step: Callable[[], None], device: torch.device, pool: Any) -> tuple[Callable[[], None], Any]:
    """What does again all that `step` did on a CUDA device, and waits for its end; and the pool of its memory.

    Args:
        step: reads and writes tensors that stay where they are, those on the host in pinned memory.
        device: of CUDA.
        pool: of other graphs, which never run while this one does; `None` for one of its own.

    Raises:
        ConfigError: if something in `step` cannot be captured.
    """
    try:
        with torch.cuda.device(device):
            graph = torch.cuda.CUDAGraph()
            for _ in range(WARMUP):
                step()
            stream = _stream(torch.cuda.current_device())
            # Other threads may go on: what they do on the device is none of this graph's.
            with torch.cuda.graph(graph, pool=pool, stream=stream, capture_error_mode="thread_local"):
                step()
    except RuntimeError as error:
        raise ConfigError(
            f"cuda_graphs: the network cannot be captured ({str(error).splitlines()[0]}); leave cuda_graphs out"
        ) from error

    def replay() -> None:
        with torch.cuda.device(device):
            graph.replay()
            torch.cuda.current_stream().synchronize()

    return replay, graph.pool()


@cache
def _stream(index: int) -> torch.cuda.Stream:
    """The stream of all captures on a device: cuBLAS keeps some megabytes for each that it has seen."""
    return torch.cuda.Stream(index)

"""Which path a tensor's device takes, and how arrays get to it."""

from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from functools import lru_cache

import torch
from torch import Tensor

# Larger arrays are moved once, not in every step, and what was pinned for them would stay so.
PINNED_BELOW = 1 << 26


def on_cpu(tensor: Tensor) -> bool:
    """Whether the kernels of a CPU are to work on a tensor; on any other device paths differ that wait for nothing.

    Every choice between the two asks here, so that tests can send a CPU's tensors along the other path.

    Example:
        >>> on_cpu(torch.zeros(1))
        True
    """
    return tensor.is_cpu


def to_device(tensor: Tensor, device: torch.device | str) -> Tensor:
    """The tensor on `device`, without the host waiting for work that is queued there; itself if it is there.

    A copy from memory that the system may page out waits for all that a GPU has yet to do, so that nothing overlaps.

    Example:
        >>> rows = torch.zeros(2)
        >>> to_device(rows, "cpu") is rows
        True
    """
    if torch.device(device).type == "cuda" and tensor.is_cpu and tensor.numel() * tensor.element_size() < PINNED_BELOW:
        return tensor.pin_memory().to(device, non_blocking=True)
    return tensor.to(device)


def lowers(tensor: Tensor) -> bool:
    """Whether torch lowers the precision of operations on the tensor's device by itself (autocast).

    Example:
        >>> with torch.autocast("cpu", dtype=torch.bfloat16):
        ...     lowers(torch.zeros(1))
        True
    """
    return torch.is_autocast_enabled(tensor.device.type)


def exact(tensor: Tensor) -> AbstractContextManager[object]:
    """A block in which operations on the tensor's device keep the precision of what they are given.

    Example:
        >>> with torch.autocast("cpu", dtype=torch.bfloat16), exact(torch.zeros(1)):
        ...     (torch.eye(2) @ torch.eye(2)).dtype
        torch.float32
    """
    return torch.autocast(tensor.device.type, enabled=False) if lowers(tensor) else nullcontext()


def forget_lowered(tensor: Tensor) -> None:
    """Let autocast lower weights anew: within one block it keeps what it made of them, whatever an optimiser did since.

    Example:
        >>> weight = torch.ones(1, 1, requires_grad=True)
        >>> with torch.no_grad(), torch.autocast("cpu", dtype=torch.bfloat16):
        ...     before = torch.ones(1, 1) @ weight
        ...     _ = weight.fill_(2)
        ...     forget_lowered(weight)
        ...     (torch.ones(1, 1) @ weight).item()
        2.0
    """
    if lowers(tensor):
        torch.clear_autocast_cache()


def constant(values: Sequence[float], like: Tensor) -> Tensor:
    """Numbers on the device and in the dtype of another tensor: moved there once, not in every step. To be read only.

    Example:
        >>> constant([1.0, 2.0], torch.zeros(1, dtype=torch.float64))
        tensor([1., 2.], dtype=torch.float64)
    """
    return _constant(tuple(values), like.dtype, like.device)


@lru_cache(maxsize=64)
def _constant(values: tuple[float, ...], dtype: torch.dtype, device: torch.device) -> Tensor:
    with torch.inference_mode(False):  # what is made in inference may not be used in training later
        return torch.tensor(values, dtype=dtype, device=device)

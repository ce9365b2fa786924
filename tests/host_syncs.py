"""Where a GPU would wait for the host, or the host for a GPU; it can be seen on a CPU, where nothing waits."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode

_aten = torch.ops.aten
# The host reads a number, or the size of a result, that the device has yet to compute.
_READS = {
    _aten._local_scalar_dense,
    _aten._unique,
    _aten._unique2,
    _aten.allclose,
    _aten.bincount,
    _aten.equal,
    _aten.is_nonzero,
    _aten.masked_select,
    _aten.nonzero,
    _aten.unique_consecutive,
    _aten.unique_dim,
}


class _Watch(TorchDispatchMode):
    """Notes the operators that would make one wait for the other."""

    def __init__(self, seen: list[str]):
        super().__init__()
        self.seen = seen

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs = kwargs or {}
        result = func(*args, **kwargs)
        if _waits(func, args, kwargs, result):
            self.seen.append(func.overloadpacket.__name__)
        return result


def _waits(func: Any, args: Any, kwargs: Any, result: Any) -> bool:
    packet = func.overloadpacket
    if packet in (_aten.index, _aten.index_put, _aten.index_put_):
        return any(mask is not None and mask.dtype in (torch.bool, torch.uint8) for mask in args[1])
    if packet is _aten.repeat_interleave:
        return kwargs.get("output_size") is None and len(args) < 3
    if packet is _aten._to_copy:
        return result.device.type != args[0].device.type and not kwargs.get("non_blocking", False)
    return packet in _READS


@contextmanager
def host_syncs() -> Iterator[list[str]]:
    """The names of operators that would make host and GPU wait for each other, as they happen within the block.

    Example:
        >>> with host_syncs() as seen:
        ...     x = torch.ones(3)
        ...     y = x[x > 0].sum().item()
        >>> seen
        ['index', '_local_scalar_dense']
    """
    seen: list[str] = []
    tolist = Tensor.tolist

    def watched(self: Tensor) -> Any:  # torch reads a list of numbers without an operator, where it lies on the CPU
        seen.append("tolist")
        return tolist(self)

    with patch.object(Tensor, "tolist", watched), _Watch(seen):
        yield seen

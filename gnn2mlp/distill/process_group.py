"""The processes that train one student together, as `torchrun` starts them; or one alone."""

import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

import torch
from torch import Tensor, nn
from torch.distributed import PrefixStore  # type: ignore[attr-defined]
from torch.distributed.rendezvous import rendezvous

from gnn2mlp.core.errors import ConfigError

# The first process may join tables for long while the others wait.
PATIENCE = timedelta(hours=12)


@dataclass(frozen=True)
class ProcessGroup:
    """This process among the `size` that train one student together.

    Args:
        rank: from 0; the first one writes.
        size: how many there are.
    """

    rank: int = 0
    size: int = 1

    def sum(self, value: Tensor) -> Tensor:
        """The sum over all processes, in place; each of them has to ask for it."""
        if self.size > 1:
            torch.distributed.all_reduce(value)
        return value

    def sum_gradients(self, loss: Tensor, parameters: Iterable[nn.Parameter], counts: bool = True) -> Tensor:
        """Replace each gradient by its sum over all processes, in one exchange with the loss, whose sum is returned.

        Args:
            loss: of this process, a scalar.
            parameters: the same in all of them. What has no gradient in any process that counts has none afterwards, as
                an optimiser leaves such a parameter alone and moves one whose gradient is zero.
            counts: whether this process had rows.
        """
        if self.size == 1:
            return loss
        held = list(parameters)
        has = [counts and parameter.grad is not None for parameter in held]
        gradients = (torch.zeros_like(p) if p.grad is None else p.grad for p in held)
        flat = [loss.reshape(1), loss.new_tensor(has), *(gradient.flatten() for gradient in gradients)]
        total, found, *sums = self.sum(torch.cat(flat)).split([1, len(held), *(p.numel() for p in held)])
        for parameter, voted, gradient in zip(held, found.tolist(), sums, strict=True):
            # In the parameter's own layout, which fused optimisers take for granted.
            parameter.grad = torch.empty_like(parameter).copy_(gradient.view_as(parameter)) if voted else None
        summed: Tensor = total.squeeze(0)
        return summed

    def barrier(self) -> None:
        """Go on when every process is here."""
        if self.size > 1:
            torch.distributed.barrier()


ALONE = ProcessGroup()


def is_first() -> bool:
    """Whether this process is the first of those that `torchrun` started, or alone."""
    return os.environ.get("RANK", "0") == "0"


@contextmanager
def process_group(device: torch.device) -> Iterator[tuple[ProcessGroup, torch.device]]:
    """Within the block the processes of `torchrun` can talk: by gloo on CPUs, by NCCL on CUDA, a device for each.

    Without `torchrun` this process is alone.

    Raises:
        ConfigError: if there are fewer CUDA devices than processes on this machine.
    """
    if int(os.environ.get("WORLD_SIZE", "1")) == 1:
        yield ALONE, device
        return
    if device.type == "cuda":
        local, there = int(os.environ["LOCAL_RANK"]), torch.cuda.device_count()
        if local >= there:
            raise ConfigError(f"expected a CUDA device for each process, got {there}; lower --nproc-per-node")
        device = torch.device("cuda", local)
        torch.cuda.set_device(device)
    if os.environ.get("LOCAL_WORLD_SIZE") == os.environ["WORLD_SIZE"] and sys.platform == "linux":
        os.environ.setdefault("GLOO_SOCKET_IFNAME", "lo")  # processes of one machine need not be heard outside of it
    # After a restart the store still has the addresses of the processes before.
    attempt = os.environ.get("TORCHELASTIC_RESTART_COUNT", "0")
    store, rank, size = next(rendezvous("env://", timeout=PATIENCE))
    torch.distributed.init_process_group(
        "nccl" if device.type == "cuda" else "gloo",
        store=PrefixStore(f"attempt-{attempt}", store),
        rank=rank,
        world_size=size,
        timeout=PATIENCE,
    )
    here = ProcessGroup(rank, size)
    try:
        yield here, device
        here.barrier()  # a process that leaves while another still talks can take it down
    finally:
        torch.distributed.destroy_process_group()

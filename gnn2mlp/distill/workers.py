"""The processes that train one student together, as `torchrun` starts them; or one alone."""

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

import torch
from torch import Tensor, nn

from gnn2mlp.core.errors import ConfigError

# The first process may join tables for long while the others wait.
PATIENCE = timedelta(hours=12)


@dataclass(frozen=True)
class Workers:
    """This process's place among `size`.

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

    def sum_gradients(self, loss: Tensor, parameters: Iterable[nn.Parameter]) -> Tensor:
        """Replace each gradient by its sum over all processes, in one exchange with the loss, whose sum is returned."""
        if self.size == 1:
            return loss
        gradients = []
        for parameter in parameters:
            if parameter.grad is None:
                parameter.grad = torch.zeros_like(parameter)
            gradients.append(parameter.grad)
        total = self.sum(torch.cat([loss.reshape(1), *(gradient.flatten() for gradient in gradients)]))
        for gradient, part in zip(gradients, total[1:].split([g.numel() for g in gradients]), strict=True):
            gradient.copy_(part.view_as(gradient))
        return total[0]

    def wait(self) -> None:
        """Go on when every process is here."""
        if self.size > 1:
            torch.distributed.barrier()


ALONE = Workers()


def leads() -> bool:
    """Whether this process is the first of those that `torchrun` started, or alone."""
    return os.environ.get("RANK", "0") == "0"


@contextmanager
def workers(device: torch.device) -> Iterator[tuple[Workers, torch.device]]:
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
    torch.distributed.init_process_group("nccl" if device.type == "cuda" else "gloo", timeout=PATIENCE)
    try:
        yield Workers(torch.distributed.get_rank(), torch.distributed.get_world_size()), device
    finally:
        torch.distributed.destroy_process_group()

"""The processes that train one student together, as `torchrun` starts them; or one alone."""

import json
import os
import secrets
import socket
import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.distributed import PrefixStore  # type: ignore[attr-defined]
from torch.distributed.rendezvous import rendezvous

from gnn2mlp.core.errors import ConfigError, Gnn2mlpError, ProcessError
from gnn2mlp.distill import heartbeat as beating
from gnn2mlp.distill.heartbeat import Heartbeat

# In training all processes take the same step at the same time, but for what the first one writes in between. Where one
# has work of its own that may take hours, others wait at the store for as long as it lives: see `ProcessGroup.gather`.
STEP = timedelta(minutes=10)
# Seconds between two looks into the store.
_SHORTEST, _LONGEST = 0.001, 0.2
_FAILED = "failed"


class Meeting:
    """What processes say to each other beside training, through the store that they share.

    Args:
        store: that all of them share.
        rank: of this process.
        names: what each is called in messages, by rank.
        heartbeat: says who is still there.
    """

    def __init__(self, store: Any, rank: int, names: list[str], heartbeat: Heartbeat):
        self.store = store
        self.rank = rank
        self.names = names
        self.heartbeat = heartbeat
        self._said = 0

    def gather(self, value: Any) -> list[Any]:
        """What each process says, by rank; wait for each for as long as it lives.

        Raises:
            ProcessError: if one of them is gone or has failed.
        """
        self._said += 1
        try:
            self.store.set(f"said/{self._said}/{self.rank}", json.dumps(value))
            return [json.loads(self._heard(f"said/{self._said}/{rank}")) for rank in range(len(self.names))]
        except RuntimeError as error:
            if isinstance(error, Gnn2mlpError):
                raise
            raise ProcessError(f"the store of the processes is gone with the one that held it ({error})") from error

    def _heard(self, key: str) -> str:
        pause = _SHORTEST
        while not self.store.check([key]):
            if self.store.check([_FAILED]):
                raise ProcessError(self.store.get(_FAILED).decode())
            if gone := self.heartbeat.silent():
                raise ProcessError(self.heartbeat.gone(*gone))
            time.sleep(pause)
            pause = min(2 * pause, _LONGEST)
        return str(self.store.get(key).decode())

    def fail(self, error: BaseException) -> None:
        """Say why this process leaves, to those who wait for it."""
        with suppress(RuntimeError):
            if not isinstance(error, ProcessError) and not self.store.check([_FAILED]):
                self.store.set(_FAILED, f"{self.names[self.rank]} failed: {type(error).__name__}: {error}")

    def reason(self, error: RuntimeError) -> ProcessError | None:
        """Why talking to the others has failed, if that is what `error` says."""
        of_torch = isinstance(error, torch.distributed.DistError) or "gloo" in str(error).lower()
        if isinstance(error, Gnn2mlpError) or not of_torch:
            return None
        with suppress(RuntimeError):
            for _ in range(4):  # in which one that has ended misses a beat or two
                if self.store.check([_FAILED]):
                    return ProcessError(self.store.get(_FAILED).decode())
                if gone := self.heartbeat.silent(missed=2):
                    return ProcessError(self.heartbeat.gone(*gone))
                time.sleep(beating.EVERY)
        return ProcessError(f"another process has ended, or cannot be reached ({error})")


@dataclass(frozen=True)
class ProcessGroup:
    """This process among the `size` that train one student together.

    Args:
        rank: from 0; the first one writes.
        size: how many there are.
        meeting: how they talk beside training; `None`: this process is alone, and nothing is exchanged.
    """

    rank: int = 0
    size: int = 1
    meeting: Meeting | None = None

    @property
    def connected(self) -> bool:
        """Whether sums are taken over processes."""
        return self.meeting is not None

    def sum(self, value: Tensor) -> Tensor:
        """The sum over all processes, in place; each of them has to ask for it."""
        if self.connected:
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
        if not self.connected:
            return loss
        held = list(parameters)
        has = [counts and parameter.grad is not None for parameter in held]
        votes = loss.new_ones(len(held)) if all(has) else loss.new_tensor(has)
        gradients = (torch.zeros_like(p) if p.grad is None else p.grad for p in held)
        flat = [loss.reshape(1), votes, *(gradient.flatten() for gradient in gradients)]
        total, found, *sums = self.sum(torch.cat(flat)).split([1, len(held), *(p.numel() for p in held)])
        # Who has every gradient itself knows how the vote ends, and need not wait for the device to read it.
        moved = has if all(has) else found.tolist()
        for parameter, voted, gradient in zip(held, moved, sums, strict=True):
            # In the parameter's own layout, which fused optimisers take for granted.
            parameter.grad = torch.empty_like(parameter).copy_(gradient.view_as(parameter)) if voted else None
        summed: Tensor = total.squeeze(0)
        return summed

    def gather(self, value: Any) -> list[Any]:
        """What each process says, plain values by rank. Others wait for one that is busy, however long it takes.

        Raises:
            ProcessError: if one of them is gone or has failed.
        """
        return [value] if self.meeting is None else self.meeting.gather(value)

    def barrier(self) -> None:
        """Go on when every process is here; raises as `gather` does."""
        self.gather(None)

    def agree(self, facts: Mapping[str, Any], advice: str) -> None:
        """Raise `ProcessError` if a fact is not the same in all processes; `advice` says what to do then."""
        if self.meeting is None:
            return
        first, *others = self.gather(dict(facts))
        for rank, other in enumerate(others, start=1):
            if wrong := [name for name, value in first.items() if other[name] != value]:
                names = self.meeting.names
                raise ProcessError(
                    f"expected the same {' and '.join(wrong)} in every process, got another in {names[rank]} than in "
                    f"{names[0]}; {advice}"
                )

    def owns(self, folder: Path) -> bool:
        """Whether this process makes what all of them read in `folder`: the first does, and one on each other disk.

        Machines need not share a disk. A file that the first process lays beside the folder tells who sees it.
        """
        if not self.connected:
            return True
        probe = folder.absolute().with_name(f".{secrets.token_hex(8)}.tmp")
        made = False
        with suppress(OSError):  # where nothing can be written the owner says so, better than a probe could
            if self.rank == 0:
                probe.parent.mkdir(parents=True, exist_ok=True)
                probe.touch()
                made = True
        try:
            name, *_ = self.gather(probe.name if made else None)
            sees = name is None or probe.with_name(name).exists()
            self.barrier()
        finally:
            if made:
                probe.unlink(missing_ok=True)
        return self.rank == 0 or (not sees and os.environ.get("LOCAL_RANK", "0") == "0")


ALONE = ProcessGroup()


def is_first() -> bool:
    """Whether this process is the first of those that `torchrun` started, or alone."""
    return os.environ.get("RANK", "0") == "0"


@contextmanager
def process_group(device: torch.device, even_alone: bool = False) -> Iterator[tuple[ProcessGroup, torch.device]]:
    """Within the block the processes of `torchrun` can talk: by gloo on CPUs, by NCCL on CUDA, a device for each.

    Without `torchrun` this process is alone.

    Args:
        device: what to train on.
        even_alone: have a group of one process as well, in which all is exchanged as among several.

    Raises:
        ConfigError: if there are fewer CUDA devices than processes on this machine.
        ProcessError: if another process has failed or is gone.
    """
    if int(os.environ.get("WORLD_SIZE", "1")) == 1 and not even_alone:
        yield ALONE, device
        return
    if device.type == "cuda":
        local, there = int(os.environ.get("LOCAL_RANK", "0")), torch.cuda.device_count()
        if local >= there:
            raise ConfigError(f"expected a CUDA device for each process, got {there}; lower --nproc-per-node")
        device = torch.device("cuda", local)
        torch.cuda.set_device(device)
    if os.environ.get("LOCAL_WORLD_SIZE") == os.environ["WORLD_SIZE"] and sys.platform == "linux":
        os.environ.setdefault("GLOO_SOCKET_IFNAME", "lo")  # processes of one machine need not be heard outside of it
    # After a restart the store still has the addresses of the processes before.
    attempt = os.environ.get("TORCHELASTIC_RESTART_COUNT", "0")
    shared, rank, size = next(rendezvous("env://", timeout=STEP))
    store = PrefixStore(f"attempt-{attempt}", shared)
    on_cuda = device.type == "cuda"
    torch.distributed.init_process_group(
        "nccl" if on_cuda else "gloo",
        store=store,
        rank=rank,
        world_size=size,
        timeout=STEP,
        device_id=device if on_cuda else None,  # so that what NCCL cannot do shows here, and barriers know where
    )
    try:
        with _meeting(PrefixStore("meeting", store), rank, size) as meeting:
            yield ProcessGroup(rank, size, meeting), device
            torch.distributed.barrier()  # a process that leaves while another still talks can take it down
    finally:
        torch.distributed.destroy_process_group()


@contextmanager
def _meeting(store: Any, rank: int, size: int) -> Iterator[Meeting]:
    """Within the block this process says that it lives; if the block fails, it says why, and learns why others did."""
    store.set(f"host/{rank}", socket.gethostname())
    names = [f"process {other} on {store.get(f'host/{other}').decode()}" for other in range(size)]
    with Heartbeat(store, rank, names) as heartbeat:
        meeting = Meeting(store, rank, names, heartbeat)
        try:
            yield meeting
        except RuntimeError as error:
            if reason := meeting.reason(error):
                raise reason from error
            meeting.fail(error)  # not before: a lost connection is no fault of this process
            raise
        except BaseException as error:
            meeting.fail(error)
            raise

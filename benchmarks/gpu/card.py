"""What the card can do, and how time is taken on it."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

import findings
import torch
from findings import Record
from inside import Bench
from torch.autograd.profiler_util import FunctionEvent
from torch.profiler import ProfilerActivity, profile

from gnn2mlp.core.digest import digest_bytes
from gnn2mlp.core.environment import environment

# Rounds of a figure, of which the median counts, and seconds that one of them takes at most, nearly.
ROUNDS, ROUND_S = 7, 0.05
# Whose source decides what is measured, beside that of the package.
FOLDERS = (HERE := Path(__file__).resolve().parent, HERE.parent / "speed")


def synchronise(device: torch.device) -> None:
    """Wait until the device has done all that it was given."""
    if device.type == "cuda":
        torch.cuda.synchronize(device)


@contextmanager
def precision(name: str, device: torch.device) -> Iterator[None]:
    """Within the block float32 products are exact (`float32`) or of tf32, or autocast takes them in bf16."""
    before = torch.get_float32_matmul_precision()
    torch.set_float32_matmul_precision("highest" if name == "float32" else "high")
    try:
        with torch.autocast(device.type, torch.bfloat16, enabled=name == "bf16"):
            yield
    finally:
        torch.set_float32_matmul_precision(before)


def clocked(
    bench: Bench, call: Callable[[], object], device: torch.device | None = None, rounds: int = ROUNDS
) -> Record:
    """Median times of a call in microseconds, after a warm-up.

    Args:
        bench: that measures.
        call: what is timed.
        device: where it computes; default: the device that is measured.
        rounds: that count.

    Returns:
        `us`, from the call until the device has done it, each call waited for; `queued_us`, of a call among many that
        wait for none, by CUDA events; and `rounds_us`, all of the former. On the CPU both are the same.
    """
    device = device or bench.device
    for _ in range(3):
        call()
    synchronise(device)
    start = time.perf_counter()
    call()
    synchronise(device)
    once = time.perf_counter() - start
    repeats = 2 if bench.tiny else max(1, min(200, int(ROUND_S / max(once, 1e-7))))
    waited, queued = [], []
    for _ in range(rounds):
        spent = []
        for _ in range(repeats):
            start = time.perf_counter()
            call()
            synchronise(device)
            spent.append(time.perf_counter() - start)
        waited.append(1e6 * median(spent))
        queued.append(_queued(call, device, repeats) if device.type == "cuda" else waited[-1])
    return {"us": median(waited), "queued_us": median(queued), "rounds_us": waited, "repeats": repeats}


def _queued(call: Callable[[], object], device: torch.device, repeats: int) -> float:
    begin, end = (torch.cuda.Event(enable_timing=True) for _ in range(2))
    begin.record()
    for _ in range(repeats):
        call()
    end.record()
    torch.cuda.synchronize(device)
    return 1e3 * begin.elapsed_time(end) / repeats


class Epochs:
    """A progress listener that takes the time of epochs; the last one is profiled and counts for nothing else.

    Args:
        device: that trains.
        total: epochs that will be trained, at least 3.

    Attributes:
        ends: the moment of creation, and of the end of each epoch, when the device had done all of it.
    """

    def __init__(self, device: torch.device, total: int):
        assert total >= 3, "the first prepares, the last is profiled"
        self.device = device
        self.total = total
        synchronise(device)
        self.ends = [time.perf_counter()]
        self._profile: Any = None
        self.kernels_s: float | None = None
        self.launches: int | None = None
        self.error: str | None = None

    def __call__(self, done: int, total: int, note: str = "") -> None:
        """An epoch has ended."""
        synchronise(self.device)
        self.ends.append(time.perf_counter())
        if self.device.type != "cuda":
            return
        try:
            if done == self.total - 1:
                self._profile = profile(activities=[ProfilerActivity.CUDA], acc_events=True)
                self._profile.start()
            elif done == self.total:
                self._profile.stop()
                kernels = [event for event in self._profile.events() if _on_card(event)]
                self.kernels_s = 1e-6 * sum(event.time_range.elapsed_us() for event in kernels)
                self.launches = len(kernels)
        except Exception as error:  # times stand without a profile
            self.error = f"{type(error).__name__}: {error}"

    def record(self) -> Record:
        """Seconds of an epoch, those that the device was busy in it, and the share of it that the host took."""
        spent = [b - a for a, b in zip(self.ends, self.ends[1:], strict=False)]
        counted = spent[1:-1]
        epoch = median(counted)
        found: Record = {"epoch_s": epoch, "epochs_s": counted, "before_s": spent[0] - epoch}
        if self.kernels_s is not None:
            found |= {"kernels_s": self.kernels_s, "launches": self.launches}
            found["host_share"] = max(0.0, 1 - self.kernels_s / epoch)
        if self.error is not None:
            found["profile_error"] = self.error
        return found


def _on_card(event: FunctionEvent) -> bool:
    return event.device_type == torch.autograd.DeviceType.CUDA


def epochs(bench: Bench, fit: Callable[[Any], object], total: int, name: str) -> Record:
    """What `fit`, which is given a progress listener and trains `total` epochs, takes in this precision."""
    with precision(name, bench.device):
        clock = Epochs(bench.device, total)
        fit(clock)
    return clock.record()


def counted(bench: Bench, least: int = 7) -> int:
    """Epochs to train: few of tiny graphs."""
    return 3 if bench.tiny else least


def rates(bench: Bench) -> None:
    """The rung: limits that all others are compared with. `about` is what the machine is."""
    findings.put(bench.path, "about", {**findings.read(bench.path)["about"], **about(bench.device)})
    # Others need these two: they are no `measure`, and without them the rung has failed.
    findings.result(bench.path, bench.name, "copy", _copy(bench))
    findings.result(bench.path, bench.name, "rates", _matrix_rates(bench))
    bench.measure("launch", lambda: _launch(bench))
    bench.measure("transfer", lambda: _transfer(bench))


def about(device: torch.device) -> Record:
    """Versions, digests of the code, and what torch says of the card."""
    paths = [path for folder in FOLDERS for path in sorted(folder.glob("*.py"))]
    code = digest_bytes(b"".join(path.name.encode() + path.read_bytes() for path in paths))
    found: Record = {"environment": environment(device), "benchmarks": code, "cuda": torch.version.cuda}
    if device.type == "cuda":
        properties = torch.cuda.get_device_properties(device)
        found["card"] = {
            "name": properties.name,
            "capability": f"{properties.major}.{properties.minor}",
            "memory_gib": properties.total_memory / 2**30,
            "multiprocessors": properties.multi_processor_count,
            "cudnn": torch.backends.cudnn.version(),
        }
    return found


def _copy(bench: Bench) -> Record:
    """Between two buffers, bytes read and written counted."""
    source = torch.ones(2**18 if bench.tiny else 2**29, device=bench.device)
    target = torch.empty_like(source)
    found = clocked(bench, lambda: target.copy_(source))
    return {**found, "gb_s": 2e-3 * source.numel() * 4 / found["queued_us"]}


def _matrix_rates(bench: Bench) -> Record:
    """GFLOP/s of the best of some square products, on random numbers, in each precision."""
    best: Record = {}
    for name in ("float32", "tf32", "bf16"):
        for size in (128,) if bench.tiny else (4096, 8192):
            dtype = torch.bfloat16 if name == "bf16" else torch.float32
            a, b = torch.randn(2, size, size, device=bench.device, dtype=dtype)
            out = torch.empty_like(a)
            with precision("tf32" if name == "bf16" else name, bench.device):
                found = clocked(bench, lambda a=a, b=b, out=out: torch.mm(a, b, out=out), rounds=3)
            best[name] = max(best.get(name, 0.0), 2e-3 * size**3 / found["queued_us"])
    return best


def _launch(bench: Bench) -> Record:
    """A sum of two numbers: what a call costs of itself."""
    a = torch.ones(1, device=bench.device)
    return clocked(bench, lambda: a + a)


def _transfer(bench: Bench) -> Record:
    """GB/s to the card, from memory that may be paged out and from memory that may not."""
    source = torch.ones(2**16 if bench.tiny else 2**26)
    found = {}
    for name, rows in (("pageable", source), ("pinned", source.pin_memory() if bench.cuda else source)):
        target = torch.empty_like(rows, device=bench.device)
        spent = clocked(bench, lambda rows=rows, target=target: target.copy_(rows), rounds=3)
        found[f"{name}_gb_s"] = 1e-3 * rows.numel() * 4 / spent["us"]
    return found

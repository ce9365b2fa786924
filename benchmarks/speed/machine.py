"""What the machine can do, and how sides are compared on it: shared by the scripts of this folder. Linux.

    python benchmarks/speed/machine.py                  # matrix rate and copy bandwidth, to `results/machine.json`

Everything that is timed runs in a process of its own (`fresh`), so that threads, peak memory and what becomes of freed
memory (`keep_memory`) are those that are stated. Within it the sides take turns, in an order that rotates; figures are
medians, and ratios are medians of the ratios of each round. Ratios say more than seconds: whatever else the machine
does meets both sides.
"""

import argparse
import importlib
import inspect
import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import Any, TypeVar

import torch
from torch import Tensor

from gnn2mlp.core.environment import environment
from gnn2mlp.core.files import write_json
from gnn2mlp.core.memory import keep_memory
from gnn2mlp.core.progress import Progress

HERE = Path(__file__).resolve().parent
RESULTS = HERE / "results"
sys.path.append(str(HERE.parent))  # scripts import `machine` first, then what lies beside this folder

GIB = 2**30
# How a process is told that it is one of `fresh`: as it comes, and keeping memory.
INSIDE = ("--inside", "--inside-keeping")
SIZES = (512, 1024, 2048, 4096)
Record = dict[str, Any]
# Takes the number of the round and gives the seconds that count.
Contender = Callable[[int], float]
T = TypeVar("T")


def timed(call: Callable[[], object], clock: Callable[[], float] = time.perf_counter) -> float:
    """Seconds that `call` takes."""
    start = clock()
    call()
    return clock() - start


def interleaved(contenders: Mapping[str, Contender], rounds: int, warm_up: bool = True) -> dict[str, list[float]]:
    """Seconds of each contender in each round; one goes first in turn, and no round before the first counts.

    Args:
        contenders: by name.
        rounds: that count.
        warm_up: let each run once before, as round 0.
    """
    names = list(contenders)
    spent: dict[str, list[float]] = {name: [] for name in names}
    if warm_up:
        for name in names:
            contenders[name](0)
    for number in range(rounds):
        first = number % len(names)
        for name in names[first:] + names[:first]:
            spent[name].append(contenders[name](number))
    return spent


def compared(spent: Mapping[str, Sequence[float]], baseline: str = "ours") -> dict[str, Record]:
    """Of each contender: `median_s`, `seconds` by round, and how many times those of `baseline` they are.

    `ratio` is the median of `ratios`, the quotients within a round.
    """
    found = {}
    for name, seconds in spent.items():
        ratios = [theirs / ours for theirs, ours in zip(seconds, spent[baseline], strict=True)]
        found[name] = {"median_s": median(seconds), "ratio": median(ratios), "seconds": [*seconds], "ratios": ratios}
    return found


class Laps:
    """A progress listener that notes when each epoch ended.

    Attributes:
        ends: moment after each epoch, the moment of creation first.
    """

    def __init__(self) -> None:
        self.ends = [time.perf_counter()]

    def __call__(self, done: int, total: int, note: str = "") -> None:
        """An epoch has ended."""
        self.ends.append(time.perf_counter())

    def __len__(self) -> int:
        return len(self.ends) - 1

    @property
    def epoch(self) -> float:
        """Mean seconds of an epoch after the first, which also prepares."""
        return (self.ends[-1] - self.ends[1]) / (len(self) - 1)

    @property
    def start(self) -> float:
        """Seconds before the first epoch and in it beyond those of an epoch: sizes, weights, operators."""
        return self.ends[1] - self.ends[0] - self.epoch


def lap(fit: Callable[[Progress], object]) -> float:
    """Seconds of an epoch of `fit`, which trains at least two and tells a progress listener."""
    laps = Laps()
    fit(laps)
    return laps.epoch


def metered(call: Callable[[], T]) -> tuple[T, Record]:
    """What `call` returns, its `seconds`, and the `peak_gib` of resident memory meanwhile, libraries included.

    `before_gib` is what was resident when it began.
    """
    Path("/proc/self/clear_refs").write_text("5")  # the peak starts again from what is resident now
    before, start = _resident("VmRSS"), time.perf_counter()
    value = call()
    return value, {"seconds": time.perf_counter() - start, "peak_gib": _resident("VmHWM"), "before_gib": before}


def _resident(field: str) -> float:
    (line,) = (line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith(field))
    return int(line.split()[1]) * 1024 / GIB


def fresh(call: Callable[..., Any], threads: int, keeping: bool = False, **arguments: Any) -> Any:
    """What `call`, a function at the top of a script of this folder, returns in a process of its own.

    Args:
        call: takes and returns what JSON can hold.
        threads: of the CPU.
        keeping: freed memory, as the command line does.
        arguments: of the call.

    Raises:
        CalledProcessError: if it fails; what it printed as errors is on the terminal.
    """
    untuned = {k: v for k, v in os.environ.items() if k != "GLIBC_TUNABLES" and not k.startswith(("MALLOC_", "THP_"))}
    target = f"{Path(inspect.getfile(call)).stem}:{call.__name__}"
    told = subprocess.run(
        [sys.executable, __file__, INSIDE[keeping], target],
        input=json.dumps(arguments),
        env={**untuned, "OMP_NUM_THREADS": str(threads)},
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    ).stdout
    return json.loads(told.splitlines()[-1])


def _inside(target: str, keeping: bool) -> None:
    """The other side of `fresh`."""
    if keeping and not keep_memory():
        raise SystemExit("memory is kept by glibc only: expected Linux")
    torch.set_num_threads(int(os.environ["OMP_NUM_THREADS"]))
    module, name = target.split(":")
    found = getattr(importlib.import_module(module), name)(**json.load(sys.stdin))
    print(json.dumps(found))


def matrix_rate(size: int, seconds: float = 1.0) -> float:
    """GFLOP/s of the best product of two float32 matrices of `size` x `size`: 2 · size³ operations each."""
    a, b = torch.randn(2, size, size)
    out = torch.empty(size, size)
    return 2e-9 * size**3 / _best(lambda: torch.mm(a, b, out=out), seconds)


def copy_bandwidth(gib: float = 0.25, seconds: float = 1.0) -> float:
    """GB/s of the best copy between two buffers of `gib`, bytes read and bytes written counted."""
    source = torch.ones(int(gib * GIB / 4))
    target = torch.zeros_like(source)
    return 2e-9 * source.numel() * 4 / _best(lambda: target.copy_(source), seconds)


def _best(call: Callable[[], Tensor], seconds: float) -> float:
    """Seconds of the fastest call among those that fit into `seconds`, at least three; a first one does not count."""
    call()
    spent: list[float] = []
    while len(spent) < 3 or sum(spent) < seconds:
        spent.append(timed(call))
    return min(spent)


def limits() -> Record:
    """What this process can reach: `gflops` (best size), `by_size`, and `copy_gb_s`."""
    by_size = {str(size): matrix_rate(size) for size in SIZES}
    return {"gflops": max(by_size.values()), "by_size": by_size, "copy_gb_s": copy_bandwidth()}


def surroundings() -> Record:
    """Threads of this process, and whether it `maps` the memory of a large array anew when it is made once more."""
    for _ in range(20):
        torch.ones(2**24)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    torch.ones(2**24)
    return {"threads": torch.get_num_threads(), "maps": resource.getrusage(resource.RUSAGE_SELF).ru_minflt > before + 9}


LOAD_AT_START = os.getloadavg()


def put(path: Path, name: str, record: Mapping[str, Any]) -> None:
    """Write an entry of a result file, environment and load of the machine beside it; other entries stay."""
    where = {k: v for k, v in environment(torch.device("cpu")).items() if k != "threads"}  # they stand in the record
    load = {"before": LOAD_AT_START, "after": os.getloadavg()}
    write_json(path, {**read(path), name: {**record, "environment": where, "load": load}})
    print(f"written: {path}, {name}", flush=True)


def read(path: Path) -> dict[str, Record]:
    """The entries of a result file; none if it has not been made."""
    entries: dict[str, Record] = json.loads(path.read_text()) if path.exists() else {}
    return entries


def say(what: str, found: Mapping[str, Record]) -> None:
    """One line about contenders, on the terminal."""
    sides = (f"{name} {1e3 * side['median_s']:.1f} ms ({side['ratio']:.2f} x)" for name, side in found.items())
    print(f"{what}: {', '.join(sides)}", flush=True)


def folder(path: str | None) -> Path | None:
    """A folder that came as an argument of `fresh`."""
    return Path(path) if path else None


def parser(about: str | None, threads: Sequence[int] = (1, 2), rounds: int | None = 5) -> argparse.ArgumentParser:
    """The options that scripts share: `--threads`, `--results`, and `--rounds` where there are any."""
    made = argparse.ArgumentParser(description=about, formatter_class=argparse.RawDescriptionHelpFormatter)
    made.add_argument("--threads", type=int, nargs="+", default=[*threads], help="of the CPU; each is measured")
    if rounds is not None:
        made.add_argument("--rounds", type=int, default=rounds, help="in which each side takes its turn")
    made.add_argument("--results", type=Path, default=RESULTS, help="folder of the result files")
    return made


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure the machine, or be the other side of `fresh`."""
    if len(sys.argv) == 3 and sys.argv[1] in INSIDE:
        _inside(sys.argv[2], bool(INSIDE.index(sys.argv[1])))
        return
    options = parser(__doc__).parse_args(arguments)
    for threads in options.threads:
        found = fresh(limits, threads)
        print(f"{threads} thread(s): {found['gflops']:.0f} GFLOP/s, {found['copy_gb_s']:.1f} GB/s", flush=True)
        put(options.results / "machine.json", str(threads), {"threads": threads, **found})


if __name__ == "__main__":
    main()

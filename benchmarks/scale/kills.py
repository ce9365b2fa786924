"""`propagate`, `teach` and `distill` killed again and again: what comes out is what an undisturbed run gives. Linux.

    python benchmarks/scale/kills.py --kills 20 --others 3 --scratch FOLDER   # to results/kills.json

The graph is that of `scale_tables.py`. Each command is started anew after every SIGKILL, which comes at a random moment
of the last seven tenths of the time that an undisturbed run takes; once there were enough kills it may end, and one
that ends before is followed by a run from the beginning. A kill counts if the process was still running. What comes out
has to be that of the undisturbed run: of `propagate` the manifest, which has the digests of all files, of `teach` the
digests of the knowledge, of `distill` the scores of the student.
"""

import argparse
import json
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path.append(str(HERE))

import torch  # noqa: E402

from gnn2mlp.core.environment import environment  # noqa: E402
from gnn2mlp.core.files import write_json  # noqa: E402

RESULTS = HERE / "results" / "kills.json"
PROGRAM = [sys.executable, "-m", "gnn2mlp"]


def undisturbed(command: list[str]) -> float:
    """Seconds of a command."""
    start = time.perf_counter()
    subprocess.run([*PROGRAM, *command], check=True, capture_output=True)
    return time.perf_counter() - start


def killed(command: list[str], kills: int, seconds: float, seed: int = 0) -> dict[str, Any]:
    """Run a command to its end through so many SIGKILLs: how many there were, and how many starts it took.

    Raises:
        SystemExit: if a start ends in an error.
    """
    moments, done, starts = random.Random(seed), 0, 0
    while True:
        starts += 1
        process = subprocess.Popen([*PROGRAM, *command], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        if done < kills:
            try:
                process.wait(moments.uniform(0.3, 1) * seconds)
            except subprocess.TimeoutExpired:
                process.send_signal(signal.SIGKILL)
                done += 1
        _, told = process.communicate()
        if process.returncode == 0:
            if done >= kills:
                return {"kills": done, "starts": starts}
            return {"kills": done, "starts": starts, "note": "ended before all kills"}
        if process.returncode != -signal.SIGKILL:
            raise SystemExit(f"{command[0]} failed after {done} kills: {told.decode()[-2000:]}")


def compared(
    name: str, command: Callable[[str], list[str]], digest: Callable[[str], Any], kills: int
) -> dict[str, Any]:
    """A command undisturbed and killed, into two folders; `same` says whether the digests are."""
    seconds = undisturbed(command("whole"))
    found: dict[str, Any] = {"seconds": round(seconds, 2), "kills": 0, "starts": 0}
    round_, folder = 0, "killed"
    while found["kills"] < kills:  # a run that ended early is followed by another one, from the beginning
        folder = f"killed-{round_}"
        more = killed(command(folder), kills - found["kills"], seconds, seed=round_)
        found["kills"], found["starts"] = found["kills"] + more["kills"], found["starts"] + more["starts"]
        if digest(folder) != digest("whole"):
            raise SystemExit(f"{name}: {folder} differs from an undisturbed run")
        round_ += 1
    return {**found, "runs": round_, "same": True}


def main() -> None:
    """Measure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--others", type=int, default=5, help="kills of `teach` and of `distill`")
    parser.add_argument("--scale", type=float, default=0.02)
    parser.add_argument("--scratch", type=Path, default=Path("scratch"))
    parser.add_argument("--out", type=Path, default=RESULTS)
    options = parser.parse_args()
    tables, work = options.scratch / f"tables-{options.scale:g}", (options.scratch / "kills").absolute()
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    if not (tables / "nodes.parquet").exists():
        subprocess.run([sys.executable, HERE / "scale_tables.py", tables, "--scale", str(options.scale)], check=True)
    nodes, edges = str(tables / "nodes.parquet"), str(tables / "edges.parquet")

    def hops(name: str) -> list[str]:
        return ["propagate", nodes, edges, "--memory", "1GiB", "--out", str(work / f"hops-{name}")]

    def teacher(name: str) -> list[str]:
        told = ["--set", "teacher.epochs=6", "--set", "teacher.hidden=64"]
        return ["teach", str(work / "hops-whole"), nodes, "--out", str(work / f"teacher-{name}"), *told]

    def student(name: str) -> list[str]:
        told = ["--set", "distill.epochs=3", "--set", "distill.batch_size=4096"]
        knowledge = str(work / "teacher-whole" / "knowledge.parquet")
        return ["distill", knowledge, nodes, "--out", str(work / f"student-{name}"), *told]

    def read(*parts: str) -> Any:
        return json.loads(work.joinpath(*parts).read_text())

    found = {
        "propagate": compared("propagate", hops, lambda name: read(f"hops-{name}", "manifest.json"), options.kills),
        "teach": compared(
            "teach", teacher, lambda name: read(f"teacher-{name}", "results.json")["knowledge"], options.others
        ),
        "distill": compared(
            "distill", student, lambda name: read(f"student-{name}", "results.json")["scores"], options.others
        ),
        "scale": options.scale,
        "environment": environment(torch.device("cpu")),
    }
    write_json(options.out, found)
    print(json.dumps(found, indent=1))
    shutil.rmtree(work)


if __name__ == "__main__":
    main()

"""The ladder of measurements on a GPU, and the CUDA tests before it, within minutes that are given.

    python benchmarks/gpu/ladder.py --out FOLDER                        # to FOLDER/gpu.json
    python benchmarks/gpu/ladder.py --out FOLDER --only gcn sparse
    python benchmarks/gpu/ladder.py --out FOLDER --device cpu --tiny    # whether all of it runs: no figures of worth

Each rung is a process of its own, forked from one that has imported what rungs import and that never touches the
device, and each has a limit of seconds. What a rung finds is in the file as soon as it is found; if the rung then
crashes, runs out of memory or hangs, it is ended, what was found before stays, and the next one begins. Rungs stand in
the order of their worth. One for which the budget has no room is skipped, and the file says so.
"""

import argparse
import json
import multiprocessing
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
FOLDERS = [str(folder) for folder in (HERE, HERE.parent / "speed", HERE.parent, ROOT)]
sys.path[:0] = [folder for folder in FOLDERS if folder not in sys.path]

import findings  # noqa: E402
import inside  # noqa: E402
from rungs import RUNGS, Rung  # noqa: E402

# Imported once, before the first rung begins: seconds that each of them would pay.
PRELOADED = ["torch", "torch_geometric.nn", "gnn2mlp.teachers", "gnn2mlp.distill", "gnn2mlp.deploy", "inside"]
# A rung is not begun with less: it would only be ended.
LEAST_S = 5.0
# What is left to write down after the last rung.
RESERVE_S = 5.0


def climb(rungs: Sequence[Rung], path: Path, device: str, tiny: bool, deadline: float) -> None:
    """Each rung in turn, into the findings at `path`, until `time.monotonic()` says `deadline`."""
    context = starting(device)
    for rung in rungs:
        left = deadline - RESERVE_S - time.monotonic()
        if left < LEAST_S:
            findings.note(path, rung.name, state="skipped", error=f"the budget had {max(0.0, left):.0f} s left")
            continue
        _one(context, rung, path, device, tiny, min(rung.limit, left))
        print(f"{rung.name}: {findings.read(path)['rungs'][rung.name]['state']}", flush=True)


def starting(device: str) -> Any:
    """How rungs are started: forked from a process that has imported all, if the device can then be reached from there.

    Otherwise, as when an import has touched the card, which no process forked afterwards could use, each imports anew.
    """
    # The process that forks looks for what it imports there alone.
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [*FOLDERS, os.environ.get("PYTHONPATH")]))
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(PRELOADED)
    first = context.Process(target=inside.reach, args=(device,))
    first.start()
    first.join(60)
    if first.exitcode == 0:
        return context
    first.kill()
    print("rungs start without what was imported before", flush=True)
    return multiprocessing.get_context("spawn")


def _one(context: Any, rung: Rung, path: Path, device: str, tiny: bool, limit: float) -> None:
    """One rung, which is ended after `limit` seconds."""
    log = path.with_name(f".{rung.name}.log")
    findings.note(path, rung.name, state="begun", limit_s=round(limit, 1), clocks=findings.clocks())
    start = time.monotonic()
    process = context.Process(target=inside.enter, args=(rung.name, rung.target, str(path), device, tiny, str(log)))
    process.start()
    process.join(limit)
    hung = process.is_alive()
    if hung:
        _end(process.pid)
        process.join(10)
    told = log.read_text(errors="replace") if log.exists() else ""
    log.unlink(missing_ok=True)
    if told:
        print(f"== {rung.name}\n{told}", flush=True)
    found: dict[str, Any] = {"seconds": round(time.monotonic() - start, 2), "clocks_after": findings.clocks()}
    if hung:
        found |= {"state": "timed out", "error": f"ended after {limit:.0f} s. {_last(told)}".strip()}
    elif process.exitcode and findings.read(path)["rungs"][rung.name]["state"] == "begun":
        found |= {"state": "crashed", "error": f"{_cause(process.exitcode)}. {_last(told)}".strip()}
    findings.note(path, rung.name, **found)


def _end(pid: int) -> None:
    """End a rung and the processes that it has started, such as those of a compiler."""
    for kill, target in ((os.killpg, pid), (os.kill, pid)):
        with suppress(ProcessLookupError, PermissionError):
            kill(target, signal.SIGKILL)


def _cause(code: int) -> str:
    return f"ended by signal {signal.Signals(-code).name}" if code < 0 else f"ended with exit code {code}"


def _last(told: str, lines: int = 15) -> str:
    return "\n".join(told.strip().splitlines()[-lines:])[-findings.LONGEST :]


def run_tests(paths: Sequence[str], path: Path, limit: float, marked: str = "cuda", processes: int = 4) -> None:
    """The tests of `paths` with this mark, by so many processes, into the findings at `path`."""
    report = path.with_name(".tests.jsonl")
    report.unlink(missing_ok=True)
    folders = os.pathsep.join(filter(None, [str(HERE), str(ROOT), os.environ.get("PYTHONPATH")]))
    together = find_spec("xdist") is not None and min(processes, len(paths)) > 1
    spread = ["-n", str(processes), "--dist", "worksteal"] if together else []
    options = ["-q", "-m", marked, "--continue-on-collection-errors"]
    options += ["-p", "told_tests", "-p", "no:cacheprovider", *spread]
    command = [sys.executable, "-m", "pytest", *options, *paths]
    # Where this runs in a test that is one of several processes', the tests here are not of that process.
    outer = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_XDIST")}
    start = time.monotonic()
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        env={**outer, "PYTHONPATH": folders, "GNN2MLP_TEST_REPORT": str(report.resolve())},
        start_new_session=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    )
    try:
        told, _ = process.communicate(timeout=limit)
        state = "done"
    except subprocess.TimeoutExpired:
        _end(process.pid)
        told, _ = process.communicate()
        state = "timed out"
    print(told, flush=True)
    lines = [json.loads(line) for line in report.read_text().splitlines()] if report.exists() else []
    report.unlink(missing_ok=True)
    outcomes: dict[str, int] = {}
    for line in lines:
        outcomes[line["outcome"]] = outcomes.get(line["outcome"], 0) + 1
    found: dict[str, Any] = {"state": state, "exit_code": process.returncode, "outcomes": outcomes, "of": [*paths]}
    found |= {"seconds": round(time.monotonic() - start, 2), "limit_s": round(limit, 1), "each": lines}
    if process.returncode not in (0, 5) and not outcomes.get("failed"):
        found["error"] = _last(told)
    findings.put(path, "tests", found)


def mentioning_cuda() -> list[str]:
    """The test files that may have a test for CUDA: only these are imported."""
    found = (path for path in sorted((ROOT / "tests").rglob("test_*.py")) if "CUDA" in path.read_text().upper())
    return [str(path.relative_to(ROOT)) for path in found]


def main(arguments: Sequence[str] | None = None) -> int:
    """Tests and rungs; the exit code is 0 if every one of them came to its end."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True, help="folder of gpu.json")
    parser.add_argument("--device", default="cuda", help="cuda, or cpu to try the ladder itself")
    parser.add_argument("--tiny", action="store_true", help="tiny sizes")
    parser.add_argument("--budget", type=float, default=460.0, help="seconds in all")
    parser.add_argument("--tests-limit", type=float, default=110.0, help="seconds of the tests among them")
    parser.add_argument("--tests", nargs="*", help="test files; default: all that speak of CUDA; none: no tests")
    parser.add_argument("--only", nargs="+", choices=[rung.name for rung in RUNGS], help="leave the other rungs")
    options = parser.parse_args(arguments)
    deadline = time.monotonic() + options.budget
    options.out.mkdir(parents=True, exist_ok=True)
    path = options.out / "gpu.json"
    path.unlink(missing_ok=True)
    findings.put(path, "about", {"device": options.device, "tiny": options.tiny, "budget_s": options.budget})
    findings.put(path, "clocks", findings.clocks())
    tests = mentioning_cuda() if options.tests is None else options.tests
    if tests:
        run_tests(tests, path, min(options.tests_limit, options.budget / 2))
    chosen = [rung for rung in RUNGS if options.only is None or rung.name in (*options.only, "card")]
    climb(chosen, path, options.device, options.tiny, deadline)
    return int(not _all_well(findings.read(path)))


def _all_well(found: Mapping[str, Any]) -> bool:
    tests = found.get("tests", {"exit_code": 0})
    return tests["exit_code"] in (0, 5) and all(rung["state"] == "done" for rung in found["rungs"].values())


if __name__ == "__main__":
    sys.exit(main())

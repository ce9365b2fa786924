"""A graph in tables, from `propagate` by `teach` to `distill`: time and memory of each step. Linux.

    python benchmarks/scale/propagate.py --scale 1 --memory 4GiB --scratch FOLDER     # to results/propagate.json
    python benchmarks/scale/propagate.py --scale 0.05 --memory 1GiB --scratch FOLDER
    python benchmarks/scale/propagate.py --page                                       # SCALE.md from the results

The tables are those of `scale_tables.py`. Each step runs in a process of its own, with the memory settings of the
command line; `cpu_seconds` are those of all its threads, which other programs on the machine do not lengthen, and
`peak_gib` is of all resident memory, libraries included. What `propagate` tells of its progress times its steps; before
each of them the system's record of the peak is cleared, so that of the whole is the largest of theirs.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path.append(str(HERE.parent))
sys.path.append(str(HERE))

import torch  # noqa: E402
from figures import markdown  # noqa: E402

from gnn2mlp.core.environment import environment  # noqa: E402
from gnn2mlp.core.files import write_json, write_text  # noqa: E402
from gnn2mlp.core.memory import keep_memory  # noqa: E402

RESULTS, PAGE = HERE / "results" / "propagate.json", HERE.parent / "SCALE.md"
KILLS = HERE / "results" / "kills.json"
SPEED = HERE.parent / "speed" / "results" / "products.json"
GIB = 2**30
HOPS = 3


class Steps:
    """What is told of the steps of `propagate`, with time and memory of each.

    Example:
        >>> steps = Steps()
        >>> for note in ("features", "features", "sorting links", "99 links", "hop 1 of 2"):
        ...     steps(1, 2, note)
        >>> steps.close()
        >>> [found["step"] for found in steps.found]
        ['features', 'links', 'hop 1 of 2']
    """

    def __init__(self) -> None:
        self.found: list[dict[str, Any]] = []
        self._begin("features")

    def __call__(self, done: int, total: int, note: str = "") -> None:
        """Something is finished: its time counts for the step that it names."""
        name = "links" if note.endswith("links") else note
        if name == self._name:
            self._last = self._now()
            return
        before = self._last
        if name == "links" or not name.startswith("hop"):
            self.close()
            self._begin(name)
            return
        # A block of a hop is told of when it is finished: the time since the last news is its own.
        self._last = before
        self.close()
        self._begin(name, before)
        self._last = self._now()

    def close(self) -> None:
        """End the present step."""
        end = self._last
        self.found.append(
            {
                "step": self._name,
                "seconds": round(end[0] - self._start[0], 2),
                "cpu_seconds": round(end[1] - self._start[1], 2),
                "peak_gib": round(_resident("VmHWM"), 3),
            }
        )

    def _begin(self, name: str, since: tuple[float, float] | None = None) -> None:
        self._name, self._start = name, since or self._now()
        self._last = self._now()
        Path("/proc/self/clear_refs").write_text("5")  # the peak starts again from what is resident now

    @staticmethod
    def _now() -> tuple[float, float]:
        return time.perf_counter(), time.process_time()


def _resident(field: str) -> float:
    (line,) = (line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith(field))
    return int(line.split()[1]) * 1024 / GIB


def inside(nodes: Path, edges: Path, out: Path, memory: str) -> None:
    """Propagate in this process, and print what was measured as JSON."""
    from gnn2mlp.tables.hops import propagate_hops

    keep_memory()
    steps = Steps()
    table = propagate_hops(nodes, edges, out, hops=HOPS, memory=memory, progress=steps)
    steps.close()
    print(
        json.dumps({"steps": steps.found, "counts": dict(table.counts), "plan": list(table.plan), "width": table.width})
    )


def measured(*arguments: str | Path) -> tuple[str, dict[str, float]]:
    """What a command prints, its wall time, the time of all its threads, and the peak of its memory."""
    start = time.perf_counter()
    with subprocess.Popen([sys.executable, *map(str, arguments)], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        told = process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{arguments} failed")
    cost = {
        "seconds": round(time.perf_counter() - start, 2),
        "cpu_seconds": round(usage.ru_utime + usage.ru_stime, 2),
        "peak_gib": round(usage.ru_maxrss * 1024 / GIB, 3),
    }
    return told, cost


def of_all_steps(cost: Mapping[str, float], told: Mapping[str, Any]) -> dict[str, Any]:
    """Cost and what was told of a command in `Steps`: its peak is that of the step that held most.

    Example:
        >>> of_all_steps({"peak_gib": 1.0}, {"steps": [{"peak_gib": 2.0}, {"peak_gib": 1.0}]})["peak_gib"]
        2.0
    """
    peaks = (step["peak_gib"] for step in told["steps"])
    return {**cost, **told, "peak_gib": max(cost["peak_gib"], *peaks)}


def journey(scratch: Path, scale: float, memory: str, teacher: list[str], student: list[str]) -> dict[str, Any]:
    """Tables, hops, teacher, student of one size; the tables are kept in `scratch`."""
    tables, work = scratch / f"tables-{scale:g}", scratch / f"work-{scale:g}"
    if not (tables / "edges.parquet").exists():
        subprocess.run([sys.executable, HERE / "scale_tables.py", tables, "--scale", str(scale)], check=True)
    nodes, edges = tables / "nodes.parquet", tables / "edges.parquet"
    shutil.rmtree(work, ignore_errors=True)
    load = os.getloadavg()
    told, cost = measured(__file__, "--inside", nodes, edges, work / "hops", memory)
    found: dict[str, Any] = {"scale": scale, "memory": memory, "propagate": of_all_steps(cost, json.loads(told))}
    hop_bytes = sum(path.stat().st_size for path in (work / "hops").rglob("*.parquet"))
    found["bytes"] = {"nodes": nodes.stat().st_size, "edges": edges.stat().st_size, "hops": hop_bytes}
    program = ["-m", "gnn2mlp"]
    _, found["teach"] = measured(*program, "teach", work / "hops", nodes, "--out", work / "teacher", *_set(teacher))
    results = json.loads((work / "teacher" / "results.json").read_text())
    found["teach"] |= {"scores": results["scores"], "epochs": len(results["history"]["valid"])}
    if student:
        _, found["distill"] = measured(
            *program,
            "distill",
            work / "teacher" / "knowledge.parquet",
            nodes,
            "--out",
            work / "student",
            *_set(student),
        )
        results = json.loads((work / "student" / "results.json").read_text())
        found["distill"] |= {"scores": results["scores"], "epochs": len(results["history"]["valid"])}
    found["rates"] = rates(found)
    found |= {"environment": environment(torch.device("cpu")), "load": {"before": load, "after": os.getloadavg()}}
    shutil.rmtree(work)
    return found


def _set(settings: list[str]) -> list[str]:
    return [word for setting in settings for word in ("--set", setting)]


def rates(found: Mapping[str, Any]) -> dict[str, float]:
    """What a plan on paper needs, by CPU second: links sorted, links times features added up, and bytes for a node."""
    steps = {step["step"]: step for step in found["propagate"]["steps"]}
    counts, width = found["propagate"]["counts"], found["propagate"]["width"]
    hops = [step["cpu_seconds"] for name, step in steps.items() if name.startswith("hop")]
    return {
        "links_sorted_per_cpu_second": round(counts["links"] / max(steps["links"]["cpu_seconds"], 0.01)),
        "link_features_per_cpu_second": round(counts["links"] * width * len(hops) / max(sum(hops), 0.01)),
        "node_features_written_per_cpu_second": round(
            counts["nodes"] * width / max(steps["features"]["cpu_seconds"], 0.01)
        ),
        "hop_bytes_per_node": round(found["bytes"]["hops"] / counts["nodes"]),
    }


def page(entries: Mapping[str, Any], sage: Mapping[str, Any], kills: Mapping[str, Any] | None) -> str:
    """The page: steps of each size, the teacher beside the sampled SAGE of SPEED.md, and kills."""
    ordered = sorted(entries.values(), key=lambda entry: (entry["scale"], _limit(entry)))
    parts = [
        "# Graphs larger than memory\n\nMade by `python benchmarks/scale/propagate.py --page` from "
        "`benchmarks/scale/results/propagate.json`. CPU seconds are those of all threads of a step, on a machine that "
        "did other things as well, so that `s` says little. An epoch is as many steps as there are batches of 4,096 "
        "labelled nodes: on the small graph ten of them train no teacher to its end.",
        f"## `propagate`, {HOPS} hops\n\n{_propagated(ordered)}",
        f"## `teach` and `distill`\n\n{_trained(ordered)}",
    ]
    whole = [entry for entry in ordered if entry["scale"] == 1]
    if whole:
        parts.append(_beside(whole[-1], sage))
    if kills is not None:
        parts.append(_killed(kills))
    return "\n\n".join(parts) + "\n"


def _propagated(entries: Sequence[Mapping[str, Any]]) -> str:
    """What the hops of each graph took and held."""
    body = []
    for entry in entries:
        found, counts = entry["propagate"], entry["propagate"]["counts"]
        cpu = {step["step"]: step["cpu_seconds"] for step in found["steps"]}
        hops = [seconds for name, seconds in cpu.items() if name.startswith("hop")]
        body.append(
            [
                f"{counts['nodes']:,}",
                f"{counts['edges']:,}",
                entry["memory"],
                f"{found['peak_gib']:.2f}",
                f"{cpu['links']:.0f}",
                f"{sum(hops) / len(hops):.1f}",
                f"{found['cpu_seconds']:.0f}",
                f"{found['seconds']:.0f}",
            ]
        )
    head = ["nodes", "edges", "--memory", "peak, GiB", "links, CPU s", "a hop, CPU s", "all, CPU s", "all, s"]
    return markdown(head, body)


def _trained(entries: Sequence[Mapping[str, Any]]) -> str:
    """What teacher and student of each graph took, held and answer."""
    body = [
        [
            f"{entry['propagate']['counts']['nodes']:,}",
            name,
            str(entry[name]["epochs"]),
            f"{entry[name]['cpu_seconds']:.0f}",
            f"{entry[name]['seconds']:.0f}",
            f"{entry[name]['peak_gib']:.2f}",
            f"{100 * entry[name]['scores']['test']['accuracy']:.3f}",
        ]
        for entry in entries
        for name in ("teach", "distill")
        if name in entry
    ]
    return markdown(["nodes", "step", "epochs", "CPU s", "s", "peak, GiB", "accuracy, test"], body)


def _beside(entry: Mapping[str, Any], sage: Mapping[str, Any]) -> str:
    """A sampled SAGE in memory, and hops and teacher on the same graph."""
    stages, steps = sage["stages"], [entry["propagate"], entry["teach"]]
    spent = stages["teacher"]["seconds"] + stages["export"]["seconds"]
    wall, cpu = (sum(step[name] for step in steps) for name in ("seconds", "cpu_seconds"))
    peak, valid = max(step["peak_gib"] for step in steps), entry["teach"]["scores"]["valid"]["accuracy"]
    return (
        f"Beside it: SAGE with sampled neighbours on the same graph and split, in memory (SPEED.md): "
        f"{stages['teacher']['epochs']} epochs and the export in {spent:.0f} s on {sage['threads']} threads, "
        f"{sage['peak_gib']:.1f} GiB, validation {100 * sage['valid']['teacher']:.3f} %. Hops, teacher and its "
        f"knowledge here, with --memory {entry['memory']}: {wall:.0f} s and {cpu:.0f} CPU s in all, at most "
        f"{peak:.2f} GiB, validation {100 * valid:.3f} %."
    )


def _killed(kills: Mapping[str, Any]) -> str:
    """How often each command was killed."""
    told = "; ".join(
        f"`{name}` {kills[name]['kills']} kills in {kills[name]['starts']} starts"
        for name in ("propagate", "teach", "distill")
    )
    return (
        f"## Killed\n\nBy SIGKILL at random moments (`python benchmarks/scale/kills.py`), and started again to the "
        f"end: {told}. What came out was each time what an undisturbed run gave, by digest; "
        "`distill` by its student's scores."
    )


def _limit(entry: Mapping[str, Any]) -> float:
    """The GiB that a run was allowed."""
    return float(entry["memory"].removesuffix("GiB"))


def made() -> str:
    """The page of what was measured."""
    (sage,) = json.loads(SPEED.read_text()).values()
    return page(json.loads(RESULTS.read_text()), sage, json.loads(KILLS.read_text()) if KILLS.exists() else None)


def main() -> None:
    """Measure, or write the page."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scale", type=float, default=1.0)
    parser.add_argument("--memory", default="4GiB")
    parser.add_argument("--scratch", type=Path, default=Path("scratch"))
    parser.add_argument("--teacher", nargs="*", default=["teacher.epochs=10", "teacher.norm=batch", "teacher.lr=0.003"])
    parser.add_argument("--student", nargs="*", default=[], help="settings of distill; none: no student")
    parser.add_argument("--page", action="store_true")
    parser.add_argument("--inside", nargs=4, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.inside:
        nodes, edges, out, memory = options.inside
        inside(Path(nodes), Path(edges), Path(out), memory)
        return
    entries = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
    if not options.page:
        found = journey(options.scratch, options.scale, options.memory, options.teacher, options.student)
        entries[f"{options.scale:g} {options.memory}"] = found
        write_json(RESULTS, entries)
    write_text(PAGE, made())


if __name__ == "__main__":
    main()

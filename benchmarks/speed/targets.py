"""What was to be reached, by script, and what was."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

import growth
import large_graph
import machine
import products
import startup
import whole_job
from wording import Entries, answers, by_kind, cases, ratio, setup, time

ACCURACY = "no difference beyond chance"
# Most that the peak at the largest number of rows may be, as a multiple of that at the smallest.
STEADY = 1.1
# A row may cost this many times as much among more rows, whose sorted runs are read from disk.
LINEAR_JOIN = 1.5
KRD = 1.5
# Rows of an answer -> most that the better float32 form may take, as a multiple of the floor.
OVER_FLOOR = {"1": 10.0, "1024": 1.3}
DEPLOYED_MB = 100


class Target(NamedTuple):
    """What was to be reached, and what was."""

    what: str
    wanted: str
    measured: str
    holds: bool | None


def whole_job_targets(entries: Entries) -> Iterator[Target]:
    """Five times faster at the same accuracy; KRD's epoch."""
    for dataset, entry in cases(entries):
        job, fixed = (entry[part]["sides"]["pyg"] for part in ("job", "fixed"))
        measured = f"{ratio(job)}; {ratio(fixed)} at fixed epochs"
        holds = min(job["ratio"], fixed["ratio"]) >= whole_job.TARGET
        what = f"{dataset}, teacher and student, whole job, {setup(entry)}"
        yield Target(what, f"≥ {whole_job.TARGET:g} ×", measured, holds)
        chances = [found["p"] for found in entry["job"]["accuracy"].values()]
        known = [chance for chance in chances if chance is not None]
        same = min(known) >= 0.05 if known else None
        told = ", ".join(f"{m} {100 * a['difference']:+.2f}" for m, a in entry["job"]["accuracy"].items())
        yield Target(f"{dataset}, accuracy minus PyG's, {setup(entry)}", ACCURACY, f"{told} points", same)
    for entry in (entries[name] for name in entries if name.startswith("krd")):
        what = f"{entry['on']}, KRD student's epoch / GLNN student's, {setup(entry)}"
        yield Target(what, f"≤ {KRD:g} ×", ratio(entry), entry["ratio"] <= KRD)


def large_graph_targets(entries: Entries) -> Iterator[Target]:
    """Epochs and memory of the teacher, arithmetic of the student."""
    wanted = large_graph.TARGETS
    for _, entry in by_kind(entries, "epoch"):
        side = entry["sides"][_reference(entry["sides"], "median_s")]
        holds = _full(entry, side["ratio"] >= wanted["epoch"])
        what = f"{large_graph.NAME}, GCN teacher's epoch, {setup(entry)}"
        yield Target(what, f"≥ {wanted['epoch']:g} ×", ratio(side), holds)
    for _, entry in by_kind(entries, "memory"):
        peaks = {side: found["peak_gib"] for side, found in entry["sides"].items()}
        other = peaks[_reference(entry["sides"], "peak_gib")]
        what = f"{large_graph.NAME}, peak memory of the teacher, {setup(entry)}"
        measured = f"{peaks['ours']:.2f} GiB, PyG {other:.2f} GiB"
        yield Target(what, "no higher", measured, _full(entry, peaks["ours"] <= other))
    for _, entry in by_kind(entries, "student"):
        ours = entry["sides"]["ours"]
        what = f"{large_graph.NAME}, student, share of the machine's matrix rate, {setup(entry)}"
        measured = f"{ours['share']:.0%}, {ours['gflops']:.0f} of {entry['machine']['gflops']:.0f} GFLOP/s"
        yield Target(what, f"≥ {wanted['share']:.0%}", measured, _full(entry, ours["share"] >= wanted["share"]))


def _reference(sides: dict[str, machine.Record], key: str) -> str:
    """The better of the sides that read `edge_index`."""
    return min((side for side in sides if side.startswith("edge_index")), key=lambda side: sides[side][key])


def products_targets(entries: Entries) -> Iterator[Target]:
    """Memory, and a request of the teacher against one of the student."""
    wanted = products.TARGETS
    for entry in entries.values():
        what = f"{products.NAME}, peak memory of all stages, {setup(entry)}"
        peak, times = entry["peak_gib"], entry["requests"]["ratio"]
        yield Target(what, f"< {wanted['gib']:g} GiB", f"{peak:.2f} GiB", _full(entry, peak < wanted["gib"]))
        what = f"{products.NAME}, request of 10 nodes, teacher / student, {setup(entry)}"
        yield Target(what, f"≥ {wanted['ratio']:,.0f} ×", f"{times:,.0f} ×", _full(entry, times >= wanted["ratio"]))


def growth_targets(entries: Entries) -> Iterator[Target]:
    """The stage whose cost grows fastest, in time and in memory; edges are the size where they are sampled."""
    for name, entry in entries.items():
        sizes = f"{min(entry['nodes']):,} to {max(entry['nodes']):,} nodes"
        for cost in ("time", "memory"):
            grown = {stage: found.get(f"{cost}_by_edges", found[cost]) for stage, found in entry["stages"].items()}
            stage, worst = max(grown.items(), key=lambda pair: pair[1])
            what = f"{cost} of {name.split(', ')[0]} and its student, exponent of growth, {sizes}, {setup(entry)}"
            measured = f"at most {worst:.2f} ({growth.LABELS[stage]})"
            yield Target(what, f"≤ 1 (fitted ≤ {growth.LINEAR:g})", measured, worst <= growth.LINEAR)


def streaming_targets(entries: Entries) -> Iterator[Target]:
    """Memory that does not follow the number of rows."""
    for entry in entries.values():
        few, many = entry["sizes"][0], entry["sizes"][-1]
        growth_ = many["distil"]["peak_gib"] / few["distil"]["peak_gib"]
        what = f"peak memory of distilling {many['rows']:,} rows / {few['rows']:,} rows, {setup(entry)}"
        yield Target(what, f"does not grow (≤ {STEADY:g} ×)", f"{growth_:.2f} ×", growth_ <= STEADY)


def joins_targets(entries: Entries) -> Iterator[Target]:
    """A cost that is linear in the number of rows."""
    for entry in entries.values():
        few, many = entry["sizes"][0], entry["sizes"][-1]
        costs = [size["join"]["cpu_s"] / size["rows"] for size in (few, many)]
        what = f"processor time of a joined row, {many['rows']:,} rows / {few['rows']:,} rows, {setup(entry)}"
        yield Target(
            what,
            f"does not grow (≤ {LINEAR_JOIN:g} ×)",
            f"{costs[1] / costs[0]:.2f} ×",
            costs[1] <= LINEAR_JOIN * costs[0],
        )


def student_latency_targets(entries: Entries) -> Iterator[Target]:
    """Answers against their floor, and the memory of a deployed student."""
    for case, entry in answers(entries):
        for batch, most in OVER_FLOOR.items():
            found = {form: entry["batches"][batch]["forms"].get(form) for form in ("folded", "onnx")}
            form, best = min(((f, x) for f, x in found.items() if x), key=lambda pair: pair[1]["over_floor"])
            what = f"student {case}, answer of {batch} row{'s' * (batch != '1')} / its floor, {setup(entry)}"
            measured = f"{best['over_floor']:.2f} × ({form})"
            yield Target(what, f"≤ {most:g} ×", measured, best["over_floor"] <= most)
    if "memory" in entries:
        peak = entries["memory"]["OnnxPredictor"]["peak_mb"]
        what = "deployed student on ONNX Runtime, import, load and one answer, peak memory"
        yield Target(what, f"< {DEPLOYED_MB} MB", f"{peak:.0f} MB", peak < DEPLOYED_MB)


def startup_targets(entries: Entries) -> Iterator[Target]:
    """A list against torch alone, and the first word of a command."""
    wanted = startup.TARGETS
    for entry in entries.values():
        listed, begun = entry["sides"]["list"]["ours"], entry["sides"]["begun"]["ours"]["median_s"]
        holds = listed["ratio"] <= wanted["list"]
        yield Target("`gnn2mlp list` / `import torch`", f"≤ {wanted['list']:g} ×", ratio(listed), holds)
        what = "a command has said that it works"
        yield Target(what, f"within {wanted['begun']:g} s", time(begun), begun <= wanted["begun"])


def _full(entry: machine.Record, holds: bool) -> bool | None:
    """The verdict, which a smaller graph than that of the target does not give."""
    return holds if entry.get("scale", 1) == 1 else None


TARGETS: dict[str, Callable[[Entries], Iterator[Target]]] = {
    "whole_job": whole_job_targets,
    "large_graph": large_graph_targets,
    "products": products_targets,
    "streaming": streaming_targets,
    "joins": joins_targets,
    "growth": growth_targets,
    "student_latency": student_latency_targets,
    "startup": startup_targets,
}

"""The sections of the page: one for each script, from what it has measured."""

from collections.abc import Callable

import growth
import hot_spots
import large_graph
import machine
from figures import markdown
from journey import STAGES
from wording import Entries, answers, by_kind, cases, ratio, setup, time

HOT_SPOTS = {
    "small": f"GLNN student of {hot_spots.DATASET}",
    "teacher": f"GCN teacher of {large_graph.NAME}",
    "student": f"Student of {large_graph.NAME}",
}


def whole_job_section(entries: Entries) -> str:
    """Seconds, epochs and accuracy of the jobs."""
    body = []
    for dataset, entry in cases(entries):
        for part, label in (("job", "stopping rule"), ("fixed", f"{entry['fixed']['epochs']} epochs each")):
            found = entry[part]
            sides = found["sides"]
            epochs = " / ".join(
                f"{found['epochs_run'][side]['teacher']:.0f} + {found['epochs_run'][side]['student']:.0f}"
                for side in ("ours", "pyg")
            )
            scores = [
                " / ".join(f"{100 * found['accuracy'][model][side]:.2f}" for side in ("ours", "pyg"))
                for model in ("teacher", "student")
            ]
            times = [time(sides[side]["median_s"]) for side in ("ours", "pyg")]
            body.append([dataset, setup(entry), label, *times, ratio(sides["pyg"]), epochs, *scores])
    header = ["data", "on", "job", "ours", "PyG", "ratio", "epochs: ours / PyG", "teacher's accuracy", "student's"]
    chosen = {entry["reference"]["chosen"] for _, entry in cases(entries)}
    note = f"GCNConv as tried and found faster: {', '.join(sorted(chosen))}. Accuracy on test nodes: ours / PyG, in %."
    return f"{note}\n\n{markdown(header, body)}"


def large_graph_section(entries: Entries) -> str:
    """Teacher, its memory, student."""
    labels = {"epoch": "epoch", "step": "step alone"}
    teachers = [
        [labels[kind], setup(entry), side, time(found["median_s"]), ratio(found), time(max(0.0, found["start_s"]))]
        for kind, entry in by_kind(entries, *labels)
        for side, found in entry["sides"].items()
    ]
    peaks = [
        [setup(entry), *(f"{found['peak_gib']:.2f}" for found in entry["sides"].values())]
        for _, entry in by_kind(entries, "memory")
    ]
    students = [
        [
            kind,
            setup(entry),
            side,
            time(found["median_s"]),
            ratio(found),
            f"{found['gflops']:.0f}",
            f"{found['share']:.0%}",
            f"{entry['rows_per_s'] / found['ratio']:,.0f}",
        ]
        for kind, entry in by_kind(entries, *large_graph.STUDENTS)
        for side, found in entry["sides"].items()
    ]
    tables = {
        "GCN teacher, three layers of 256, batch normalisation, dropout 0.5. *before*: what is prepared once.": (
            ["teacher", "on", "side", "time", "ratio", "before"],
            teachers,
        ),
        "Peak memory of two epochs in a process of its own, GiB.": (["on", "ours", *large_graph.PYG], peaks),
        "Student, three layers of 256; *plain* has no normalisation and no dropout.": (
            ["student", "on", "side", "epoch", "ratio", "GFLOP/s", "share of matrix rate", "rows/s"],
            students,
        ),
    }
    return "\n\n".join(f"{about}\n\n{markdown(header, body)}" for about, (header, body) in tables.items() if body)


def products_section(entries: Entries) -> str:
    """Stages, and requests."""
    parts = []
    for entry in entries.values():
        body = [
            [
                STAGES[name],
                time(stage["seconds"]),
                f"{time(stage['epoch_s'])}, {stage['epochs']} run" if "epoch_s" in stage else "",
                f"{stage['peak_gib']:.2f}",
            ]
            for name, stage in entry["stages"].items()
        ]
        sizes = ", ".join(f"{count:,} {what}" for what, count in entry["graph"].items())
        told = [
            f"{name} {timed['median_ms']:.3g} ms (95 % below {timed['p95_ms']:.3g} ms, {timed['repeats']} requests, "
            f"threads: {timed['threads']})"
            for name, timed in entry["requests"].items()
            if name != "ratio"
        ]
        table = markdown(["stage", "time", "an epoch after the first", "peak memory, GiB"], body)
        parts.append(f"{setup(entry)}: {sizes}.\n\n{table}\n\nA request of 10 nodes: {'; '.join(told)}.")
    return "\n\n".join(parts)


def growth_section(entries: Entries) -> str:
    """Exponents, and the pictures."""
    parts = []
    for name, entry in entries.items():
        teacher, threads = name.split(", ")
        body = [
            [growth.LABELS[stage]]
            + [f"{time(seconds)}, {gib:.2f} GiB" for seconds, gib in zip(found["seconds"], found["gib"], strict=True)]
            + [f"{found['time']:.2f}", f"{found['memory']:.2f}"]
            for stage, found in entry["stages"].items()
        ]
        header = ["stage", *(f"{nodes:,} nodes" for nodes in entry["nodes"]), "time's exponent", "memory's exponent"]
        picture = f"![Time and memory of each stage against nodes](speed/plots/growth-{teacher}-{threads}.svg)"
        parts += [f"{teacher.upper()}, {setup(entry)}.", markdown(header, body), *_sampling(entry["stages"]), picture]
    return "\n\n".join(parts)


def _sampling(stages: dict[str, machine.Record]) -> list[str]:
    """What a stage that samples costs by what it samples."""
    return [
        f"An epoch of the {stage} samples {', '.join(f'{edges / 1e6:.3g}' for edges in found['edges'])} million edges; "
        f"set against these, its time has the exponent {found['time_by_edges']:.2f}."
        for stage, found in stages.items()
        if "edges" in found
    ]


def hot_spots_section(entries: Entries) -> str:
    """The operators that take most, by case."""
    parts = []
    for name, entry in entries.items():
        body = [
            [f"`{one['name']}`", f"{one['share']:.1%}", f"{one['ms']:.3g}", f"{one['calls']:.0f}"]
            for one in entry["operators"]
        ]
        about = HOT_SPOTS[name.split(", ")[0]]
        told = (
            f"{about}, {setup(entry)}: {time(entry['epoch_s'])} an epoch, {entry['slowed']:.2f} × that when profiled."
        )
        parts.append(f"{told}\n\n{markdown(['operator', 'share', 'ms an epoch', 'calls an epoch'], body)}")
    return "\n\n".join(parts)


def streaming_section(entries: Entries) -> str:
    """Joining and distilling, by number of rows."""

    def cells(size: machine.Record) -> list[str]:
        join, distil = size["join"], size["distil"]
        peaks = [f"{distil['peak_gib']:.2f}", f"{distil['before_gib']:.2f}"]
        return [time(join["seconds"]), f"{join['peak_gib']:.2f}", time(distil["epoch_s"]), *peaks]

    columns = ["join by id", "its peak, GiB", "an epoch", "peak of distilling, GiB", "of it libraries"]
    return _by_rows(entries, columns, cells)


def joins_section(entries: Entries) -> str:
    """Joining alone, by number of rows."""

    def cells(size: machine.Record) -> list[str]:
        join = size["join"]
        times = [time(join["cpu_s"]), f"{1e6 * join['cpu_s'] / size['rows']:.2f} s", time(join["seconds"])]
        opened = f"{join['opened'] / join['shards']:.1f}"
        return [*times, f"{join['peak_gib']:.2f}", f"{join['work_gib']:.2f}", opened]

    columns = ["processor time", "of a million rows", "on the clock", "peak, GiB", "on disk, GiB"]
    return _by_rows(entries, [*columns, "files opened for a shard"], cells)


def _by_rows(entries: Entries, columns: list[str], cells: Callable[[machine.Record], list[str]]) -> str:
    """A table with a line for each number of rows; `cells` makes its columns of what was measured of them."""
    body = [[setup(entry), f"{size['rows']:,}", *cells(size)] for entry in entries.values() for size in entry["sizes"]]
    return markdown(["on", "rows", *columns], body)


def student_latency_section(entries: Entries) -> str:
    """Answers of every form, and memory."""
    forms = ("eager", "folded", "onnx", "int8")
    body = [
        [case, setup(entry), batch, f"{found['floor_us']:.3g} µs", *(_form(found["forms"].get(form)) for form in forms)]
        for case, entry in answers(entries)
        for batch, found in entry["batches"].items()
    ]
    table = markdown(["widths", "on", "rows", "floor", *forms], body)
    held = [
        f"`{kind}` {found['resident_mb']:.0f} MB, {found['peak_mb']:.0f} MB at its peak"
        for kind, found in entries.get("memory", {}).items()
        if kind in ("OnnxPredictor", "Predictor")
    ]
    told = f"A fresh process that imports, loads and answers one row holds: {'; '.join(held)}."
    return f"Time of an answer, and how many times its floor it is.\n\n{table}" + (f"\n\n{told}" if held else "")


def _form(found: machine.Record | None) -> str:
    return f"{found['us']:.3g} µs, {found['over_floor']:.2f} ×" if found else ""


def startup_section(entries: Entries) -> str:
    """Each command against its floor, and when it speaks."""
    labels = {"list": ("`gnn2mlp list`", "`import torch`"), "help": ("`gnn2mlp --help`", "Python alone")}
    body = []
    for entry in entries.values():
        sides = entry["sides"]
        for name, (command, floor) in labels.items():
            ours, other = (time(sides[name][side]["median_s"]) for side in ("ours", "floor"))
            body.append([command, ours, f"{floor}, {other}", ratio(sides[name]["ours"])])
        said = f"A command has said that it works after {time(sides['begun']['ours']['median_s'])}."
    return f"{markdown(['command', 'processor time', 'against', 'ratio'], body)}\n\n{said}"


def machine_section(entries: Entries) -> str:
    """Matrix rate and copy bandwidth."""
    body = [
        [setup(entry), f"{entry['gflops']:.0f}", f"{entry['copy_gb_s']:.1f}"]
        + [f"{entry['by_size'][str(size)]:.0f}" for size in machine.SIZES]
        for entry in entries.values()
    ]
    header = ["on", "matrix rate, GFLOP/s", "copy, GB/s (read + written)", *(f"{size}²" for size in machine.SIZES)]
    return markdown(header, body)


SECTIONS: dict[str, tuple[str, Callable[[Entries], str]]] = {
    "whole_job": ("The whole job", whole_job_section),
    "large_graph": ("A graph of ogbn-arxiv's size", large_graph_section),
    "products": ("A graph of ogbn-products' size", products_section),
    "streaming": ("Tables of rows", streaming_section),
    "joins": ("Tables joined by id", joins_section),
    "growth": ("How cost grows", growth_section),
    "student_latency": ("A student's answers", student_latency_section),
    "startup": ("How a command begins", startup_section),
    "hot_spots": ("Where the time goes", hot_spots_section),
    "machine": ("What the machine can do", machine_section),
}

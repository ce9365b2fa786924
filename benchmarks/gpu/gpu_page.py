"""Write benchmarks/GPU.md from the files of findings in `results/`, one for each card; every figure comes from there.

python benchmarks/gpu/gpu_page.py              # after copying FOLDER/gpu.json to benchmarks/gpu/results/CARD.json
python benchmarks/gpu/gpu_page.py --check      # write nothing; exit 1 if the page is out of date
"""

import argparse
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

HERE = Path(__file__).resolve().parent
FOLDERS = [str(folder) for folder in (HERE, HERE.parent / "speed", HERE.parent)]
sys.path[:0] = [folder for folder in FOLDERS if folder not in sys.path]

import findings  # noqa: E402
from figures import markdown, renew  # noqa: E402
from rungs import RUNGS  # noqa: E402
from wording import time  # noqa: E402

Record = Mapping[str, Any]
PAGE, RESULTS = HERE.parent / "GPU.md", HERE / "results"
VERDICTS = {True: "yes", False: "**no**", None: "not measured"}
# Least share of the bound and ratio to PyG of a GCN's epoch, least share of the matrix rate of a student's, most
# microseconds of an answer to one row, most GiB of SAGE at products' size.
SHARE, RATIO, STUDENT_SHARE, ANSWER_US, PRODUCTS_GIB = 0.6, 3.0, 0.5, 15.0, 40.0
# Most seconds of SAGE at products' size, trained for all published epochs and exported.
PRODUCTS_S = 600.0

INTRODUCTION = """# On a GPU

Written by `python benchmarks/gpu/gpu_page.py` from `benchmarks/gpu/results/`; the scripts of `benchmarks/gpu/` say
exactly what they measure."""

HOW = """## How it is run

Where there is a network, wheels of what the machine lacks are fetched; on the machine itself nothing is:

    bash benchmarks/gpu/wheels.sh wheels          # some 40 MiB, for Python 3.12 on x86-64
    bash benchmarks/gpu/run.sh gpu-results        # there: CUDA tests and ladder, in under eight minutes

The machine is expected to have PyTorch for CUDA, PyG, numpy, scipy, scikit-learn, pandas, pyarrow, onnxruntime, pytest,
jaxtyping, safetensors, matplotlib, jinja2 and pyyaml. `gpu-results/gpu.json` then holds all that was found, and becomes
`benchmarks/gpu/results/CARD.json`. `python benchmarks/gpu/ladder.py --device cpu --tiny --out FOLDER` tries the whole
ladder without a card.

Each rung is a process of its own with a limit. One that crashes, runs out of memory or hangs is ended and noted with
its error; what it found before stays, and the rest goes on. They run in the order of their worth, within a budget:"""

MEASURES = """## How it is measured

Graphs are random, of the sizes of cpf-cora, ogbn-arxiv and ogbn-products, with power-law degrees, drawn on the card
from a seed. Ours and PyG's have the same widths, dropout, normalisation, optimiser and validation pass. float32 is
measured with exact products and with those of tf32, and bf16 by autocast. Epochs are medians without the first, which
prepares, and the last, which is profiled; calls are medians over rounds after a warm-up, by CUDA events and by the
clock.

*Floor*: the longer of two times, the operations of all products at the rate of the card's best matrix product of that
precision, and the bytes that any program has to move at the bandwidth of a large copy; rate and bandwidth are measured
first, on the same card. `benchmarks/gpu/counting.py` has the formulas. *Share* is floor by time. *Gathered* is the same
where every entry of a sparse product fetches its row from memory anew, as without caches. *Host* is the share of an
epoch in which no kernel ran. *Peak* is what torch had allocated on the card at most."""


class Target(NamedTuple):
    """What was to be reached, and what was."""

    what: str
    wanted: str
    measured: str
    holds: bool | None


def text(results: Path = RESULTS) -> str:
    """All of the page."""
    files = sorted(results.glob("*.json"))
    table = markdown(
        ["rung", "what it measures", "limit"], [[f"`{r.name}`", r.about, f"{r.limit:.0f} s"] for r in RUNGS]
    )
    parts = [INTRODUCTION, *([] if files else [NONE]), *(_card(findings.read(path), path.stem) for path in files)]
    return "\n\n".join([*parts, HOW, table, MEASURES]) + "\n"


NONE = """**No card has run it yet.** Every figure of this project is from a CPU, and the CUDA tests have only been seen
to be skipped. What follows is ready to run; a test runs all of it on the CPU with tiny sizes."""


def _card(found: Record, name: str) -> str:
    about = found["about"]
    where, card = about.get("environment", {}), about.get("card", {})
    versions = ", ".join(f"{package} {version}" for package, version in where.get("versions", {}).items())
    clock = found.get("clocks", {})
    parts = [
        f"## {card.get('name', name)}",
        f"{card.get('memory_gib', 0):.0f} GiB, capability {card.get('capability')}, driver "
        f"{clock.get('driver_version', 'unknown')}, CUDA {about.get('cuda')}; {where.get('processor')}, "
        f"{where.get('cores')} cores; {versions}. Code {where.get('code')}, benchmarks {about.get('benchmarks')}. "
        f"Clocks as found: SM {clock.get('clocks.sm')} of {clock.get('clocks.max.sm')} MHz, memory "
        f"{clock.get('clocks.mem')} of {clock.get('clocks.max.mem')} MHz, {clock.get('temperature.gpu')} °C.",
        _tests(found.get("tests")),
        markdown(["target", "wanted", "measured", "holds"], [[*t[:3], VERDICTS[t.holds]] for t in targets(found)]),
    ]
    parts += [_section(rung.name, rung.about, found["rungs"].get(rung.name)) for rung in RUNGS]
    return "\n\n".join(parts)


def _tests(tests: Record | None) -> str:
    if tests is None:
        return "CUDA tests: not run."
    counts = ", ".join(f"{count} {outcome}" for outcome, count in tests["outcomes"].items()) or "none ran"
    failed = [f"- `{line['test']}`" for line in tests["each"] if line["outcome"] == "failed"]
    return "\n".join([f"CUDA tests: {counts}, in {tests['seconds']:.0f} s ({tests['state']}).", *failed])


def targets(found: Record) -> Iterator[Target]:
    """What was to be reached on a card."""
    tests = found.get("tests") or {"outcomes": {}, "state": ""}
    ran = bool(tests["outcomes"])
    passed = set(tests["outcomes"]) == {"passed"} and tests["state"] == "done"
    told = ", ".join(f"{count} {outcome}" for outcome, count in tests["outcomes"].items())
    yield Target("CUDA tests", "all pass", told, passed if ran else None)
    gcn = _results(found, "gcn")
    best = _best(gcn, "arxiv, ours", "epoch_s")
    what = "GCN's epoch at arxiv's size"
    yield _judged(f"{what}, share of its bound", f"≥ {SHARE:.0%}", best, "share", SHARE, "{:.0%}")
    ratio = None if best is None else _ratio(gcn, best[0])
    shown = "" if ratio is None or best is None else f"{ratio:.2f} × ({best[0]})"
    yield Target(f"{what}, PyG / ours", f"≥ {RATIO:g} ×", shown, None if ratio is None else ratio >= RATIO)
    students = {
        label: {"rate_share": entry["operations_s"] / entry["epoch_s"]}
        for label, entry in _results(found, "student").items()
        if label.endswith("bf16") and "operations_s" in entry
    }
    student = _best(students, "ours", "rate_share", lowest=False)
    what = "student's epoch, 256 units, bf16, share of the matrix rate"
    yield _judged(what, f"≥ {STUDENT_SHARE:.0%}", student, "rate_share", STUDENT_SHARE, "{:.0%}")
    answer = _best(_results(found, "latency"), "1, CUDA graph", "us")
    yield _judged("answer to one row by a CUDA graph", f"< {ANSWER_US:g} µs", answer, "us", ANSWER_US, "{:.1f} µs")
    products, what = _results(found, "products"), "SAGE at products' size, trained and exported"
    quickest, leanest = (_best(products, "products, ours", key) for key in ("training_s", "peak_gib"))
    yield _judged(what, f"< {PRODUCTS_S:g} s", quickest, "training_s", PRODUCTS_S, "{:.0f} s")
    yield _judged(f"{what}, peak", f"< {PRODUCTS_GIB:g} GiB", leanest, "peak_gib", PRODUCTS_GIB, "{:.1f} GiB")


def _best(entries: Mapping[str, Record], start: str, key: str, lowest: bool = True) -> tuple[str, Record] | None:
    """The entry, among those whose label starts so, with the least or largest value; `None` where there is none."""
    known = [(label, entry) for label, entry in entries.items() if label.startswith(start) and key in entry]
    return (min if lowest else max)(known, key=lambda pair: pair[1][key], default=None)


def _judged(what: str, wanted: str, pair: tuple[str, Record] | None, key: str, limit: float, form: str) -> Target:
    """Whether a value is at least `limit`, or below it where that is what is wanted."""
    if pair is None or key not in pair[1]:
        return Target(what, wanted, "", None)
    label, value = pair[0], pair[1][key]
    return Target(
        what, wanted, f"{form.format(value)} ({label})", value < limit if wanted[0] == "<" else value >= limit
    )


def _results(found: Record, rung: str) -> dict[str, Record]:
    results: dict[str, Record] = found["rungs"].get(rung, {}).get("results", {})
    return results


def _section(name: str, about: str, rung: Record | None) -> str:
    title = f"### `{name}`: {about}"
    if rung is None:
        return f"{title}\n\nNot asked for."
    notes = [] if rung["state"] == "done" else [f"{rung['state'].capitalize()}: {_line(rung.get('error', ''))}"]
    entries = rung["results"]
    header, cells = COLUMNS.get(name, (["figures"], _figures))
    body = [[label, *_cells(entry, cells, entries, label, len(header))] for label, entry in entries.items()]
    return "\n\n".join([title, *notes, *([markdown(["what", *header], body)] if body else [])])


Cells = Callable[[Record, dict[str, Record], str], list[str]]


def _cells(entry: Record, cells: Cells, entries: dict[str, Record], label: str, count: int) -> list[str]:
    if "error" in entry:
        return [_line(entry["error"]), *[""] * (count - 1)]
    return cells(entry, entries, label)


def _line(error: str) -> str:
    """The first line of an error, as a cell of a table can hold it."""
    return (error.strip().splitlines() or [""])[0][:160].replace("|", "/")


def _epoch(entry: Record, entries: dict[str, Record], label: str) -> list[str]:
    if "epoch_s" not in entry:
        return [_figures(entry, entries, label)[0], *[""] * 6]
    ratio = _ratio(entries, label) if ", ours, " in label else None
    return [
        time(entry["epoch_s"]),
        "" if ratio is None else f"{ratio:.2f} ×",
        *_shares(entry),
        f"{entry['host_share']:.0%}" if "host_share" in entry else "",
        f"{entry['peak_gib']:.2f}" if "peak_gib" in entry else "",
    ]


def _shares(entry: Record) -> list[str]:
    if "share" not in entry:
        return ["", "", ""]
    return [time(entry["floor_s"]), f"{entry['share']:.0%} ({entry['binding']})", f"{entry['gathered_share']:.0%}"]


def _ratio(entries: Mapping[str, Record], label: str) -> float | None:
    """How many times as long as ours the fastest of the others takes, on the same graph and in the same precision."""
    size, _, precision = label.split(", ", 2)
    rest = [
        entry["epoch_s"]
        for other, entry in entries.items()
        if other.startswith(f"{size}, ") and other.endswith(f", {precision}") and ", ours, " not in other
        if "epoch_s" in entry
    ]
    return min(rest) / entries[label]["epoch_s"] if rest else None


def _student(entry: Record, entries: dict[str, Record], label: str) -> list[str]:
    _, rest = label.split(", ", 1)
    other = entries.get(f"nn.Linear, {rest}", {})
    ratio = f"{other['epoch_s'] / entry['epoch_s']:.2f} ×" if label.startswith("ours") and "epoch_s" in other else ""
    return [time(entry["epoch_s"]), ratio, *_epoch(entry, {}, "")[2:], f"{entry['rows_per_s']:,.0f}"]


def _call(entry: Record, entries: dict[str, Record], label: str) -> list[str]:
    if "us" not in entry:
        return [_figures(entry, entries, label)[0], *[""] * 5]
    same = {True: "same bits", False: "differs"}.get(entry.get("repeats"), "")  # type: ignore[arg-type]
    return [f"{entry['us']:.3g} µs", f"{entry['queued_us']:.3g} µs", *_shares(entry), same]


def _figures(entry: Record, entries: dict[str, Record], label: str) -> list[str]:
    plain = ((key, value) for key, value in entry.items() if isinstance(value, int | float))
    return [", ".join(f"{key} {value:,.4g}" for key, value in plain)]


TEACHERS = ("gcn", "sage", "gat", "tokenizer", "hgnn", "whole", "products", "sampled", "streams")
EPOCH = ["epoch", "PyG / ours", "floor", "share", "gathered", "host", "peak, GiB"]
CALL = ["waited for", "queued", "floor", "share", "gathered", "repeated"]
COLUMNS: dict[str, tuple[Sequence[str], Cells]] = {
    **dict.fromkeys(TEACHERS, (EPOCH, _epoch)),
    "student": (["epoch", "`nn.Linear` / ours", *EPOCH[2:], "rows/s"], _student),
    "latency": (CALL, _call),
    "sparse": (CALL, _call),
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the page, or check it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 if the page is out of date")
    parser.add_argument("--results", type=Path, default=RESULTS, help="folder of the files of findings")
    parser.add_argument("--out", type=Path, default=PAGE, help="the page")
    options = parser.parse_args(arguments)
    return renew(options.out, text(options.results), options.check, "benchmarks/gpu/gpu_page.py")


if __name__ == "__main__":
    sys.exit(main())

"""How the page says what was measured: set-ups, ratios, times, and which entries of a result file are meant."""

from collections.abc import Iterator

import machine

Entries = dict[str, machine.Record]


def setup(entry: machine.Record) -> str:
    """`1 thread, memory kept`, and the scale where it is not full."""
    threads = f"{entry['threads']} thread{'s' * (entry['threads'] > 1)}"
    memory = ", memory kept" if entry.get("keeping") else ""
    return f"{threads}{memory}{scale(entry)}"


def scale(entry: machine.Record) -> str:
    return "" if entry.get("scale", 1) == 1 else f", scale {entry['scale']:g}"


def ratio(side: machine.Record) -> str:
    if set(side["ratios"]) == {1.0}:
        return "1"  # ours, by which the others are measured
    return f"{side['ratio']:.2f} × ({min(side['ratios']):.2f} to {max(side['ratios']):.2f})"


def time(seconds: float) -> str:
    return f"{seconds:.2f} s" if seconds >= 1 else f"{1e3 * seconds:.3g} ms"


def cases(entries: Entries) -> Iterator[tuple[str, machine.Record]]:
    """Entries of whole jobs, with their data sets."""
    yield from ((name.rsplit(", ", 1)[0], entry) for name, entry in entries.items() if "job" in entry)


def answers(entries: Entries) -> Iterator[tuple[str, machine.Record]]:
    """Entries of a student's answers, with its widths."""
    yield from ((name.rsplit(", ", 1)[0], entry) for name, entry in entries.items() if "batches" in entry)


def by_kind(entries: Entries, *kinds: str) -> Iterator[tuple[str, machine.Record]]:
    yield from ((name.split(", ")[0], entry) for name, entry in entries.items() if name.split(", ")[0] in kinds)

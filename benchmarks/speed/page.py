"""Write benchmarks/SPEED.md from the result files; every figure comes from there.

With `--check` nothing is written, and the exit code is 1 if the page is out of date.
"""

import argparse
import sys
from pathlib import Path

import machine
from figures import markdown, renew
from sections import SECTIONS
from targets import TARGETS
from wording import Entries

PAGE = machine.HERE.parent / "SPEED.md"
# Times on the clock are rough if more than so many processes a core were waiting when a script began.
BUSY = 2
VERDICTS = {True: "yes", False: "**no**", None: ""}

INTRODUCTION = """# Speed

Written by `python benchmarks/speed/page.py` from `benchmarks/speed/results/`; the scripts of `benchmarks/speed/` say
exactly what they measure. *PyG* is the reference of `reference.py`: what a good user writes with `GCNConv`, `nn.Linear`
and dense features, with the same settings, epochs, stopping rule, validation passes and batches. Both sides take turns
in one process; a figure is the median over rounds, a ratio the median of the ratios within each round, with the lowest
and the highest of them in brackets. A ratio says how many times as long as ours the other side takes.
Accuracies are compared by the plain paired t-test over splits, which finds a difference sooner than the corrected one
does: where none is claimed, it is the strict one.

    python benchmarks/speed/all.py --data-root DATA --scratch FOLDER    # everything, and this page
    python benchmarks/speed/all.py --only whole_job page                # one part"""


class Page:
    """The page of one folder of results.

    Args:
        results: folder of the result files.
    """

    def __init__(self, results: Path = machine.RESULTS):
        self.results = results

    def entries(self, script: str) -> Entries:
        """What a script has measured, by name; empty if it has not run."""
        return machine.read(self.results / f"{script}.json")

    def text(self) -> str:
        """All of it."""
        parts = [INTRODUCTION, "## Targets\n" + self.targets()]
        for script, (title, section) in SECTIONS.items():
            entries = self.entries(script)
            parts.append(f"## {title}\n" + (_busy(entries) + section(entries) if entries else _absent(script)))
        return "\n\n".join([*parts, "## Where it was measured\n" + self.places() + "\n\n" + self.codes()]) + "\n"

    def targets(self) -> str:
        """Every target of which something has been measured, and what has not been."""
        body, absent = [], []
        for script, found in TARGETS.items():
            entries = self.entries(script)
            body += [[target.what, target.wanted, target.measured, VERDICTS[target.holds]] for target in found(entries)]
            absent += [] if entries else [script]
        table = markdown(["what", "target", "measured", "holds"], body) if body else ""
        return "\n\n".join(filter(None, [table, *map(_absent, absent)]))

    def places(self) -> str:
        """One line for each environment, with the scripts that ran there and the load of the machine."""
        lines: dict[str, dict[str, list[float]]] = {}
        for path in sorted(self.results.glob("*.json")):
            for entry in machine.read(path).values():
                where = entry["environment"]
                versions = ", ".join(f"{name} {version}" for name, version in where["versions"].items())
                line = f"{where['processor']}, {where['cores']} cores, {where['device']}; {versions}"
                lines.setdefault(line, {}).setdefault(path.stem, []).append(entry["load"]["before"][0])
        return "\n".join(
            f"- {line}. Load (one minute) when a script began: "
            + ", ".join(f"{script} {max(loads):.1f}" for script, loads in scripts.items())
            for line, scripts in lines.items()
        )

    def codes(self) -> str:
        """Which code each part was measured on: they are not all measured again with every change."""
        parts: dict[str, dict[str, list[str]]] = {}
        for path in sorted(self.results.glob("*.json")):
            for name, entry in machine.read(path).items():
                code = entry["environment"].get("code", "")
                parts.setdefault(code, {}).setdefault(path.stem, []).append(name)
        return "\n".join(
            f"- {f'Code {code[:8]}' if code else 'Older code, whose digest was not recorded'}: "
            + ", ".join(f"{script} ({'; '.join(names)})" for script, names in scripts.items())
            for code, scripts in sorted(parts.items(), reverse=True)
        )


def _busy(entries: Entries) -> str:
    """A note on figures of a machine that did much else meanwhile; empty for others."""
    load, cores = max((entry["load"]["before"][0], entry["environment"]["cores"]) for entry in entries.values())
    if load <= BUSY * cores:
        return ""
    return (
        f"Measured on a busy machine, with a load of {load:.1f} on {cores} cores: read times on the clock as rough; "
        "processor times and ratios suffer less.\n\n"
    )


def _absent(script: str) -> str:
    return f"Not measured yet: `python benchmarks/speed/{script}.py`."


def main(arguments: list[str] | None = None) -> int:
    """Write the page, or check it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 if the page is out of date")
    parser.add_argument("--results", type=Path, default=machine.RESULTS, help="folder of the result files")
    parser.add_argument("--out", type=Path, default=PAGE, help="the page")
    options = parser.parse_args(arguments)
    return renew(options.out, Page(options.results).text(), options.check, "benchmarks/speed/page.py")


if __name__ == "__main__":
    sys.exit(main())

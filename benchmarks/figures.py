"""How figures are written: tables in Markdown, means with their spread, columns of result lines; and pages of them."""

import argparse
import functools
import operator
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import torch
from rows import Row

from gnn2mlp.core.files import write_text
from gnn2mlp.evaluate import Outcome, Paired, summarise

# What stands above tables of trainings on splits.
SPREAD = (
    "Accuracy in per cent, mean ± population standard deviation over splits; intervals are corrected for splits that "
    "share nodes (Nadeau and Bengio, 2003), and no difference is claimed whose interval holds 0."
)


def markdown(header: Sequence[str], body: Iterable[Sequence[str]]) -> str:
    """A table in Markdown."""
    lines = [header, ["---"] * len(header), *body]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def mean_std(values: Iterable[float]) -> dict[str, float]:
    """Mean and population standard deviation."""
    return summarise({"": value} for value in values)[""]


def percent(values: Iterable[float]) -> str:
    """`82.25 ± 1.35` from fractions; one value has no spread."""
    each = list(values)
    score = mean_std(each)
    spread = f" ± {100 * score['std']:.2f}" if len(each) > 1 else ""
    return f"{100 * score['mean']:.2f}{spread}"


def column(row: Row, *keys: str) -> list[float]:
    """The value at `keys` of every line."""
    return [functools.reduce(operator.getitem, keys, line) for line in row.lines]


def outcomes(row: Row, model: str, population: str) -> list[Outcome]:
    """The score of every line, to be paired with those of another row."""
    return [Outcome.of(line, model, population) for line in row.lines]


def difference(found: Paired) -> str:
    """`+0.50 [-0.10, +1.10]` in points: the mean difference and its 95 % interval, where there is one."""
    if not found.has_interval:
        return f"{100 * found.difference:+.2f}"
    return f"{100 * found.difference:+.2f} [{100 * found.low:+.2f}, {100 * found.high:+.2f}]"


def p_value(found: Paired) -> str:
    """`p = 0.034`; empty where nothing can be told of chance."""
    if not found.has_interval:
        return ""
    return "p < 0.001" if found.p < 0.001 else f"p = {found.p:.3f}"


def counted(lines: int, wanted: int) -> str:
    """How many splits have been run: `10`, or `4 / 10`."""
    return str(lines) if lines == wanted else f"{lines} / {wanted}"


def renew(page: Path, text: str, check: bool, script: str) -> int:
    """Write a page that `script` makes, unless it is up to date; with `check` only say so. Returns the exit code."""
    if page.exists() and page.read_text() == text:
        return 0
    if check:
        print(f"{page.name} is out of date; run python {script}")
    else:
        write_text(page, text)
    return int(check)


def command(
    about: str | None, splits: int, run: Callable[[Path, Sequence[str], int], None], page: Path, text: Callable[[], str]
) -> None:
    """The command line of a script that trains on splits of citation graphs, or writes the page of what was trained."""
    parser = argparse.ArgumentParser(description=about, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data-root", type=Path)
    parser.add_argument("--datasets", nargs="+", default=["cpf-cora", "cpf-citeseer"])
    parser.add_argument("--splits", type=int, default=splits)
    parser.add_argument("--table", action="store_true", help="write the page of what was trained")
    options = parser.parse_args()
    if options.table:
        write_text(page, text())
    elif options.data_root is None:
        parser.error("expected --data-root, the folder with the raw data of the benchmarks")
    else:
        torch.set_num_threads(1)
        run(options.data_root, options.datasets, options.splits)

"""`gnn2mlp study`: teachers x methods x data sets x settings, as one file and one command."""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.text import Text

from gnn2mlp.cli._bars import Bars
from gnn2mlp.cli._console import Terminal, show_files
from gnn2mlp.core.errors import ConfigError

if TYPE_CHECKING:
    from gnn2mlp.pipeline.job import Listen
    from gnn2mlp.studies import Cell

_EXAMPLE = """a study:
  name: small
  datasets: [cpf-cora, cpf-citeseer]
  settings: [transductive, inductive]
  teachers: [sage, {name: gcn, hidden: 128}]
  methods: [glnn, krd]
  overrides: {plain: {}, wide: {student: {hidden: 1024}}}
  splits: 5
  initialisations: 3
"""
_MODELS = ("teacher", "mlp", "plain", "student")


def add(verbs: Any) -> None:
    """Register the verb and its options."""
    parser: argparse.ArgumentParser = verbs.add_parser(
        "study",
        help="run teachers x methods x data sets x settings from one file",
        description="Run every cell of a study that has no line of results yet: each is a run of its own. The same "
        "command continues where it stopped, and several processes may share the work.",
        epilog=_EXAMPLE,
    )
    parser.add_argument("file", metavar="STUDY", help="YAML file")
    parser.add_argument("--out", metavar="DIR", help="folder of lines and runs; default: studies/ and the name")
    parser.add_argument("--splits", metavar="N", help="only so many splits, or these, e.g. 3 or 0,4 or 4,")
    parser.add_argument("--most", metavar="N", type=int, help="run so many cells at most")
    parser.add_argument("--renew", action="store_true", help="run cells again whose line was made by other code")
    parser.add_argument("--lines-only", action="store_true", help="keep the lines of results, and no run")
    parser.add_argument("--list", action="store_true", help="say what is missing, and run nothing")
    parser.add_argument(
        "--data-root", metavar="DIR", help="folder with raw data; default $GNN2MLP_DATA, else downloads"
    )
    parser.add_argument("--cache", metavar="DIR", help="folder of teachers and encoded texts; default $GNN2MLP_CACHE")
    parser.set_defaults(execute=execute, continues=True)


def execute(options: argparse.Namespace) -> None:
    """Read the study, run what is missing, and say how far it is."""
    from gnn2mlp.explore.formatting import plural
    from gnn2mlp.studies import ledger, run_study
    from gnn2mlp.studies.engine import LINES

    study, console = _study(options), Terminal()
    if options.list:
        _list_missing(study, options.renew, console)
        return

    def told(number: int, count: int, cell: "Cell", line: Any) -> None:
        with bars.aside():
            # A person reads whole words, a program whole lines.
            console.print(Text(f"[{number}/{count}] {cell}  {scores(line)}"), soft_wrap=not console.is_terminal)

    with Bars(study.cells()[0].config) as bars:

        def begins(cell: "Cell") -> "Listen":
            bars.renew(cell.config)
            return bars.listen

        found = run_study(study, told, options.renew, options.most, begins)
    for cell in found.busy:
        console.print(Text(f"{cell}: another process is at it"), soft_wrap=True)
    count = len(study.cells())
    note = f"; {found.older} of them were made by other code (--renew runs them again)" if found.older else ""
    others = len(ledger.read(found.folder / LINES)) - len(found.lines)
    more = f"; {plural(others, 'other line')} there, of other settings or splits" if others else ""
    console.print(Text(f"{len(found.lines)} of {count} cells have a line{note}{more}"))
    show_files(console, {"lines": found.folder / LINES})
    if found.lines:
        console.print(Text(f"see      gnn2mlp compare {found.folder} --out {found.folder}"), soft_wrap=True)
    if found.failed:
        told_of = "\n".join(f"  {cell}: {reason}" for cell, reason in found.failed.items())
        raise ConfigError(f"study {study.name}: {len(found.failed)} of {count} cells could not be run:\n{told_of}")


def _study(options: argparse.Namespace) -> Any:
    from gnn2mlp.pipeline.config import read_yaml
    from gnn2mlp.studies import Study

    given = {key: getattr(options, key) for key in ("out", "data_root", "cache") if getattr(options, key) is not None}
    if options.splits is not None:
        given["splits"] = _numbers(options.splits)
    if options.lines_only:
        given["keep_runs"] = False
    return Study(**{"name": Path(options.file).stem, **read_yaml(options.file), **given})


def _numbers(text: str) -> int | Sequence[int]:
    try:
        return [int(part) for part in text.split(",") if part] if "," in text else int(text)
    except ValueError:
        raise ConfigError(f"--splits: expected a number, or numbers with commas such as 0,3,7, got {text!r}") from None


def _list_missing(study: Any, renew: bool, console: Terminal) -> None:
    from gnn2mlp.studies import ledger
    from gnn2mlp.studies.engine import LINES, missing

    cells = study.cells()
    wanting = missing(cells, ledger.read(study.folder / LINES), renew)
    for cell in wanting:
        console.print(Text(str(cell)), soft_wrap=True)
    console.print(Text(f"{len(wanting)} of {len(cells)} cells are missing"))


def scores(line: Any) -> str:
    """The scores of a line in brief: unseen nodes where they were scored, else all test nodes.

    Example:
        >>> line = {"teacher": {"test": 0.81}, "mlp": {"test": 0.6}, "student": {"test": 0.8}}
        >>> scores({**line, "metric": {"share": True}, "seconds": {"teacher": 2.0, "student": 1.0}})
        'test: teacher 81.0, mlp 60.0, student 80.0; 3 s'
    """
    population = "unseen" if "unseen" in line["student"] else "test"
    scale = 100 if line["metric"]["share"] else 1
    told = ", ".join(f"{model} {scale * line[model][population]:.1f}" for model in _MODELS if model in line)
    return f"{population}: {told}; {sum(line['seconds'].values()):.0f} s"

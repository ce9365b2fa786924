"""`gnn2mlp unlearn`: the models of a run forget nodes or edges."""

import argparse
import os
from typing import Any

from gnn2mlp.cli._bars import Bars
from gnn2mlp.cli._console import Terminal, show_files
from gnn2mlp.cli.run import component
from gnn2mlp.core.errors import ConfigError


def add(verbs: Any) -> None:
    """Register the verb and its options."""
    parser: argparse.ArgumentParser = verbs.add_parser(
        "unlearn",
        help="let the models of a run forget nodes or edges, and say how well they did",
        description="Let the models of a run forget nodes or edges: new models on what is left go into a new folder, "
        "and the folder of the run and what the cache holds of it are deleted. A certificate compares the models that "
        "forgot with ones that never knew. Raw data are left as they are: take the nodes out there, too.",
        epilog="examples: gnn2mlp unlearn runs/cora --nodes gone.txt --method redistil\n"
        "          gnn2mlp unlearn runs/cora --nodes 17,42\n"
        "          gnn2mlp unlearn runs/cora --edges gone.csv --method '{name: d2dgn, destroyer: ignorant}'",
    )
    parser.add_argument("run", metavar="RUN", help="folder of a run")
    parser.add_argument("--nodes", metavar="FILE|IDS", help="a file of ids (text, CSV, Parquet), or ids with commas")
    parser.add_argument("--edges", metavar="FILE|IDS", help="a file of pairs of ids, or pairs such as 17:42,3:5")
    parser.add_argument("--method", metavar="NAME", default="retrain", help="see 'list unlearners'; default retrain")
    parser.add_argument("--what", choices=["student", "teacher"], default="student", help="which model forgets")
    parser.add_argument("--no-verify", action="store_true", help="train nothing anew to compare with")
    parser.add_argument("--out", metavar="DIR", help="folder of the new run; default: RUN-unlearned")
    parser.add_argument("--data-root", metavar="DIR", help="folder with raw data, only read; default: the run's")
    parser.add_argument("--cache", metavar="DIR", help="folder of trained teachers; default: the run's")
    parser.add_argument("--device", metavar="NAME", help="auto, cpu, cuda or cuda:N; default: the run's")
    parser.set_defaults(execute=execute, continues=True)


def execute(options: argparse.Namespace) -> None:
    """Build what is asked for, forget, print what there is to say and where the files are."""
    from gnn2mlp.pipeline.unlearning.opened_run import settings_of_run
    from gnn2mlp.pipeline.unlearning.unlearn import DATA, PAGE, RESULTS, unlearn
    from gnn2mlp.report.terminal import TerminalGrid
    from gnn2mlp.report.unlearn_report import names_told, unlearn_grids, unlearn_headline

    given = {key: getattr(options, key) for key in ("data_root", "cache", "device")}
    config = settings_of_run(options.run, {key: value for key, value in given.items() if value is not None})
    console = Terminal()
    with Bars(config) as bars:
        result = unlearn(
            config,
            _ids(options.nodes),
            _pairs(options.edges),
            method=component("method", options.method),
            what=options.what,
            verify=not options.no_verify,
            out=options.out,
            listen=bars.listen,
        )
    console.print(unlearn_headline(result.results))
    for grid in unlearn_grids(result.results):
        console.print()
        console.print(TerminalGrid(grid))
    if told := names_told(result.results):
        console.print()
        console.print(told)
    names = (
        ("page", PAGE),
        ("evidence", RESULTS),
        ("student", "student"),
        ("data", DATA),
        ("report", "report.html"),
    )
    show_files(console, {label: result.out / name for label, name in names})


def _ids(text: str | None) -> Any:
    """A path where there is a file, else ids with commas."""
    return text if text is None or _is_path(text) else _parts(text, "--nodes: expected a file, or ids such as 17,42")


def _pairs(text: str | None) -> Any:
    """A path where there is a file, else pairs `a:b` with commas."""
    if text is None or _is_path(text):
        return text
    expected = "--edges: expected a file, or pairs of ids such as 17:42,3:5"
    pairs = [[end.strip() for end in pair.split(":")] for pair in _parts(text, expected)]
    if any(len(pair) != 2 for pair in pairs):
        raise ConfigError(f"{expected}, got {text!r}")
    return pairs


def _parts(text: str, expected: str) -> list[str]:
    """What stands between commas."""
    parts = [part.strip() for part in text.split(",")]
    if not all(parts):
        raise ConfigError(f"{expected}, got {text!r}")
    return parts


def _is_path(text: str) -> bool:
    """Whether a person means a file: it is there, or is called as only files are."""
    return os.path.exists(os.path.expanduser(text)) or text.endswith((".txt", ".csv", ".tsv", ".parquet", ".arrow"))

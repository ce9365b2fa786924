"""`gnn2mlp monitor`: a table beside the one that a model was trained on."""

import argparse
import json
from functools import partial
from pathlib import Path
from typing import Any

from gnn2mlp.cli._bars import Bars, Once
from gnn2mlp.cli._console import Terminal, show_files

DRIFT = 1


def add(verbs: Any) -> None:
    """Register the verb and its options."""
    parser: argparse.ArgumentParser = verbs.add_parser(
        "monitor",
        help="compare a table with the one that a model was trained on",
        description="Compare a table with the one that a model was trained on: columns that are missing, gaps, drift "
        "by column, values never seen, and, of the answers, classes, confidence, rows out of distribution, codes and "
        "errors. What counts is above a limit and beyond chance. Exit code 0: no drift; 1: drift; 2: an error.",
        epilog="example: gnn2mlp monitor model/ tomorrow.parquet --label kind --out watched",
    )
    parser.add_argument("model", metavar="MODEL", help="a model's directory, as gnn2mlp fit writes it")
    parser.add_argument("source", metavar="TABLE", help="a Parquet file, a folder of Parquet files, or a CSV file")
    parser.add_argument("--label", metavar="A,B", help="the column, or columns, of what is right, where it is known")
    parser.add_argument("--out", metavar="DIR", help="folder for monitor.html, a page, and monitor.json")
    parser.add_argument("--json", action="store_true", help="print JSON in place of the table")
    parser.add_argument("--ignore", metavar="A,B", help="columns that are shown, but decide nothing")
    for name, what in _LIMITS.items():
        parser.add_argument(f"--{name}", metavar="N", type=float, help=what)
    parser.set_defaults(execute=execute)


_LIMITS = {
    "psi": "limit of a distribution's stability index; default 0.2",
    "share": "limit of how far a share moves: of gaps, unknown values, outliers; default 0.05",
    "shift": "limit of the mean of a vector's dimension, in standard deviations; default 0.5",
    "accuracy": "limit of how far accuracy falls; default 0.03",
    "alpha": "probability of a false alarm over all that is compared; default 0.01",
}


def execute(options: argparse.Namespace) -> int:
    """Compare, print what was found and where the page is; 1 if there is drift."""
    from gnn2mlp.core.files import user_path
    from gnn2mlp.deploy.monitoring.text import as_text
    from gnn2mlp.deploy.monitoring.watching import monitor_table
    from gnn2mlp.deploy.outside import check_place

    labels = [name for name in (options.label or "").split(",") if name]
    ignore = [name for name in (options.ignore or "").split(",") if name]
    folder = None if options.out is None else user_path(options.out, "out")
    if folder is not None:
        check_place(folder, "name another folder with --out")
    with Bars(Once()) as bars:
        found = monitor_table(
            options.model,
            options.source,
            labels,
            limits_of(options),
            ignore,
            partial(_codes, options.model),
            bars.listen(0, "rows"),
        )
    console = Terminal()
    told = json.dumps(found.to_dict(), indent=2) if options.json else as_text(found)
    console.print(told, soft_wrap=True, markup=False, highlight=False)
    if folder is not None:
        files = _write(found, options.model, options.source, folder)
        if not options.json:
            show_files(console, files)
    return found.exit_code


def limits_of(options: argparse.Namespace) -> Any:
    """The limits as options say.

    Raises:
        ConfigError: for one that is not above 0, or an `alpha` of 1 and more.
    """
    from gnn2mlp.core.limits import check_positive, check_share
    from gnn2mlp.deploy.monitoring.drift import Limits

    given = {name: getattr(options, name) for name in _LIMITS if getattr(options, name) is not None}
    check_positive("monitor", **given)
    check_share("monitor", **{name: value for name, value in given.items() if name == "alpha"})
    return Limits(**given)


def _codes(model: str, predictor: Any) -> Any:
    """What tells the codes of rows, of a model with a codebook."""
    from gnn2mlp.deploy.directory import read_directory
    from gnn2mlp.deploy.model_files import CODES
    from gnn2mlp.explore.placement import CodePlacement

    placement = CodePlacement.decode(read_directory(model, (CODES,)).files[CODES])
    return lambda table: placement.place(predictor.hidden(table)).code


def _write(found: Any, model: str, source: str, folder: Path) -> dict[str, Path]:
    from gnn2mlp.core.files import write_json, write_text
    from gnn2mlp.report.monitor_report import render_monitor

    files = {"page": folder / "monitor.html", "json": folder / "monitor.json"}
    write_text(files["page"], render_monitor(found, model, source))
    write_json(files["json"], found.to_dict())
    return files

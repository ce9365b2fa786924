"""`gnn2mlp compare`: any runs, studies and files of lines, side by side."""

import argparse
from pathlib import Path
from typing import Any

from rich.text import Text

from gnn2mlp.cli._console import Terminal, show_files
from gnn2mlp.core.errors import ConfigError

# A table with more models than this is told model by model.
WIDEST = 5


def add(verbs: Any) -> None:
    """Register the verb and its options."""
    parser: argparse.ArgumentParser = verbs.add_parser(
        "compare",
        help="draw runs, studies and lines of results side by side",
        description="Read folders of runs (results.json), folders of studies and files of lines (.jsonl), and tell how "
        "their teachers, plain MLPs and students compare: on each data set by the corrected paired test, over data "
        "sets by ranks.",
    )
    parser.add_argument("paths", metavar="PATH", nargs="+", help="a folder or file; NAME=PATH gives it a name")
    nodes = "unseen, seen, test, cold or production; default: unseen, and test where nothing is unseen"
    parser.add_argument("--population", metavar="NAME", help=nodes)
    parser.add_argument("--against", metavar="MODEL", help="whom all are compared with; default: mlp")
    parser.add_argument("--models", metavar="NAME", nargs="+", help="only these models")
    rules = "how pairs are compared over data sets: wilcoxon (default) or nemenyi"
    parser.add_argument("--rule", default="wilcoxon", metavar="NAME", help=rules)
    parser.add_argument("--out", metavar="DIR", help="folder of compare.html, compare.csv and compare.json")
    parser.set_defaults(execute=execute)


def execute(options: argparse.Namespace) -> None:
    """Read the results, print the tables, and write the page where a folder is named."""
    from gnn2mlp.core.files import user_path, write_json, write_text
    from gnn2mlp.deploy.outside import check_place
    from gnn2mlp.evaluate.ranks import check_rule
    from gnn2mlp.report.table import grid_table
    from gnn2mlp.studies import compare, read_scores, write_comparison
    from gnn2mlp.studies.comparing import only
    from gnn2mlp.studies.tables import brief_grids, legend, matrix_grids, rank_grids, records, to_csv, uneven

    check_rule(options.rule)
    folder = user_path(options.out, "out") if options.out else None
    if folder is not None:
        check_place(folder, "name another folder with --out")
    scores = only(read_scores(_named(options.paths)), options.models, options.against)
    comparison = compare(scores, options.population, options.against)
    console = Terminal()
    grids = matrix_grids(comparison) if len(comparison.models) <= WIDEST else brief_grids(comparison)
    settings = dict.fromkeys(task.setting for task in comparison.tasks)
    grids += [grid for setting in settings for grid in rank_grids(comparison, setting, options.rule)]
    for grid in grids:
        console.print(grid_table(grid), Text())
    for note in [legend(comparison), *uneven(comparison)]:
        console.print(Text(note))
    if folder is not None:
        write_comparison(comparison, folder / "compare.html", options.rule)
        write_text(folder / "compare.csv", to_csv(comparison))
        write_json(folder / "compare.json", records(comparison))
        show_files(console, {"report": folder / "compare.html", "table": folder / "compare.csv"})


def _named(paths: list[str]) -> dict[str, str]:
    """Paths by the name that was given them, else by their own."""
    named: dict[str, str] = {}
    for text in paths:
        name, separator, path = text.partition("=")
        given = bool(separator) and not Path(text).exists()
        key, place = (name, path) if given else (str(Path(text)), text)
        if named.setdefault(key, place) != place:
            raise ConfigError(f"compare: expected a name for each path, got {key!r} for {named[key]} and for {place}")
    return named

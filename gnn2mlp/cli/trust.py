"""`gnn2mlp trust`: which answers of a teacher to trust, and of its student, where a run has made one."""

import argparse
from typing import Any

from gnn2mlp.cli._bars import Bars
from gnn2mlp.cli._console import Terminal, show_files
from gnn2mlp.cli.disagree import take_run
from gnn2mlp.cli.run import add_settings, settings_of_folder


def add(verbs: Any) -> None:
    """Register the verb and its options."""
    parser: argparse.ArgumentParser = verbs.add_parser(
        "trust",
        help="report on which nodes a teacher, and its student, can be trusted",
        description="Train a GNN teacher, or take it from the cache, and compare scores of its answers: reliability "
        "under feature noise, confidence, margin and degree. Which of them tells right from wrong? Where the folder "
        "holds a run with the same settings, the answers of its student are looked at too, on nodes that training saw "
        "and on unseen ones, and on seen ones where it answers as its teacher.",
        epilog="example: gnn2mlp trust runs/cora",
    )
    parser.add_argument("run", nargs="?", metavar="RUN", help="folder of a run; the same as --out")
    add_settings(parser, out="folder of trust.html, trust.json and nodes.csv", example="export.draws=16")
    parser.set_defaults(execute=execute, continues=True)


def execute(options: argparse.Namespace) -> None:
    """Build the configuration, look at the teacher, print the table and where the report is."""
    from gnn2mlp.pipeline import RunConfig, trust
    from gnn2mlp.report.table import trust_results_table

    take_run(options, "trust")
    config = RunConfig(**settings_of_folder(options))
    console = Terminal()
    with Bars(config) as bars:
        result = trust(config, bars.listen)
    console.print(trust_results_table(result.results))
    names = (("report", "trust.html"), ("results", "trust.json"), ("nodes", "nodes.csv"))
    show_files(console, {label: result.out / name for label, name in names})

"""`gnn2mlp auto`: search for the best student within a time budget."""

import argparse
from typing import Any

from gnn2mlp.cli._bars import Bars
from gnn2mlp.cli._console import Terminal, show_files
from gnn2mlp.cli.run import add_budget, add_method, add_settings, settings


def add(verbs: Any) -> None:
    """Register the verb and its options."""
    parser: argparse.ArgumentParser = verbs.add_parser(
        "auto",
        help="search for teacher, method, weights and student within a time budget",
        description="Search for teacher, method, weights and student within a time budget, judged by validation nodes "
        "that are hidden from teacher and student; train the best and score it once. What options name is kept, what "
        "they leave open is searched. The same command continues where it was interrupted.",
        epilog="example: gnn2mlp auto --dataset cora --setting inductive --budget 10m",
    )
    add_settings(parser, out="folder of the results, with the leaderboard in search/", example="method.trials=40")
    add_method(parser)
    add_budget(parser)
    parser.add_argument("--no-latency", action="store_true", help="leave out the latency measurement")
    parser.add_argument("--search-only", action="store_true", help="end with the leaderboard; test nodes stay unread")
    parser.set_defaults(execute=execute, continues=True, method="auto")


def execute(options: argparse.Namespace) -> None:
    """Search, print the leaderboard, run the best, print its scores."""
    from gnn2mlp.core.errors import ConfigError
    from gnn2mlp.pipeline import RunConfig, auto
    from gnn2mlp.pipeline.searching.settings import is_auto

    config = RunConfig(**settings(options))
    if not is_auto(config.method):
        raise ConfigError(f"method: gnn2mlp auto searches for one, got {config.method.name!r}; use gnn2mlp run")
    console = Terminal()
    with Bars(config) as bars:
        found = auto(config, bars.listen, refit=not options.search_only)
    show(console, found)


def show(console: Terminal, found: Any) -> None:
    """Print what an `AutoResult` holds, and where the rest of it is."""
    from gnn2mlp.report import results_table
    from gnn2mlp.report.auto_table import leaderboard_table

    console.print(leaderboard_table(found.leaderboard.to_dict()))
    search = found.out / "search"
    files = {"search": search / "leaderboard.html", "best": search / "best.yaml"}
    if found.run is not None:
        console.print()
        console.print(results_table(found.run.results))
        names = {"report": "report.html", "results": "results.json", "student": "student"}
        files |= {label: found.out / name for label, name in names.items()}
    show_files(console, files)

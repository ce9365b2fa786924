"""`gnn2mlp prompts`: what a language model on another machine has to read so that it can teach here."""

import argparse
from typing import Any

from gnn2mlp.cli._bars import Bars, Once
from gnn2mlp.cli._console import Terminal, show_files
from gnn2mlp.cli.run import add_settings, settings


def add(verbs: Any) -> None:
    """Register the verb and its options."""
    parser: argparse.ArgumentParser = verbs.add_parser(
        "prompts",
        help="write the prompts that a language model elsewhere embeds for teacher 'language'",
        description="Write every prompt of a run as a Parquet table: a node's text with the texts of 0, 1, ... hops of "
        "neighbours. Embed the column prompt on any machine, write digest and vector as a table, and give that table "
        "to the run's teacher. Options are those of the run.",
        epilog="examples: gnn2mlp prompts --dataset cora-cane --set teacher.read=prompt --out prompts.parquet\n"
        "          gnn2mlp run --dataset cora-cane --teacher language --set teacher.read=prompt --set "
        "'teacher.encoder={name: stored, path: vectors.parquet}'",
    )
    add_settings(parser, out="the Parquet table; default prompts.parquet", example="teacher.hops=1")
    parser.set_defaults(execute=execute)


def execute(options: argparse.Namespace) -> None:
    """Build the configuration, write the table, and say how many prompts it holds."""
    from gnn2mlp.core.parquet import parquet_place
    from gnn2mlp.explore.formatting import plural
    from gnn2mlp.pipeline import RunConfig
    from gnn2mlp.pipeline.prompts import write_prompts

    path = parquet_place(options.out or "prompts.parquet")
    options.out = None
    if options.teacher is None and options.config is None:
        options.teacher = "language"
    config = RunConfig(**settings(options))
    with Bars(Once()) as bars:
        found = write_prompts(config, path, bars.listen(0, "prompts"))
    console = Terminal()
    seeds = plural(len(config.seeds), "seed")
    console.print(f"{found.prompts:,} different prompts, for {found.asked:,} nodes and hops of {seeds}")
    show_files(console, {"prompts": found.path})

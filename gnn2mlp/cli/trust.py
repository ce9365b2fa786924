"""`gnn2mlp trust`: which of a teacher's answers to trust."""

import argparse
from typing import Any

from rich.console import Console

from gnn2mlp.cli._bars import Bars
from gnn2mlp.cli.run import settings


def add(verbs: Any) -> None:
    """Register the verb and its options."""
    parser: argparse.ArgumentParser = verbs.add_parser(
        "trust",
        help="report on which nodes a teacher can be trusted",
        description="Train a GNN teacher, or take it from the cache, and compare four scores of its answers: "
        "reliability under feature noise, confidence, margin and degree. Which of them tells right from wrong?",
    )
    parser.add_argument("--config", metavar="FILE", help="YAML file with settings; options below win over it")
    parser.add_argument("--dataset", metavar="NAME", help="registered name (see 'list datasets') or an .npz file")
    parser.add_argument("--split", metavar="NAME", help="how nodes get their roles; default: the data set's")
    parser.add_argument("--setting", metavar="NAME", help="transductive (default) or inductive")
    parser.add_argument("--teacher", metavar="NAME", help="see 'list teachers'")
    parser.add_argument("--seeds", metavar="N", help="how many seeds, or a list such as 0,3,7")
    parser.add_argument("--out", metavar="DIR", help="folder of trust.html, trust.json and nodes.csv")
    parser.add_argument("--data-root", metavar="DIR", help="folder with raw data, only read; default $GNN2MLP_DATA")
    parser.add_argument("--cache", metavar="DIR", help="folder of trained teachers; default $GNN2MLP_CACHE")
    parser.add_argument("--device", metavar="NAME", help="auto (default), cpu, cuda or cuda:N")
    parser.add_argument("--threads", metavar="N", help="CPU threads; default: one for small graphs, else all")
    parser.add_argument(
        "--set", metavar="KEY=VALUE", action="append", default=[], help="nested option, e.g. export.draws=16"
    )
    parser.set_defaults(execute=execute, method=None, student=None, no_latency=False)


def execute(options: argparse.Namespace) -> None:
    """Build the configuration, look at the teacher, print the table and where the report is."""
    from gnn2mlp.explore.table import trust_results_table
    from gnn2mlp.pipeline import RunConfig, trust

    config = RunConfig(**settings(options))
    console = Console()
    with Bars(config, console) as bars:
        result = trust(config, bars.listen)
    console.print(trust_results_table(result.results))
    for label, name in (("report", "trust.html"), ("results", "trust.json"), ("nodes", "nodes.csv")):
        console.print(f"{label:<8} {result.out / name}", soft_wrap=True, highlight=False)

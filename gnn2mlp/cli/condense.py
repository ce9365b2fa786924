"""`gnn2mlp condense`: a few graphs that train in place of all training graphs."""

import argparse
from typing import Any

from gnn2mlp.cli._bars import Bars
from gnn2mlp.cli._console import Terminal, show_files
from gnn2mlp.cli._settable import add_set
from gnn2mlp.cli.run import settings


def add(verbs: Any) -> None:
    """Register the verb and its options."""
    parser: argparse.ArgumentParser = verbs.add_parser(
        "condense",
        help="condense the training graphs of a set of whole graphs into a few",
        description="Make a small set of the training graphs of each seed's split, by which networks are trained in "
        "place of them: computation trees that many graphs of a class hold (mirage), some graphs (random, "
        "herding), or graphs that are made (gradient_matching).",
        epilog="examples: gnn2mlp condense --dataset nci1 --set method.depth=2 --set method.support=0.15\n"
        "          gnn2mlp condense --dataset ogbg-molhiv --set method.depth=3 --set 'method.support=[1800, 115]'\n"
        "          gnn2mlp run --task graph --dataset nci1 --teacher gin --train-on condensed/nci1-mirage-...",
    )
    parser.add_argument("--config", metavar="FILE", help="YAML file with settings; options below win over it")
    parser.add_argument("--dataset", metavar="NAME", help="a data set of whole graphs, or a folder of tables")
    parser.add_argument("--split", metavar="NAME", help="how graphs get their roles; default: the data set's")
    parser.add_argument("--method", metavar="NAME", help="mirage (default), random, herding or gradient_matching")
    parser.add_argument("--seeds", metavar="N", help="how many seeds, or a list such as 0,3,7; a set for each split")
    parser.add_argument("--out", metavar="DIR", help="folder of the sets, condense.html and condense.json")
    parser.add_argument("--data-root", metavar="DIR", help="folder with raw data, only read; default $GNN2MLP_DATA")
    parser.add_argument("--cache", metavar="DIR", help="folder for what is downloaded; default $GNN2MLP_CACHE")
    add_set(
        parser,
        [f"method {name}" for name in ("mirage", "random", "herding", "gradient_matching")],
        "",
        ["method.support=0.15"],
    )
    parser.set_defaults(execute=execute)


def execute(options: argparse.Namespace) -> None:
    """Build the configuration, condense, print the tables and where the sets are."""
    from gnn2mlp.pipeline.condense import PAGE, RESULTS, CondenseConfig, condense
    from gnn2mlp.report.condense_report import condense_grids, condense_headline
    from gnn2mlp.report.terminal import TerminalGrid

    if options.method is None and options.config is None:
        options.method = "mirage"
    config = CondenseConfig(**settings(options))
    console = Terminal()
    with Bars(config) as bars:
        result = condense(config, listen=bars.listen)
    console.print(condense_headline(result.results))
    for grid in condense_grids(result.results):
        console.print(TerminalGrid(grid))
    show_files(console, {"sets": result.out, "page": result.out / PAGE, "results": result.out / RESULTS})

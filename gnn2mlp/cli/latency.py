"""`gnn2mlp latency`: what a request costs."""

import argparse
from typing import Any

from gnn2mlp.cli._bars import Bars
from gnn2mlp.cli._console import Terminal, show_files
from gnn2mlp.cli.run import add_method, add_settings, settings_of_folder


def add(verbs: Any) -> None:
    """Register the verb and its options."""
    parser: argparse.ArgumentParser = verbs.add_parser(
        "latency",
        help="measure what a request costs teacher and student",
        description="Time random requests of 1, 10 and 100 nodes, and passes over all nodes: the teacher with its full "
        "neighbourhoods fetched, the student as trained, folded, on ONNX Runtime and with 8-bit weights. Models of "
        "the run with the same settings are used; what was not trained is trained first.",
    )
    add_settings(parser, out="folder of the run; latency.html and latency.json go there", example="student.hidden=256")
    add_method(parser)
    parser.add_argument("--repeats", metavar="N", type=int, default=500, help="requests of each size; default 500")
    parser.add_argument(
        "--budget", metavar="SECONDS", type=float, default=30.0, help="for each model and size; default 30"
    )
    parser.set_defaults(execute=execute, continues=True)


def execute(options: argparse.Namespace) -> None:
    """Build the configuration, measure, print the tables and where the report is."""
    from gnn2mlp.core.limits import check_at_least
    from gnn2mlp.pipeline import RunConfig, latency
    from gnn2mlp.report.table import latency_results_table

    check_at_least("latency", 10, repeats=options.repeats)
    check_at_least("latency", 0, budget=options.budget)
    config = RunConfig(**settings_of_folder(options))
    console = Terminal()
    with Bars(config) as bars:
        result = latency(config, bars.listen, options.repeats, options.budget)
    console.print(latency_results_table(result.results))
    names = (("report", "latency.html"), ("results", "latency.json"))
    show_files(console, {label: result.out / name for label, name in names})

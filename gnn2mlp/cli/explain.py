"""`gnn2mlp explain`: why a teacher answers as it does, for the folder of a run."""

import argparse
from typing import Any

from gnn2mlp.cli._bars import Bars
from gnn2mlp.cli._console import Terminal, show_files
from gnn2mlp.cli.disagree import take_run
from gnn2mlp.cli.run import add_settings, component, settings_of_folder


def add(verbs: Any) -> None:
    """Register the verb and its options."""
    parser: argparse.ArgumentParser = verbs.add_parser(
        "explain",
        help="explain a teacher's answers: which nodes, which features, and what a student cannot see",
        description="Fit a linear surrogate to all answers of a teacher, state how well it agrees, and read from it "
        "which nodes and features made the answers. Explanations stand beside two baselines, and are judged by asking "
        "the teacher again. Where the folder holds a student, the page tells where it will differ.",
        epilog="examples: gnn2mlp explain runs/cora --nodes 17,42\n          gnn2mlp explain runs/cora --sample 200 "
        "--method dnx",
    )
    parser.add_argument("run", nargs="?", metavar="RUN", help="folder of a run; the same as --out")
    parser.add_argument("--nodes", metavar="IDS", help="which, with commas; default: a sample of test nodes")
    parser.add_argument("--sample", metavar="N", type=int, default=100, help="how many test nodes; default 100")
    parser.add_argument("--method", metavar="NAME", dest="explainer", default="fastdnx", help="see 'list explainers'")
    parser.add_argument(
        "--top", metavar="N", type=int, default=10, help="nodes, edges and features to name; default 10"
    )
    parser.add_argument("--hops", metavar="N", type=int, help="of the surrogate; default: the teacher's layers")
    parser.add_argument("--pictures", metavar="N", type=int, default=20, help="nodes to draw into files; default 20")
    add_settings(parser, out="folder of explain.html, explain.json and CSV files", example="teacher.hidden=64")
    parser.set_defaults(execute=execute, continues=True)


def execute(options: argparse.Namespace) -> None:
    """Build the configuration, explain, print the tables and where the page is."""
    from gnn2mlp.pipeline import RunConfig
    from gnn2mlp.pipeline.explain import PAGE, RESULTS, ROUTER, explain
    from gnn2mlp.pipeline.explain_files import EDGES, FEATURES, NODES, PICTURES, STUDENT
    from gnn2mlp.report.explain_report import explain_grids, headline, student_line, surrogate_line
    from gnn2mlp.report.terminal import TerminalGrid

    take_run(options, "explain")
    config = RunConfig(**settings_of_folder(options))
    console = Terminal()
    with Bars(config) as bars:
        result = explain(
            config,
            None if options.nodes is None else [name.strip() for name in options.nodes.split(",")],
            sample=options.sample,
            method=component("method", options.explainer),
            top=options.top,
            hops=options.hops,
            pictures=options.pictures,
            listen=bars.listen,
        )
    router = result.results.get("student", {}).get("router", {}).get("sentence", "")
    told = result.results
    for line in (headline(told), surrogate_line(told), *told["notes"], student_line(told), router):
        if line:
            console.print(line)
    for grid in explain_grids(result.results):
        console.print(TerminalGrid(grid))
    names = {"page": PAGE, "results": RESULTS, "nodes": NODES, "edges": EDGES, "features": FEATURES}
    if result.student is not None:
        names |= {"student": STUDENT, "router": ROUTER}
    if options.pictures:
        names["pictures"] = PICTURES
    show_files(console, {label: result.out / name for label, name in names.items()})

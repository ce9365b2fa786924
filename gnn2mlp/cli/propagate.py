"""`gnn2mlp propagate`: hop features of a graph that is larger than the memory."""

import argparse
from typing import Any

from rich.text import Text

from gnn2mlp.cli._bars import Bars, Once
from gnn2mlp.cli._console import Terminal, show_files

_ENGINES = ("duckdb", "spark")


def add(verbs: Any) -> None:
    """Register the verb and its options."""
    parser: argparse.ArgumentParser = verbs.add_parser(
        "propagate",
        help="average features over the links of a graph that is larger than the memory",
        description="Compute hop features, which a teacher is trained on without the graph: for each node the mean of "
        "its neighbours' features, of its neighbours' neighbours', and so on. Nodes, edges and hops stay on disk; "
        "--memory bounds what is held of them. The same command continues where it was interrupted.",
        epilog="example: gnn2mlp propagate nodes.parquet edges.parquet --hops 3 --out hops\n"
        "then:    gnn2mlp teach hops nodes.parquet --out teacher",
    )
    parser.add_argument("nodes", metavar="NODES", help="Parquet table with node_id and features, or a column for each")
    parser.add_argument("edges", metavar="EDGES", help="Parquet table with a column of ids for each end")
    parser.add_argument("--out", metavar="DIR", required=True, help="folder of the hops")
    parser.add_argument("--hops", metavar="N", type=int, default=3, help="how far features travel; default 3")
    parser.add_argument(
        "--engine",
        choices=_ENGINES,
        default="duckdb",
        help="what joins and sorts: duckdb on this machine (default), or spark on the cluster that spark-submit or "
        "Spark's settings name, whose workers have to find all files under the same paths",
    )
    parser.add_argument("--memory", metavar="SIZE", default="4GiB", help="that may be held; default 4GiB")
    parser.add_argument("--spill", metavar="DIR", help="folder for what is put aside; default: within --out")
    parser.add_argument(
        "--normalise",
        choices=("symmetric", "row"),
        default="symmetric",
        help="links count by the degrees of both ends (symmetric, as in GCN; default), or a node's links add up to 1",
    )
    parser.add_argument("--directed", action="store_true", help="features travel from source to target alone")
    parser.add_argument("--id", metavar="NAME", help="the column of ids of the nodes, of any type; default node_id")
    parser.add_argument("--label", metavar="NAME", help="the column of labels, which are no features; default label")
    parser.add_argument("--role", metavar="NAME", help="the column of roles, which are no features; default role")
    parser.add_argument("--columns", metavar="A,B,C", help="the columns that are features; default: all others")
    parser.add_argument(
        "--source", metavar="NAME", help="the edges' column of one end; default: source, src, from, ..."
    )
    parser.add_argument("--target", metavar="NAME", help="the edges' column of the other end")
    parser.add_argument(
        "--weight", metavar="NAME", help="the edges' column of weights; default weight, if there is one"
    )
    parser.set_defaults(execute=execute, continues=True)


def execute(options: argparse.Namespace) -> None:
    """Propagate, and print what became of nodes and edges."""
    from gnn2mlp.core.files import user_path
    from gnn2mlp.deploy.outside import check_place
    from gnn2mlp.tables import ColumnNames
    from gnn2mlp.tables.hops.propagate import propagate_hops

    columns = None if options.columns is None else tuple(options.columns.split(","))
    out = user_path(options.out, "out")
    check_place(out)
    with Bars(Once()) as bars:
        table = propagate_hops(
            user_path(options.nodes, "nodes"),
            user_path(options.edges, "edges"),
            out,
            names=ColumnNames(options.id, options.label, options.role, columns),
            spill=None if options.spill is None else user_path(options.spill, "spill"),
            progress=bars.listen(0, "hops"),
            **{
                name: getattr(options, name)
                for name in (*("hops", "engine", "memory", "normalise"), *("directed", "source", "target", "weight"))
            },
        )
    console = Terminal()
    counts = table.counts
    left_out = {"with an end that is no node": counts["dangling"], "from a node to itself": counts["self_loops"]}
    told = "".join(f", {count:,} left out {why}" for why, count in left_out.items() if count)
    console.print(
        Text(
            f"{counts['nodes']:,} nodes, {counts['edges']:,} edges{told}; {table.hops} hops of {table.width} features"
        ),
        soft_wrap=True,
    )
    show_files(console, {"hops": table.folder})

"""`gnn2mlp teach`: a teacher of a graph that is larger than the memory, from its hop features."""

import argparse
from typing import Any

from rich.table import Table

from gnn2mlp.cli._bars import Bars
from gnn2mlp.cli._console import Terminal, show_files
from gnn2mlp.cli._settable import TEACH, add_set
from gnn2mlp.cli.run import assign, yaml_value


def add(verbs: Any) -> None:
    """Register the verb and its options."""
    parser: argparse.ArgumentParser = verbs.add_parser(
        "teach",
        help="train a teacher on hop features, and write down what it knows of every node",
        description="Train a teacher (SIGN) on what 'gnn2mlp propagate' made, and write its logits of all nodes as a "
        "Parquet table, in memory that does not grow with their number. 'torchrun --nproc-per-node N -m gnn2mlp teach "
        "...' shares the work among N processes. The same command continues where it was interrupted.",
        epilog="example: gnn2mlp teach hops nodes.parquet --out teacher\n"
        "then:    gnn2mlp distill teacher/knowledge.parquet nodes.parquet --out student",
    )
    parser.add_argument("hops", metavar="HOPS", help="folder that 'gnn2mlp propagate' made")
    parser.add_argument("nodes", metavar="NODES", help="the table of nodes that it was made of, with labels")
    parser.add_argument("--out", metavar="DIR", required=True, help="folder of the teacher and its knowledge")
    parser.add_argument("--label", metavar="NAME", help="the column of labels; default label")
    parser.add_argument("--role", metavar="NAME", help="the column of roles (train, valid, test); default role")
    parser.add_argument("--inputs", metavar="NAME", help="what it reads: features (default), or standardise")
    parser.add_argument("--seed", metavar="N", type=int, help="default 0")
    parser.add_argument("--device", metavar="NAME", help="auto (default), cpu, cuda or cuda:N")
    parser.add_argument("--threads", metavar="N", help="CPU threads of a process; default: all")
    add_set(parser, ["teacher sign"], TEACH, ["teacher.hidden=512", "teacher.combine=average", "batch_size=8192"])
    parser.set_defaults(execute=execute, continues=True)


def execute(options: argparse.Namespace) -> None:
    """Train, and print the scores and where the knowledge is."""
    from gnn2mlp.distill.process_group import is_first
    from gnn2mlp.pipeline.teach import KNOWLEDGE, RESULTS, TeachConfig, teach

    config = TeachConfig(**_settings(options))
    if not is_first():
        teach(config)
        return
    console = Terminal()
    with Bars(config) as bars:
        listeners = (bars.listen(config.seed, stage) for stage in ("teacher", "join", "knowledge"))
        result = teach(config, *listeners)
    console.print(scores_table(result.results))
    show_files(console, {"knowledge": result.out / KNOWLEDGE, "results": result.out / RESULTS})


def scores_table(results: dict[str, Any]) -> Table:
    """Accuracy by role in percent; where roles were drawn, the best of validation."""
    table = Table("nodes", "", "teacher", box=None, pad_edge=False, header_style="bold")
    valid = {"nodes": results["counts"]["valid"], "accuracy": max(results["history"]["valid"])}
    scores = results["scores"] or {"valid": valid}
    for role, found in scores.items():
        table.add_row(role, f"{found['nodes']:,}", f"{100 * found['accuracy']:.2f}")
    return table


def _settings(options: argparse.Namespace) -> dict[str, Any]:
    names = ("hops", "nodes", "out", "label", "role", "inputs", "seed", "device")
    chosen: dict[str, Any] = {"teacher": {"name": "sign"}}  # whose options --set may name
    chosen |= {name: value for name in names if (value := getattr(options, name)) is not None}
    if options.threads is not None:
        chosen["threads"] = yaml_value("--threads", options.threads)
    for assignment in options.set:
        assign(chosen, assignment)
    return chosen

"""`gnn2mlp distill`: a student from tables, of a teacher trained anywhere."""

import argparse
from typing import Any

from rich.table import Table
from rich.text import Text

from gnn2mlp.cli._bars import Bars
from gnn2mlp.cli._console import Terminal, show_files
from gnn2mlp.cli._settable import DISTIL, add_set
from gnn2mlp.cli.run import assign, component, yaml_value
from gnn2mlp.core.errors import listing

# Names of columns that are shown.
_SHOWN = 10


def add(verbs: Any) -> None:
    """Register the verb and its options."""
    parser: argparse.ArgumentParser = verbs.add_parser(
        "distill",
        help="distil a student from a table of a teacher's knowledge and a table of features",
        description="Join what a teacher knows with features, by id, and distil an MLP from the rows, in memory that "
        "does not grow with their number. 'torchrun --nproc-per-node N -m gnn2mlp distill ...' shares the work among "
        "N processes. The same command continues where it was interrupted.",
    )
    parser.add_argument("knowledge", metavar="KNOWLEDGE", help="Parquet table with node_id and logits, or .safetensors")
    parser.add_argument(
        "features",
        metavar="FEATURES",
        help="Parquet table with node_id, features and, if there are any, label and role (train, valid, test)",
    )
    parser.add_argument("--id", metavar="NAME", help="the column of ids, of any type; default node_id")
    parser.add_argument("--label", metavar="NAME", help="the column of labels; default label, if there is one")
    parser.add_argument("--role", metavar="NAME", help="the column of roles; default role, if there is one")
    parser.add_argument(
        "--columns", metavar="A,B,C", help="the columns that are features: numbers, booleans, categories; default: all"
    )
    parser.add_argument("--out", metavar="DIR", required=True, help="folder of the student and results.json")
    parser.add_argument("--method", metavar="NAME", help="see 'list methods'; default glnn")
    parser.add_argument(
        "--student", metavar="NAME", help="the graph-free network: mlp (default), or see 'list students'"
    )
    parser.add_argument("--inputs", metavar="NAME", help="what it reads: features (default), or standardise")
    parser.add_argument("--missing", metavar="WHAT", help="ids that one table lacks: refuse (default) or drop")
    parser.add_argument("--classes", metavar="A,B,C", help="names of the classes in the order of the teacher's columns")
    parser.add_argument("--seed", metavar="N", type=int, help="default 0")
    parser.add_argument("--device", metavar="NAME", help="auto (default), cpu, cuda or cuda:N")
    parser.add_argument("--threads", metavar="N", help="CPU threads of a process; default: all")
    examples = ["distill.lr=0.001", "student.hidden=256", "method.temperature=2"]
    add_set(parser, ["method glnn", "student mlp", "distill"], DISTIL, examples)
    parser.set_defaults(execute=execute, continues=True)


def execute(options: argparse.Namespace) -> None:
    """Build the configuration, distil, print the scores and where the student is."""
    from gnn2mlp.distill.process_group import is_first
    from gnn2mlp.pipeline.distill import DistilConfig, distil

    config = DistilConfig(**_settings(options))
    if not is_first():
        distil(config)
        return
    console = Terminal()
    with Bars(config) as bars:
        joining, listen = (bars.listen(config.seed, stage) for stage in ("join", "student"))
        result = distil(config, listen, joining)
    console.print(scores_table(result.results))
    for line in columns_lines(result.results):
        console.print(Text(line))
    show_files(console, {"results": result.out / "results.json", "student": result.out / "student"})


def scores_table(results: dict[str, Any]) -> Table:
    """Accuracy of student and teacher, and agreement, on validation and test rows, in percent."""
    table = Table("rows", "", "student", "teacher", "agreement", box=None, pad_edge=False, header_style="bold")
    for column in table.columns:
        column.overflow = "fold"
    for role, found in results["scores"].items():
        figures = (found[name] for name in ("accuracy", "teacher_accuracy", "agreement"))
        shown = ["-" if figure is None else f"{100 * figure:.2f}" for figure in figures]
        table.add_row(role, f"{found['rows']:,}", *shown)
    return table


def columns_lines(results: dict[str, Any]) -> list[str]:
    """What is read as features, and what the tables hold beside."""
    names = [column["name"] for column in results["columns"]["features"]]
    unused = [name for found in results["columns"]["unused"].values() for name in found]
    shown = {"features": names, **({"not used": unused} if unused else {})}
    return [f"{label} {listing(columns, _SHOWN)}" for label, columns in shown.items()]


def _settings(options: argparse.Namespace) -> dict[str, Any]:
    tables = ("knowledge", "features", "out", "id", "label", "role")
    names = (*tables, "method", "student", "inputs", "missing", "seed", "device")
    given = {name: value for name, value in vars(options).items() if value is not None}
    chosen = {name: given[name] for name in names if name in given}
    chosen |= {name: component(name, chosen[name]) for name in ("method", "student", "inputs") if name in chosen}
    chosen |= {name: given[name].split(",") for name in ("classes", "columns") if name in given}
    if "threads" in given:
        chosen["threads"] = yaml_value("--threads", given["threads"])
    for assignment in options.set:
        assign(chosen, assignment)
    return chosen

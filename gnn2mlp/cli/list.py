"""`gnn2mlp list`: what there is to choose from, with citations."""

import argparse
import importlib
import inspect
from typing import Any

from rich.table import Table
from rich.text import Text

from gnn2mlp.cli._console import Terminal

# Of each kind, the package and its registry; only what is listed is imported.
KINDS = {
    "datasets": ("gnn2mlp.data", "DATASETS"),
    "splits": ("gnn2mlp.data", "SPLITTERS"),
    "teachers": ("gnn2mlp.teachers", "TEACHERS"),
    "methods": ("gnn2mlp.methods", "METHODS"),
    "objectives": ("gnn2mlp.objectives", "OBJECTIVES"),
    "students": ("gnn2mlp.students", "STUDENTS"),
    "inputs": ("gnn2mlp.inputs", "INPUTS"),
    "encoders": ("gnn2mlp.encoders", "ENCODERS"),
}


def add(verbs: Any) -> None:
    """Register the verb."""
    parser: argparse.ArgumentParser = verbs.add_parser(
        "list",
        help="list data sets, splits, teachers, methods, objectives, students, inputs or encoders, with citations",
    )
    parser.add_argument("kind", choices=KINDS)
    parser.set_defaults(execute=execute)


def execute(options: argparse.Namespace) -> None:
    """Print a table of the registry."""
    table = Table("name", "what it is", "citation", box=None, pad_edge=False, header_style="bold")
    for row in entries(options.kind):
        table.add_row(*map(Text, row))
    Terminal().print(table)


def entries(kind: str) -> list[tuple[str, str, str]]:
    """Name, first line of the docstring, and citation of every entry of a registry."""
    package, name = KINDS[kind]
    registry = getattr(importlib.import_module(package), name)
    return [(name, (inspect.getdoc(cls) or "").split("\n")[0], cls.citation) for name, cls in registry.classes.items()]

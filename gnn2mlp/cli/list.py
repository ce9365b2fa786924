"""`gnn2mlp list`: what there is to choose from, with citations."""

import argparse
import inspect
from typing import Any

from rich.table import Table
from rich.text import Text

from gnn2mlp.cli._console import Terminal

KINDS = ("datasets", "splits", "teachers", "methods", "objectives", "students")


def add(verbs: Any) -> None:
    """Register the verb."""
    parser: argparse.ArgumentParser = verbs.add_parser(
        "list", help="list data sets, splits, teachers, methods, objectives or students, with citations"
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
    from gnn2mlp.data import DATASETS, SPLITTERS
    from gnn2mlp.methods import METHODS
    from gnn2mlp.objectives import OBJECTIVES
    from gnn2mlp.students import STUDENTS
    from gnn2mlp.teachers import TEACHERS

    registries: tuple[Any, ...] = (DATASETS, SPLITTERS, TEACHERS, METHODS, OBJECTIVES, STUDENTS)
    registry = dict(zip(KINDS, registries, strict=True))[kind]
    return [(name, (inspect.getdoc(cls) or "").split("\n")[0], cls.citation) for name, cls in registry.classes.items()]

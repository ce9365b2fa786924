"""`gnn2mlp list`: what there is to choose from, with citations, and what can be set of it."""

import argparse
from collections.abc import Sequence
from typing import Any

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.text import Text

from gnn2mlp.cli._catalogue import KINDS, SINGLE, Entry, classes, everything, named
from gnn2mlp.cli._console import Terminal
from gnn2mlp.core.errors import UnknownNameError, nearest

_HEAD = ("name", "what it is", "citation")


def add(verbs: Any) -> None:
    """Register the verb."""
    parser: argparse.ArgumentParser = verbs.add_parser(
        "list",
        help="list what there is to choose from, or the options of one of them",
        description=f"List the names of a kind ({', '.join(KINDS)}), with citations. For a name, such as glnn, gcn, "
        f"cpf-cora, {', '.join(SINGLE)}: what it is, and its options with their types, defaults and meanings.",
        epilog="examples: gnn2mlp list methods\n          gnn2mlp list vqgraph",
    )
    parser.add_argument("what", metavar="KIND|NAME", help=f"{', '.join(KINDS)}, or a name that these list")
    parser.set_defaults(execute=execute)


def execute(options: argparse.Namespace) -> None:
    """Print the names of a kind, or the options of a component."""
    console = Terminal()
    if options.what in KINDS:
        show_kind(console, entries(options.what))
        return
    found = named(options.what)
    if not found:
        names = sorted({entry.name for entry in everything()})
        raise UnknownNameError(
            f"list: expected one of {', '.join(KINDS)}, or a name that they list, got {options.what!r}"
            f"{nearest(options.what, [*KINDS, *names])}"
        )
    for number, entry in enumerate(found):
        if number:
            console.print()
        console.print(described(entry))


def entries(kind: str) -> list[tuple[str, str, str]]:
    """Name, first line of the docstring, and citation of every entry of a registry."""
    from gnn2mlp.core.options import summary_of

    return [(name, summary_of(cls).split("\n")[0], cls.citation) for name, cls in classes(kind).items()]


def show_kind(console: Terminal, rows: Sequence[tuple[str, str, str]]) -> None:
    """Print names, what they are and citations.

    A name is a line of its own where a reader sees them, and all of it is one line where another program does.
    """
    if not console.is_terminal:
        widths = [max(map(len, column)) for column in zip(_HEAD, *rows, strict=True)]
        for row in (_HEAD, *rows):
            cells = [cell.ljust(width) for cell, width in zip(row, widths, strict=True)]
            console.print(Text("  ".join(cells).rstrip()), soft_wrap=True)
        return
    for name, about, citation in rows:
        console.print(Text(name, style="bold"))
        console.print(Padding(Text(about), (0, 0, 0, 2), expand=False))
        console.print(Padding(Text(citation, style="dim"), (0, 0, 0, 2), expand=False))
    console.print(Text("\ngnn2mlp list NAME shows the options of one of them."))


def described(entry: Entry) -> RenderableType:
    """What a component is, whom to cite, how it departs from its source, and its options."""
    from gnn2mlp.core.options import options_of, summary_of

    parts: list[RenderableType] = [
        Text(f"{entry.kind} {entry.name}", style="bold"),
        Text(_flowing(summary_of(entry.cls))),
    ]
    if departures := getattr(entry.cls, "departures", ""):
        parts += [Text(f"\ndeparts from its source: {departures}")]
    parts += [Text(f"\ncite: {entry.cls.citation}", style="dim")]
    found = options_of(entry.cls)
    prefix = f"{entry.key}." if entry.key else ""
    parts.append(Text(f"\noptions{_how_to_set(entry)}" if found else "\nno options", style="bold"))
    for option in found:
        default = "has to be given" if option.default is None else f"default {option.default}"
        head = Text.assemble((f"{prefix}{option.name}", "bold"), f"  {option.kind}; {default}")
        parts += [Padding(head, (0, 0, 0, 2), expand=False), Padding(Text(option.meaning), (0, 0, 0, 6), expand=False)]
    return Group(*parts)


def _how_to_set(entry: Entry) -> str:
    """How a command line sets them."""
    if entry.kind == "encoder":
        return (
            f" (gnn2mlp fit --column COLUMN:{entry.name}; options in YAML, columns: {{COLUMN: {{name: {entry.name}}}}})"
        )
    if not entry.key:
        return " (in Python, or as a term of the method composed)"
    named = "" if entry.name == entry.key else f"--{entry.key} {entry.name} "
    return f" ({named}--set {entry.key}.NAME=VALUE)"


def _flowing(text: str) -> str:
    """Paragraphs in one line each, for the terminal to wrap; what is indented keeps its lines."""
    paragraphs = text.split("\n\n")
    return "\n\n".join(part if part.startswith(" ") else " ".join(part.split("\n")) for part in paragraphs)

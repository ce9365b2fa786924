"""Pieces of Markdown that keep what they are given in one cell, and as text: names and labels are anybody's."""

import re
from collections.abc import Iterable, Sequence

_SPECIAL = str.maketrans({char: f"\\{char}" for char in "\\`*_[]|"} | {"<": "&lt;", ">": "&gt;", "&": "&amp;"})


def text(value: object) -> str:
    r"""`value` on one line, without meaning to Markdown or HTML.

    Example:
        >>> print(text("a|b <i>"))
        a\|b &lt;i&gt;
    """
    return " ".join(str(value).split()).translate(_SPECIAL)


def code(value: object) -> str:
    """`value` as code on one line, also within a table.

    Example:
        >>> print(code("page_id"), code("a`b"))
        `page_id` ``a`b``
    """
    line = " ".join(str(value).split()).replace("|", "\\|")
    if "`" not in line:
        return f"`{line}`" if line else ""
    fence = "`" * (1 + max(map(len, re.findall("`+", line))))
    edge = " " if line.startswith("`") or line.endswith("`") else ""
    return f"{fence}{edge}{line}{edge}{fence}"


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table of cells that are Markdown already; columns that are empty in all rows are left out."""
    body = [list(row) for row in rows]
    kept = [number for number in range(len(header)) if any(row[number] for row in body)]
    lines = [[row[number] for number in kept] for row in [list(header), ["---"] * len(header), *body]]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def bullets(lines: Iterable[str]) -> str:
    """A list of lines that are Markdown already."""
    return "\n".join(f"- {line}" for line in lines)

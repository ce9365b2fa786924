"""Sections of the reference pages: what each entry of a registry is, its options and what it cites."""

import importlib
import inspect
import re
from typing import Any

from figures import markdown
from method_pages import arguments, summary

from gnn2mlp.cli.list import KINDS

# Arguments that a page has once, and not with each entry.
_SHORT = 60


def entries(kind: str) -> str:
    """A section for each entry: first sentences of its docstring, options, citation; headings are the names."""
    return "\n\n".join(_entry(name, cls) for name, cls in _classes(kind).items())


def index(kind: str) -> str:
    """A table of the names with what they are, each leading to its section or page."""
    link = "{0}.md" if kind == "methods" else "#{0}"
    body = [[f"[`{name}`]({link.format(name)})", _escaped(summary(cls))] for name, cls in _classes(kind).items()]
    return markdown(["name", "what it is"], body)


def _classes(kind: str) -> dict[str, type[Any]]:
    package, name = KINDS[kind]
    return dict(getattr(importlib.import_module(package), name).classes)


def _entry(name: str, cls: type[Any]) -> str:
    parts = [f"### {name}", _body(cls)]
    options = [name for name, option in cls.constructor_options().items() if option.kind is not option.VAR_KEYWORD]
    if options:
        parts.append(_options(cls))
    departures = getattr(cls, "departures", "")
    parts += [f"*Departures*: {departures}"] if departures else []
    return "\n\n".join([*parts, f"*Cites* {cls.citation}."])


def _body(cls: type[Any]) -> str:
    """The docstring in front of its first section, as paragraphs; what is indented in it is code."""
    text = (inspect.getdoc(cls) or "").strip()
    text = re.split(r"^(?:Args|Attributes|Example|Raises|Returns):$", text, maxsplit=1, flags=re.MULTILINE)[0]
    first, _, rest = text.strip().partition("\n")
    return f"{summary(cls) if first else ''}{_linked(chr(10) + rest) if rest else ''}".strip()


def _linked(text: str) -> str:
    return re.sub(r"(?<![(<\[])https://[^\s),;]+", lambda found: f"<{found[0]}>", text)


def _options(cls: type[Any]) -> str:
    about: dict[str, str] = {}
    for base in reversed(cls.__mro__):
        about |= arguments(base) if "__doc__" in vars(base) and base.__doc__ else {}
    body = [
        [f"`{name}`", _default(option), _escaped(about.get(name, ""))]
        for name, option in cls.constructor_options().items()
    ]
    return markdown(["option", "default", "what it is"], body)


def _default(option: inspect.Parameter) -> str:
    if option.default is option.empty:
        return "required"
    told = repr(option.default)
    return f"`{told}`" if len(told) <= _SHORT else f"`{told[:_SHORT]}…`"


def _escaped(text: str) -> str:
    return text.replace("|", "\\|")

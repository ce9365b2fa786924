"""What can be set of a component: its constructor says which options there are, its docstring what they mean."""

import inspect
import re
from collections.abc import Iterable, Mapping
from types import NoneType, UnionType
from typing import Any, Literal, NamedTuple, Union, get_args, get_origin

from gnn2mlp.core.spec import Configurable, plain

# A section of a docstring, and an entry of one: names, a colon, what they mean.
_SECTION = re.compile(
    r"^(Args|Returns|Yields|Raises|Example|Examples|Attributes|Note|Notes|References):\s*$", re.MULTILINE
)
_ENTRY = re.compile(r"^ {4}(\w+(?:, \w+)*)(?: \([^)]*\))?:\s*(.*)$")
_CALLED = {int: "whole number", float: "number", bool: "true or false", str: "text", NoneType: "null"}


class Option(NamedTuple):
    """An option of a component.

    Args:
        name: of the constructor's parameter.
        kind: what its value is, in words: `"number"`, `"joint or alternating"`, `"list of text"`.
        default: as YAML and the command line write it; `None` where a value has to be given.
        meaning: what the docstring says; empty if it says nothing.
    """

    name: str
    kind: str
    default: str | None
    meaning: str


def options_of(cls: type[Configurable]) -> list[Option]:
    """The options of a component, as `--set` and YAML take them.

    Meanings come from the docstring of the class that has the parameter, or of one that it derives from.

    Example:
        >>> class Ranking(Configurable):
        ...     '''Puts rows in order.
        ...
        ...     Args:
        ...         order: which comes first:
        ...             the lowest, or the highest.
        ...         top: how many are kept; default: all.
        ...     '''
        ...     name = "ranking"
        ...     def __init__(self, order: Literal["up", "down"] = "up", top: int | None = None):
        ...         self.order = order
        ...         self.top = top
        >>> for option in options_of(Ranking):
        ...     print(*option, sep=" | ")
        order | up or down | up | which comes first: the lowest, or the highest.
        top | whole number or null | null | how many are kept; default: all.
    """
    meanings: dict[str, str] = {}
    for base in reversed(cls.__mro__):
        meanings |= arguments_of(inspect.cleandoc(base.__doc__ or ""))
        meanings |= arguments_of(inspect.cleandoc(vars(base)["__init__"].__doc__ or "") if _has_own(base) else "")
    return [
        Option(
            name,
            kind_of(parameter.annotation),
            None if parameter.default is parameter.empty else written(parameter.default),
            meanings.get(name, ""),
        )
        for name, parameter in cls.constructor_options().items()
    ]


def _has_own(base: type) -> bool:
    return base is not object and "__init__" in vars(base)


def summary_of(cls: type) -> str:
    r"""What a docstring says before its sections: what a component is, and how it works.

    Example:
        >>> class Ranking:
        ...     '''Puts rows in order.
        ...
        ...     The lowest comes first.
        ...
        ...     Args:
        ...         top: how many are kept.
        ...     '''
        >>> summary_of(Ranking)
        'Puts rows in order.\n\nThe lowest comes first.'
    """
    doc = inspect.getdoc(cls) or ""
    found = _SECTION.search(doc)
    return doc[: found.start()].strip() if found else doc.strip()


def arguments_of(doc: str) -> dict[str, str]:
    r"""The entries of the section `Args` of a docstring that begins at the margin, each in one line.

    Example:
        >>> arguments_of("Adds.\n\nArgs:\n    a, b: numbers,\n        or arrays.\n\nReturns:\n    a: none.")
        {'a': 'numbers, or arrays.', 'b': 'numbers, or arrays.'}
    """
    found: dict[str, str] = {}
    names: list[str] = []
    inside = False
    for line in doc.splitlines():
        if line and not line.startswith(" "):
            inside = line.strip() == "Args:"
        elif inside and (entry := _ENTRY.match(line)):
            names = entry[1].split(", ")
            found |= dict.fromkeys(names, entry[2])
        elif inside and line.strip():
            found |= {name: f"{found[name]} {line.strip()}".strip() for name in names}
    return found


def kind_of(annotation: Any) -> str:
    """What a value of this annotation is, in words.

    Example:
        >>> kind_of(float), kind_of(tuple[str, ...] | None), kind_of(Literal["add", "multiply"])
        ('number', 'list of text or null', 'add or multiply')
    """
    if annotation in _CALLED:
        return _CALLED[annotation]
    origin, inner = get_origin(annotation), get_args(annotation)
    if origin in (Union, UnionType):
        return _either(kind_of(one) for one in inner)
    if origin is Literal:
        return _either(str(one) for one in inner)
    if isinstance(origin, type) and issubclass(origin, Iterable) and not issubclass(origin, Mapping):
        return f"list of {kind_of(inner[0])}"
    if annotation is inspect.Parameter.empty or annotation is Any:
        return "any value"
    named = getattr(origin or annotation, "__name__", str(annotation))
    return {"Spec": "name, or a mapping with a name", "dict": "mapping", "Mapping": "mapping"}.get(named, named)


def _either(kinds: Iterable[str]) -> str:
    """The kinds, each once, with commas and an "or"."""
    *rest, last = dict.fromkeys(kinds)
    return f"{', '.join(rest)} or {last}" if rest else last


def written(value: Any) -> str:
    """A value as `--set` and YAML take it, in one line.

    Example:
        >>> written(None), written(True), written(5e-4), written(("a", "b")), written("")
        ('null', 'true', '0.0005', '[a, b]', "''")
    """
    value = plain(value)
    if value is None:
        return "null"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return f"[{', '.join(map(written, value))}]"
    if isinstance(value, dict):
        return f"{{{', '.join(f'{key}: {written(each)}' for key, each in value.items())}}}"
    return str(value) or "''"

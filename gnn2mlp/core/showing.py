"""How results show themselves in a shell: one line, however much they hold."""

import dataclasses
import numbers
from collections.abc import Mapping, Sequence, Set
from pathlib import PurePath
from typing import Any

# Letters of a whole line, and of one value in it.
LINE, VALUE = 300, 60
# Entries of a sequence or mapping that are still listed.
_LISTED = 4


def short_repr(result: Any) -> str:
    """The class and its fields, arrays by type and shape, what is long by how much it holds; for `__repr__`.

    Args:
        result: a dataclass or a named tuple.

    Example:
        >>> from typing import NamedTuple
        >>> import numpy as np
        >>> class Found(NamedTuple):
        ...     nodes: np.ndarray
        ...     share: float
        ...
        ...     def __repr__(self):
        ...         return short_repr(self)
        >>> Found(np.zeros((20, 3)), 0.5)
        Found(nodes=float64 (20, 3), share=0.5)
    """
    names = getattr(result, "_fields", None) or [
        field.name for field in dataclasses.fields(result) if field.repr and not field.name.startswith("_")
    ]
    return call(type(result).__name__, {name: getattr(result, name) for name in names})


def call(name: str, fields: Mapping[str, Any]) -> str:
    """`name(field=value, ...)` in one line; fields that find no room are counted.

    Example:
        >>> call("Found", {"sizes": [1] * 99, "by": {"a": 1}})
        "Found(sizes=[99 entries], by={'a': 1})"
    """
    parts: list[str] = []
    room = LINE - len(name)
    for number, (key, value) in enumerate(fields.items()):
        part = f"{key}={short(value)}"
        room -= len(part) + 2
        if room < 0:
            parts.append(f"… {len(fields) - number} more")
            break
        parts.append(part)
    return f"{name}({', '.join(parts)})"


def short(value: Any) -> str:
    """A value in a few letters.

    Example:
        >>> short("a" * 99)
        "'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa…'"
        >>> short({"rows": [1, 2], "columns": None})
        "{'rows': [1, 2], 'columns': None}"
    """
    if value is None or isinstance(value, numbers.Number):
        return repr(value)
    if isinstance(value, PurePath):
        return repr(str(value))
    if isinstance(value, str):
        return repr(value if len(value) <= VALUE else f"{value[: VALUE - 2]}…")
    if hasattr(value, "dtype") and hasattr(value, "shape"):
        return f"{str(value.dtype).removeprefix('torch.')} {tuple(value.shape)}"
    if isinstance(value, bytes):
        return f"{len(value):,} bytes"
    if hasattr(value, "_fields"):
        return _within(repr(value), type(value).__name__)
    if isinstance(value, Mapping):
        listed = ", ".join(f"{key!r}: {short(entry)}" for key, entry in value.items()) if len(value) <= _LISTED else ""
        return f"{{{listed}}}" if not value or 0 < len(listed) <= VALUE else f"{{{len(value)} entries}}"
    if isinstance(value, Sequence | Set):
        listed = ", ".join(map(short, value)) if len(value) <= _LISTED else ""
        return f"[{listed}]" if not value or 0 < len(listed) <= VALUE else f"[{len(value):,} entries]"
    name = getattr(value, "name", None)
    return _within(repr(value), type(value).__name__, f"{name!r}, " if isinstance(name, str) else "")


def _within(text: str, kind: str, name: str = "") -> str:
    return text if len(text) <= VALUE and "\n" not in text else f"{kind}({name}…)"

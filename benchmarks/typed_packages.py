"""The classes that packages offer without a list, written into their `__init__.py` for type checkers alone.

At run time a registry finds them (`gnn2mlp.core.registry.offered`), and nothing is imported before.
"""

import importlib
import re
from pathlib import Path

import gnn2mlp
from gnn2mlp.core.registry import python_names

PACKAGE = Path(gnn2mlp.__file__).parent
# A line of the package, over which imports are split.
WIDTH = 120
_OFFERED = re.compile(r"offered\(__name__, name, ([\w, ]+)\)")
_BLOCK = re.compile(r"(\n    # generated: by python benchmarks/tables.py\n).*?(?=    # end\n)", re.DOTALL)


def packages() -> dict[Path, str]:
    """Each `__init__.py` that offers classes of registries, and what it is to say."""
    texts = {path: path.read_text() for path in sorted(PACKAGE.glob("*/**/__init__.py"))}
    return {path: filled(path, text) for path, text in texts.items() if _OFFERED.search(text)}


def filled(path: Path, text: str) -> str:
    """The text of a package with the imports of what it offers made anew.

    Raises:
        ValueError: if it has no place for them.
    """
    if _BLOCK.search(text) is None:
        raise ValueError(f"{path} offers classes and has no block '# generated: ...' with an '# end' for type checkers")
    package = importlib.import_module(".".join(path.parent.relative_to(PACKAGE.parent).parts))
    names = [name.strip() for found in _OFFERED.findall(text) for name in found.split(",")]
    offered = python_names(*(getattr(package, name) for name in names))
    lines = [_line(cls.__module__, name) for name, cls in sorted(offered.items(), key=lambda one: _place(*one))]
    return _BLOCK.sub(lambda match: match[1] + "".join(lines), text, count=1)


def _place(name: str, cls: type) -> tuple[str, bool, str]:
    """As import sorting has it: names in capitals first."""
    return cls.__module__, not name.isupper(), name


def _line(module: str, name: str) -> str:
    line = f"    from {module} import {name} as {name}\n"  # "as", by which type checkers know what is offered
    return line if len(line) <= WIDTH + 1 else f"    from {module} import (\n        {name} as {name},\n    )\n"

"""Pages of the API: for each package its public names, which mkdocstrings fills with their docstrings."""

import functools
import importlib
import inspect
from collections.abc import Iterator
from types import ModuleType
from typing import Any

# In the order of a user's way through them, with what they are in the navigation.
PACKAGES = (
    "estimators",
    "pipeline",
    "deploy",
    "deploy.mlflow",
    "explore",
    "evaluate",
    "report",
    "studies",
    "data",
    "tables",
    "encoders",
    "inputs",
    "tasks",
    "teachers",
    "knowledge",
    "objectives",
    "methods",
    "students",
    "decoders",
    "explainers",
    "condensers",
    "distill",
    "trackers",
    "nn",
)
# Packages whose classes are shown with what they inherit, such as `predict` and `save`. Elsewhere a base is shown once.
WHOLE = {"estimators", "deploy"}
# Public names of packages without an `__all__` of their own.
FURTHER = {
    "core": (
        "gnn2mlp.core.spec.Spec",
        "gnn2mlp.core.spec.Configurable",
        "gnn2mlp.core.registry.Registry",
        "gnn2mlp.core.listeners.Listener",
        "gnn2mlp.core.memory.keep_memory",
        "gnn2mlp.core.errors",
    )
}


def path(package: str) -> str:
    """Where the page of a package stands in the site."""
    return f"api/{package}.md"


def index_path() -> str:
    """Where the overview stands."""
    return "api/index.md"


def public(package: str) -> dict[str, Any]:
    """The public names of a package of gnn2mlp and what they are, classes of its registries among them."""
    module = importlib.import_module(f"gnn2mlp.{package}")
    names = [name for name in dir(module) if name[:1] != "_"] if "__dir__" in vars(module) else module.__all__
    return {name: getattr(module, name) for name in sorted(names, key=_classes_first)}


def pages() -> Iterator[tuple[str, str]]:
    """Path and Markdown of each page."""
    yield index_path(), _index()
    for package in PACKAGES:
        yield path(package), _page(package)
    yield path("core"), _front("core", FURTHER["core"])


@functools.cache
def entries() -> dict[str, str]:
    """Page and anchor of every public class, by name. One that two packages offer is found where it is defined."""
    found = {}
    for package in PACKAGES:
        for name, thing in public(package).items():
            if inspect.isclass(thing) and thing.__module__.startswith(f"gnn2mlp.{package}."):
                found[name] = f"{path(package)}#{_full_name(thing)}"
    for full_name in FURTHER["core"]:
        found[full_name.rpartition(".")[2]] = f"{path('core')}#{full_name}"
    return found


def _index() -> str:
    lines = [
        "# API",
        "",
        "Public names alone, from their docstrings; what a package offers is what its page lists.",
        "",
    ]
    lines += ["| package | what it is |", "| --- | --- |"]
    for package in (*PACKAGES, "core"):
        lines.append(f"| [`gnn2mlp.{package}`]({package}.md) | {_first_line(_module(package))} |")
    top = importlib.import_module("gnn2mlp")
    shortcuts = ", ".join(f"`{name}`" for name in sorted(top.__all__) if name[0] != "_")
    return "\n".join([*lines, "", f"`gnn2mlp` itself has short cuts: {shortcuts}.", ""])


def _page(package: str) -> str:
    shown = [_full_name(thing) for thing in public(package).values() if _has_docstring(thing)]
    rest = [name for name, thing in public(package).items() if not _has_docstring(thing)]
    text = _front(package, [name for name in shown if name.startswith(f"gnn2mlp.{package}.")])
    others = [name for name in shown if not name.startswith(f"gnn2mlp.{package}.")]
    if rest:
        text += "\n## Constants and types\n\n" + "".join(f"- `{name}`\n" for name in sorted(rest))
    if others:
        text += "\n## From other packages\n\n" + "".join(f"- `{name}`\n" for name in sorted(others))
    return text


def _front(package: str, names: Any) -> str:
    options = "    options:\n      inherited_members: true\n" if package in WHOLE else ""
    blocks = "\n".join(f"::: {name}\n{options}" for name in names)
    return f"# gnn2mlp.{package}\n\n{_first_line(_module(package))}\n\n{blocks}"


def _has_docstring(thing: Any) -> bool:
    own = str(getattr(thing, "__module__", "")).startswith("gnn2mlp.")
    return own and (inspect.isclass(thing) or inspect.isfunction(thing))


def _full_name(thing: Any) -> str:
    return f"{thing.__module__}.{thing.__qualname__}"


def _module(package: str) -> ModuleType:
    return importlib.import_module(f"gnn2mlp.{package}")


def _first_line(module: ModuleType) -> str:
    return (module.__doc__ or "").strip().partition("\n\n")[0].replace("\n", " ")


def _classes_first(name: str) -> tuple[bool, str]:
    return not name[0].isupper(), name

"""All that has a name: the registries, and the settings that belong to no registry."""

import importlib
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

import gnn2mlp

# Of each kind, the package and its registry; only what is asked for is imported.
KINDS = {
    "datasets": ("gnn2mlp.data", "DATASETS"),
    "graph_sets": ("gnn2mlp.data", "GRAPH_DATASETS"),
    "splits": ("gnn2mlp.data", "SPLITTERS"),
    "link_splits": ("gnn2mlp.data", "LINK_SPLITTERS"),
    "tasks": ("gnn2mlp.tasks", "TASKS"),
    "teachers": ("gnn2mlp.teachers", "TEACHERS"),
    "methods": ("gnn2mlp.methods", "METHODS"),
    "objectives": ("gnn2mlp.objectives", "OBJECTIVES"),
    "students": ("gnn2mlp.students", "STUDENTS"),
    "decoders": ("gnn2mlp.decoders", "DECODERS"),
    "inputs": ("gnn2mlp.inputs", "INPUTS"),
    "encoders": ("gnn2mlp.encoders", "ENCODERS"),
    "text_encoders": ("gnn2mlp.texts", "TEXT_ENCODERS"),
    "explainers": ("gnn2mlp.explainers", "EXPLAINERS"),
    "condensers": ("gnn2mlp.condensers", "CONDENSERS"),
    "unlearners": ("gnn2mlp.pipeline.unlearning", "UNLEARNERS"),
}
# Components that are the only ones of their kind: by name, where they are, and what `--set` calls them.
SINGLE = {
    "auto": ("gnn2mlp.pipeline.searching.settings", "Auto", "method"),
    "distill": ("gnn2mlp.distill", "Distiller", "distill"),
    "export": ("gnn2mlp.teachers", "Export", "export"),
}
# What `--set` calls a component of a kind; objectives, encoders and text encoders are set inside of others.
KEYS = {
    "datasets": "dataset",
    "graph_sets": "dataset",
    "splits": "split",
    "link_splits": "split",
    "tasks": "task",
    "teachers": "teacher",
    "methods": "method",
    "students": "student",
    "decoders": "decoder",
    "inputs": "inputs",
    "condensers": "method",
}


class Entry(NamedTuple):
    """A component.

    Args:
        kind: such as `"method"`.
        name: as options and YAML write it.
        key: what `--set` calls it; empty where it is set inside of another.
        cls: its class.
    """

    kind: str
    name: str
    key: str
    cls: type[Any]


def classes(kind: str) -> dict[str, type[Any]]:
    """The registered classes of a kind, by name."""
    package, registry = KINDS[kind]
    found: dict[str, type[Any]] = getattr(importlib.import_module(package), registry).classes
    return found


def named(name: str) -> list[Entry]:
    """Every component with this name; empty if there is none.

    The package's own sources are looked through first, so that only the kinds with such a name are imported.
    """
    own = [kind for kind in KINDS if _says(kind, name)]
    if own or name in SINGLE:
        return [entry for entry in _entries(own, [name] if name in SINGLE else []) if entry.name == name]
    return [entry for entry in everything() if entry.name == name]  # it may be in another package


def everything() -> list[Entry]:
    """Every component that has a name, kind by kind."""
    return list(_entries(KINDS, SINGLE))


def _entries(kinds: Iterable[str], single: Iterable[str]) -> Iterable[Entry]:
    for kind in kinds:
        told = kind if kind == "inputs" else kind.removesuffix("s")
        for name, cls in classes(kind).items():
            yield Entry(told.replace("_", " "), name, KEYS.get(kind, ""), cls)
    for name in single:
        module, attribute, key = SINGLE[name]
        told = "method" if key == "method" else "settings"
        yield Entry(told, name, key, getattr(importlib.import_module(module), attribute))


def _says(kind: str, name: str) -> bool:
    """Whether a source file of the package that holds a kind has a class of this name."""
    folder = Path(gnn2mlp.__file__).parent.joinpath(*KINDS[kind][0].split(".")[1:])
    line = re.compile(rf"""^ +name(?:: [^=]+)? = ["']{re.escape(name)}["']""", re.MULTILINE)
    return any(line.search(path.read_text(encoding="utf-8")) for path in folder.rglob("*.py"))

"""The file that says what a search varies: the package's own, `space.yaml` beside this module, or a user's."""

from collections.abc import Mapping
from importlib import resources
from typing import Any

import yaml

from gnn2mlp.core.errors import ConfigError, nearest
from gnn2mlp.core.registry import Registry
from gnn2mlp.core.spec import Spec
from gnn2mlp.distill import Distiller
from gnn2mlp.inputs import INPUTS
from gnn2mlp.methods import METHODS
from gnn2mlp.pipeline.config import read_yaml
from gnn2mlp.students import STUDENTS
from gnn2mlp.teachers import TEACHERS

FILE = "space.yaml"
_REGISTRIES: Mapping[str, Registry[Any]] = {
    "teachers": TEACHERS,
    "methods": METHODS,
    "students": STUDENTS,
    "inputs": INPUTS,
}
_PARTS = ("teachers", "methods", "students", "inputs", "distill", "left_out", "first")


def read_space(path: str | None) -> Mapping[str, Any]:
    """The YAML file of a user, or the package's.

    Raises:
        ConfigError: for a part, name or option of the user's that there is none of, or a value that cannot work.
    """
    if path is None:
        text = (resources.files("gnn2mlp.pipeline.searching") / FILE).read_text(encoding="utf-8")
        found: dict[str, Any] = yaml.safe_load(text)
        return found
    found = read_yaml(path)
    if unknown := sorted(set(found) - set(_PARTS)):
        raise ConfigError(f"{path}: expected {', '.join(_PARTS)}, got {', '.join(unknown)}")
    for part, registry in _REGISTRIES.items():
        for name, varied in _mapping(found, part, path).items():
            if name not in registry.names():
                raise ConfigError(f"{path}, {part}: no {registry.kind} {name!r}{nearest(name, registry.names())}")
            for options in _variants(varied, part, f"{path}, {part}.{name}"):
                Spec(name, **options).build(registry)
    for options in _variants(_mapping(found, "distill", path), "distill", f"{path}, distill"):
        Distiller(**Spec("distill", **options).checked(Distiller, "distill"))
    return found


def _variants(varied: Any, part: str, where: str) -> list[dict[str, Any]]:
    """The options of each variant that a line of a user's file has, beside what is left open."""
    if not varied:
        return []
    if part == "teachers":
        if not isinstance(varied, list) or not all(isinstance(one, Mapping) for one in varied):
            raise ConfigError(f"{where}: expected a list of settings such as [{{dropout: 0.8}}], got {varied!r}")
        return [dict(one) for one in varied]
    if not isinstance(varied, Mapping) or not all(isinstance(values, list) for values in varied.values()):
        raise ConfigError(f"{where}: expected a list of values for each option, got {varied!r}")
    return [{option: value} for option, values in varied.items() for value in values]


def _mapping(content: Mapping[str, Any], part: str, path: str) -> Mapping[str, Any]:
    found = content.get(part) or {}
    if not isinstance(found, Mapping):
        raise ConfigError(f"{path}, {part}: expected a mapping by name, got {found!r}")
    return found

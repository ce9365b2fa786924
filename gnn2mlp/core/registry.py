"""Find classes by scanning a package: adding a teacher, objective, method or data set edits no list."""

import importlib
import inspect
import pkgutil
from functools import cached_property
from typing import Any, Generic, TypeVar

from gnn2mlp.core.errors import ConfigError, UnknownNameError, nearest

T = TypeVar("T")


class Registry(Generic[T]):
    """The concrete subclasses of `base` that live in the modules of `package`, keyed by their `name` attribute.

    Args:
        kind: what an entry is called in messages, e.g. `"teacher"`.
        package: dotted name of the package to scan; modules that start with an underscore are skipped.
        base: the class that entries derive from.

    Raises:
        ConfigError: on first use, if two classes have the same name.
    """

    def __init__(self, kind: str, package: str, base: type[T]):
        self.kind = kind
        self.package = package
        self.base = base

    @cached_property
    def classes(self) -> dict[str, type[T]]:
        """Every registered class by name, in alphabetical order. The scan happens on first use."""
        found: dict[str, type[T]] = {}
        package = importlib.import_module(self.package)
        for module_info in pkgutil.iter_modules(package.__path__):
            if module_info.name.startswith("_"):
                continue
            module = importlib.import_module(f"{self.package}.{module_info.name}")
            for _, cls in inspect.getmembers(module, inspect.isclass):
                if cls.__module__ == module.__name__ and issubclass(cls, self.base) and "name" in vars(cls):
                    self._add(found, cls)
        return dict(sorted(found.items()))

    def _add(self, found: dict[str, type[T]], cls: type[T]) -> None:
        name = vars(cls)["name"]
        if name in found:
            both = f"{found[name].__module__}.{found[name].__qualname__} and {cls.__module__}.{cls.__qualname__}"
            raise ConfigError(f"two classes are called {self.kind} {name!r}: {both}; rename one")
        found[name] = cls

    def names(self) -> list[str]:
        """Names of all entries, sorted."""
        return list(self.classes)

    def get(self, name: str) -> type[T]:
        """Return the class called `name`.

        Raises:
            UnknownNameError: if there is none; the message names the nearest match and lists all names.
        """
        if name not in self.classes:
            raise UnknownNameError(
                f"unknown {self.kind} {name!r}{nearest(name, self.classes)} (available: {', '.join(self.classes)})"
            )
        return self.classes[name]


def offered(package: str, name: str, *registries: Registry[Any]) -> type[Any]:
    """The registered class called `name` in Python: what the `__getattr__` of a package answers.

    So `from gnn2mlp.teachers import GCN` works without a list of the classes, and nothing is imported before.

    Raises:
        AttributeError: if there is none, with the nearest match.
    """
    # Only classes are offered: a look for a submodule, or for a dunder as import itself does it, must import nothing.
    known = python_names(*registries) if name[:1].isupper() else {}
    if name not in known:
        raise AttributeError(f"module {package!r} has no attribute {name!r}{nearest(name, known)}")
    return known[name]


def python_names(*registries: Registry[Any]) -> dict[str, type[Any]]:
    """The classes that registries find in their own packages, by their names in Python."""
    classes = [(registry.package, cls) for registry in registries for cls in registry.classes.values()]
    return {cls.__name__: cls for package, cls in classes if cls.__module__.startswith(f"{package}.")}

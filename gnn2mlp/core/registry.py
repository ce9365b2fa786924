"""Find classes by scanning a package: adding a teacher, objective, method or data set edits no list."""

import importlib
import importlib.metadata
import inspect
import pkgutil
import sys
import warnings
from functools import cached_property
from operator import attrgetter
from typing import Any, Generic, TypeVar

from gnn2mlp.core.errors import ConfigError, UnknownNameError, nearest

T = TypeVar("T")

# Classes from outside the package: those that entry points name, which their own names find again, ...
_NAMED: set[type] = set()
# ... and by import path those of which an object was seen, wherever they were defined.
_SEEN: dict[str, type] = {}


def is_own(cls: type) -> bool:
    """Whether a class is this package's own."""
    return cls.__module__.partition(".")[0] == "gnn2mlp"


def spec_name(cls: Any) -> str:
    """What a spec calls a class: its `name` if a registry finds it by that, else its import path `"module:Class"`.

    Example:
        >>> import fractions
        >>> spec_name(fractions.Fraction)
        'fractions:Fraction'
    """
    if is_own(cls) or cls in _NAMED:
        return str(cls.name)
    path = f"{cls.__module__}:{cls.__qualname__}"
    _SEEN[path] = cls
    return path


def short_name(name: str) -> str:
    """The name of a spec without the module of an import path.

    Example:
        >>> short_name("my_package.teachers:MyTeacher"), short_name("gcn")
        ('MyTeacher', 'gcn')
    """
    return name.rpartition(":")[2].rpartition(".")[2]


class Registry(Generic[T]):
    """The concrete subclasses of `base` that live in the modules of `package`, keyed by their `name` attribute.

    Classes of other packages are found by the entry points of the group that is called like `package`, or by their
    import path, `"my_package.my_module:MyTeacher"`.

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
                    _NAMED.add(cls)
        for cls in self._plugins():
            self._add(found, cls)
        return dict(sorted(found.items()))

    def _plugins(self) -> list[type[T]]:
        """What other packages offer by entry points. One that cannot be loaded is left out with a warning."""
        offered = []
        for point in importlib.metadata.entry_points(group=self.package):
            try:
                cls = self._expected(point.load(), point.value)
            except Exception as error:  # whatever a stranger's module raises
                warnings.warn(f"{self.kind} {point.name!r} of {point.value} cannot be loaded: {error}", stacklevel=2)
                continue
            _NAMED.add(cls)
            offered.append(cls)
        return offered

    def _expected(self, cls: Any, path: str) -> type[T]:
        if not (isinstance(cls, type) and issubclass(cls, self.base)):
            raise ConfigError(f"expected a {self.kind}, a subclass of {self.base.__name__}, at {path}, got {cls!r}")
        return cls

    def _add(self, found: dict[str, type[T]], cls: type[T]) -> None:
        name = cls.name  # type: ignore[attr-defined]
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
        if ":" in name:
            return self._expected(_SEEN.get(name) or self._imported(name), name)
        if name not in self.classes:
            raise UnknownNameError(
                f"unknown {self.kind} {name!r}{nearest(name, self.classes)} (available: {', '.join(self.classes)})"
            )
        return self.classes[name]

    def _imported(self, path: str) -> Any:
        """The class at an import path.

        Raises:
            UnknownNameError: if it cannot be imported.
        """
        module, _, name = path.partition(":")
        if "<locals>" in name or module == "__main__":
            raise UnknownNameError(
                f"{self.kind} {path!r} was defined in a function, a script or a notebook, from where it cannot be "
                "imported; put the class into a module, and run this with that module on the path"
            )
        try:
            return attrgetter(name)(sys.modules.get(module) or importlib.import_module(module))
        except (ImportError, AttributeError) as error:
            raise UnknownNameError(
                f"{self.kind} {path!r} is a class from outside of this package, and cannot be imported ({error}); "
                "install what defines it, or put its folder on PYTHONPATH"
            ) from error


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

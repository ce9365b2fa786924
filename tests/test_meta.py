"""The package tested as text: every module has a test, every public name a docstring, every component a source."""

import ast
import importlib
import pkgutil
from collections.abc import Iterator
from pathlib import Path

import pytest

import gnn2mlp
from gnn2mlp.core.registry import Registry

PACKAGE = Path(gnn2mlp.__file__).parent
TESTS = Path(__file__).parent
EXEMPT = {"__init__.py", "__main__.py"}


def _mirror(module: Path) -> Path:
    """gnn2mlp/a/_b.py -> a/test_b.py."""
    return module.relative_to(PACKAGE).with_name(f"test_{module.name.removeprefix('_')}")


def _without_test(modules: list[Path], tests: Path) -> list[str]:
    return [str(m.relative_to(PACKAGE)) for m in modules if m.name not in EXEMPT and not (tests / _mirror(m)).exists()]


def _undocumented(tree: ast.AST, prefix: str) -> Iterator[str]:
    """Public classes, functions and methods of `tree` without a docstring."""
    for node in ast.iter_child_nodes(tree):
        if not isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) or node.name.startswith("_"):
            continue
        name = f"{prefix}.{node.name}"
        if ast.get_docstring(node) is None:
            yield name
        if isinstance(node, ast.ClassDef):
            yield from _undocumented(node, name)


def _registries() -> list[Registry]:
    """Every registry that some module of the package holds."""
    found = {}
    for info in pkgutil.walk_packages([str(PACKAGE)], "gnn2mlp."):
        if not info.name.endswith("__main__"):
            for value in vars(importlib.import_module(info.name)).values():
                if isinstance(value, Registry):
                    found[value.kind] = value
    return [found[kind] for kind in sorted(found)]


def _private_imports(source: str, own: str) -> Iterator[str]:
    """What a file of the package `own` imports that begins with an underscore and belongs to another package."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("gnn2mlp"):
            paths = [f"{node.module}.{alias.name}".split(".") for alias in node.names]
        elif isinstance(node, ast.Import):
            paths = [alias.name.split(".") for alias in node.names if alias.name.startswith("gnn2mlp")]
        else:
            continue
        for path in paths:
            foreign = path[1:2] != [own]
            yield from [".".join(path)] if foreign and any(part[0] == "_" != part[1:2] for part in path) else []


MODULES = sorted(PACKAGE.rglob("*.py"))


def test_every_module_has_its_test() -> None:
    missing = _without_test(MODULES, TESTS)
    assert not missing, "\n".join(missing)


def test_every_public_name_has_a_docstring() -> None:
    missing = []
    for module in MODULES:
        tree = ast.parse(module.read_text(encoding="utf-8"))
        name = ".".join(module.relative_to(PACKAGE.parent).with_suffix("").parts)
        missing += [name] if ast.get_docstring(tree) is None and module.name != "__main__.py" else []
        missing += _undocumented(tree, name)
    assert not missing, "\n".join(missing)


def test_no_package_imports_what_another_keeps_private() -> None:
    files = [(path, path.relative_to(PACKAGE).parts[0]) for path in MODULES]
    files += [
        (path, "") for folder in ("benchmarks", "docs", "notebooks") for path in (PACKAGE.parent / folder).rglob("*.py")
    ]
    found = [f"{path.name}: {name}" for path, own in files for name in _private_imports(path.read_text("utf-8"), own)]
    assert not found, "\n".join(found)


def test_an_import_of_what_is_private_is_noticed() -> None:
    source = """
from gnn2mlp import __version__
from gnn2mlp.a._b import c
from gnn2mlp.b import _d, e
import gnn2mlp.b._e
def f():
    from gnn2mlp.b._f import g
"""
    assert list(_private_imports(source, "a")) == ["gnn2mlp.b._d", "gnn2mlp.b._e", "gnn2mlp.b._f.g"]


@pytest.mark.parametrize("name", ["", *sorted(path.parent.name for path in PACKAGE.glob("*/__init__.py"))])
def test_a_package_shows_its_names_and_knows_no_other(name: str) -> None:
    package = importlib.import_module(f"gnn2mlp.{name}".rstrip("."))
    public = set(getattr(package, "__all__", ()))
    assert public <= set(dir(package))
    assert not [one for one in public if not hasattr(package, one)]
    assert not hasattr(package, "no_such_name")


def test_every_registered_class_names_its_source() -> None:
    registries = _registries()
    assert {"teacher", "objective", "method"} <= {registry.kind for registry in registries}
    missing = [
        f"{registry.kind} {name}"
        for registry in registries
        for name, cls in registry.classes.items()
        if not isinstance(getattr(cls, "citation", None), str) or not cls.citation.strip()
    ]
    assert not missing, "\n".join(missing)


def test_one_mark_selects_every_test_that_needs_cuda() -> None:
    own = [p for p in TESTS.rglob("test_*.py") if "skipif(not torch.cuda" in p.read_text(encoding="utf-8")]
    assert [p.name for p in own] == [Path(__file__).name]  # others are marked `needs_cuda`, and skipped for it


def test_a_module_without_test_is_noticed(tmp_path: Path) -> None:
    modules = [PACKAGE / "core" / "seeds.py", PACKAGE / "a" / "_b.py", PACKAGE / "a" / "__init__.py"]
    assert _without_test(modules, TESTS) == [str(Path("a/_b.py"))]
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "test_b.py").touch()
    assert _without_test(modules, tmp_path) == [str(Path("core/seeds.py"))]


def test_a_missing_docstring_is_noticed() -> None:
    source = '''
class Known:
    """It is."""
    def method(self): pass
    def _private(self): pass
def function(): pass
def told():
    """It is."""
    def inner(): pass
'''
    assert list(_undocumented(ast.parse(source), "m")) == ["m.Known.method", "m.function"]

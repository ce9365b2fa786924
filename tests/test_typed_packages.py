"""What type checkers see of packages whose names are imported late: the same as everybody else."""

import ast
import importlib
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

import gnn2mlp

PACKAGE = Path(gnn2mlp.__file__).parent
LATE = [path for path in sorted(PACKAGE.rglob("__init__.py")) if "def __getattr__" in path.read_text()]


@pytest.fixture(scope="module")
def typed_packages() -> Iterator[ModuleType]:
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(PACKAGE.parent / "benchmarks")
        yield importlib.import_module("typed_packages")


def _seen(statements: list[ast.stmt]) -> Iterator[str]:
    """The names that type checkers see defined."""
    for node in statements:
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            yield from _seen(node.body)
        elif isinstance(node, ast.ImportFrom):
            yield from (alias.asname or alias.name for alias in node.names)
        elif isinstance(node, ast.FunctionDef | ast.ClassDef):
            yield node.name
        elif isinstance(node, ast.Assign):
            yield from (target.id for target in node.targets if isinstance(target, ast.Name))


@pytest.mark.parametrize("path", LATE, ids=lambda path: path.parent.name)
def test_every_name_is_seen_and_no_other(path: Path) -> None:
    package = importlib.import_module(".".join(path.parent.relative_to(PACKAGE.parent).parts))
    seen = set(_seen(ast.parse(path.read_text()).body))
    assert set(dir(package)) <= seen
    assert "__getattr__" not in seen  # for which every name would do


def test_what_registries_offer_is_written_down(typed_packages: ModuleType) -> None:
    made = typed_packages.packages()
    teachers = PACKAGE / "teachers" / "__init__.py"
    assert {teachers, PACKAGE / "data" / "__init__.py"} <= made.keys()
    assert "    from gnn2mlp.teachers.gcn import GCN as GCN\n" in made[teachers]
    without = teachers.read_text().replace("    from gnn2mlp.teachers.gcn import GCN as GCN\n", "")
    assert typed_packages.filled(teachers, without) == made[teachers]


def test_a_package_without_a_place_is_named(typed_packages: ModuleType) -> None:
    with pytest.raises(ValueError, match="methods.*offers classes and has no block"):
        typed_packages.filled(PACKAGE / "methods" / "__init__.py", "return offered(__name__, name, METHODS)")

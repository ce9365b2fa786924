import importlib
import importlib.metadata
import sys
from collections.abc import Iterator
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from gnn2mlp.core.errors import ConfigError, UnknownNameError
from gnn2mlp.core.registry import Registry, offered, python_names, short_name, spec_name


class Shape:
    """Base class of the entries below."""


FILES = {
    "__init__.py": "",
    "_base.py": "raise RuntimeError('modules with an underscore are not scanned')",
    "round.py": """
from tests.core.test_registry import Shape

class Circle(Shape):
    name = "circle"

class Ellipse(Circle):
    "Inherits the name, so it is no entry of its own."

class Stranger:
    name = "stranger"
""",
    "angular.py": """
from shapes.round import Circle
from tests.core.test_registry import Shape

class Square(Shape):
    name = "square"
""",
}


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    folder = tmp_path / "shapes"
    folder.mkdir()
    for name, source in FILES.items():
        (folder / name).write_text(source)
    monkeypatch.syspath_prepend(tmp_path)
    yield folder
    for module in [name for name in sys.modules if name.split(".")[0] == "shapes"]:
        del sys.modules[module]


def test_finds_named_subclasses_where_they_are_defined(package: Path) -> None:
    registry = Registry("shape", "shapes", Shape)
    assert registry.names() == ["circle", "square"]
    assert registry.get("circle").__name__ == "Circle"
    assert registry.get("square").__module__ == "shapes.angular"


def test_a_new_file_is_an_entry(package: Path) -> None:
    (package / "star.py").write_text(
        "from tests.core.test_registry import Shape\nclass Star(Shape):\n    name = 'star'\n"
    )
    assert Registry("shape", "shapes", Shape).names() == ["circle", "square", "star"]


def test_an_unknown_name_is_answered_with_the_nearest(package: Path) -> None:
    with pytest.raises(
        UnknownNameError, match=r"unknown shape 'sqare'; did you mean 'square'\? \(available: circle, square\)"
    ):
        Registry("shape", "shapes", Shape).get("sqare")


def test_two_classes_of_one_name_are_refused(package: Path) -> None:
    (package / "zoo.py").write_text(
        "from tests.core.test_registry import Shape\nclass Ring(Shape):\n    name = 'circle'\n"
    )
    with pytest.raises(ConfigError, match=r"two classes are called shape 'circle': shapes\.round\.Circle and .*Ring"):
        Registry("shape", "shapes", Shape).names()


def test_nothing_is_imported_before_first_use() -> None:
    assert Registry("shape", "no_such_package", Shape).kind == "shape"


def test_classes_are_offered_by_their_python_names(package: Path) -> None:
    registry = Registry("shape", "shapes", Shape)
    assert list(python_names(registry)) == ["Circle", "Square"]
    assert offered("shapes", "Square", registry) is registry.get("square")
    with pytest.raises(AttributeError, match="module 'shapes' has no attribute 'Cirkle'; did you mean 'Circle'?"):
        offered("shapes", "Cirkle", registry)


def test_a_look_for_a_submodule_imports_nothing(package: Path) -> None:
    for name in ("round", "__path__", "_Private"):
        with pytest.raises(AttributeError, match=f"has no attribute '{name}'"):
            offered("shapes", name, Registry("shape", "shapes", Shape))
    assert "shapes.round" not in sys.modules


def test_classes_registered_from_elsewhere_are_not_the_packages_own(package: Path) -> None:
    registry = Registry("shape", "shapes", Shape)
    registry.classes["outside"] = type("Outside", (Shape,), {"name": "outside", "__module__": "elsewhere"})
    assert list(python_names(registry)) == ["Circle", "Square"]


@pytest.mark.parametrize(
    ("package", "names"),
    [
        ("teachers", ["GCN", "SAGE", "VQ", "HGNN"]),
        ("methods", ["KRD", "GLNN"]),
        ("students", ["MLPStudent"]),
        ("objectives", ["SoftLabels"]),
        ("data", ["CpfCora", "Digits", "PerClass"]),
        ("data.datasets", ["CpfCora"]),
        ("data.splits", ["PerClass"]),
    ],
)
def test_packages_offer_their_components(package: str, names: list[str]) -> None:
    module = importlib.import_module(f"gnn2mlp.{package}")
    for name in names:
        assert getattr(module, name).__name__ == name
        assert name in dir(module)


OUTSIDE = """
from tests.core.test_registry import Shape

class Blob(Shape):
    name = "blob"

class Drawing:
    class Scribble(Shape):
        pass

def broken():
    raise AssertionError
"""


@pytest.fixture
def outside(package: Path) -> Path:
    (package.parent / "outside_shapes.py").write_text(OUTSIDE)
    return package


def offering(monkeypatch: pytest.MonkeyPatch, **points: str) -> None:
    """Let an installed package offer these by entry points of the group."""
    found = [EntryPoint(name, value, "shapes") for name, value in points.items()]
    monkeypatch.setattr(importlib.metadata, "entry_points", lambda group: [p for p in found if p.group == group])


def test_an_import_path_finds_a_class_of_ones_own(outside: Path) -> None:
    registry = Registry("shape", "shapes", Shape)
    blob = registry.get("outside_shapes:Blob")
    assert spec_name(blob) == "outside_shapes:Blob"
    assert registry.get("outside_shapes:Drawing.Scribble").__name__ == "Scribble"
    assert "blob" not in registry.names()
    assert short_name("outside_shapes:Drawing.Scribble") == "Scribble"


def test_what_cannot_be_imported_is_told(outside: Path) -> None:
    registry = Registry("shape", "shapes", Shape)
    for path in ("no_such_module:Blob", "outside_shapes:Blub"):
        with pytest.raises(
            UnknownNameError, match=f"shape '{path}' is a class from outside of this package, and cannot"
        ):
            registry.get(path)
    for path in ("__main__:Blob", "outside_shapes:make.<locals>.Blob"):
        with pytest.raises(UnknownNameError, match="was defined in a function, a script or a notebook"):
            registry.get(path)
    with pytest.raises(ConfigError, match="expected a shape, a subclass of Shape, at fractions:Fraction"):
        registry.get("fractions:Fraction")


def test_a_class_that_was_seen_is_found_wherever_it_was_defined(package: Path) -> None:
    class Local(Shape):
        pass

    path = spec_name(Local)
    assert "<locals>" in path
    assert Registry("shape", "shapes", Shape).get(path) is Local


def test_entry_points_add_names(outside: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    offering(monkeypatch, blob="outside_shapes:Blob")
    registry = Registry("shape", "shapes", Shape)
    assert registry.names() == ["blob", "circle", "square"]
    assert spec_name(registry.get("blob")) == "blob"


def test_an_entry_point_that_cannot_be_loaded_is_left_out(outside: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    offering(monkeypatch, gone="no_such_module:Blob", wrong="fractions:Fraction", blob="outside_shapes:Blob")
    with pytest.warns(UserWarning, match="shape '(gone|wrong)' of .* cannot be loaded"):
        assert Registry("shape", "shapes", Shape).names() == ["blob", "circle", "square"]


def test_an_entry_point_may_not_take_a_name(outside: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = (outside.parent / "outside_shapes.py").read_text().replace('"blob"', '"circle"')
    (outside.parent / "outside_circles.py").write_text(source)
    offering(monkeypatch, circle="outside_circles:Blob")
    with pytest.raises(ConfigError, match="two classes are called shape 'circle'"):
        Registry("shape", "shapes", Shape).names()

import ast
import importlib
import os
import sys
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import pytest

from gnn2mlp.core import source
from gnn2mlp.core.source import closure, code_of, forget_sources, locate, parse_source
from gnn2mlp.teachers.gcn import GCN

Write = Callable[..., None]


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Write]:
    """Write modules of a user into a folder on the path; they are forgotten afterwards."""
    monkeypatch.syspath_prepend(tmp_path)
    before = set(sys.modules)

    def write(**texts: str) -> None:
        for name, text in texts.items():
            path = tmp_path / f"{name.replace('__', '/')}.py".replace("/init.py", "/__init__.py")
            path.parent.mkdir(exist_ok=True)
            path.write_text(textwrap.dedent(text))
            os.utime(path, ns=(len(text) * 10**9, path.stat().st_mtime_ns + 10**9))

    yield write
    for name in set(sys.modules) - before:
        if path_is_below(sys.modules[name], tmp_path):
            del sys.modules[name]


def path_is_below(module: ModuleType, folder: Path) -> bool:
    file = getattr(module, "__file__", None)
    return file is not None and Path(file).resolve().is_relative_to(folder.resolve())


def modules_of(name: str) -> set[str]:
    path = locate(name)
    assert path is not None
    return set(closure(name, path))


@pytest.fixture
def edited(monkeypatch: pytest.MonkeyPatch) -> Iterator[set[str]]:
    """Names of modules of the package whose files read as if a line had been added."""
    names: set[str] = set()
    read = source.read_bytes

    def altered(path: Path) -> bytes:
        return read(path) + (b"CHANGED = 1\n" if any(path == locate(name) for name in names) else b"")

    monkeypatch.setattr(source, "read_bytes", altered)
    forget_sources()
    yield names
    forget_sources()


@pytest.mark.parametrize(
    ("module", "counts"),
    [
        ("gnn2mlp.teachers.gcn", True),
        ("gnn2mlp.teachers._training", True),
        ("gnn2mlp.data.view", True),
        ("gnn2mlp.nn.csr", True),
        ("gnn2mlp.tasks.metrics", True),
        ("gnn2mlp.core.seeds", True),
        ("gnn2mlp.teachers.gat", False),
        ("gnn2mlp.data.datasets.digits", False),
        ("gnn2mlp.evaluate.calibration", False),
        ("gnn2mlp.students.mlp", False),
        ("gnn2mlp.teachers", False),
    ],
)
def test_a_class_depends_on_what_its_module_imports(edited: set[str], module: str, counts: bool) -> None:
    before = code_of(GCN)
    assert code_of(GCN) == before
    edited.add(module)
    forget_sources()
    assert (code_of(GCN) != before) == counts


def test_files_of_the_package_are_read_once(edited: set[str]) -> None:
    before = code_of(GCN)
    edited.add("gnn2mlp.teachers.gcn")  # as an editor might while the process runs the older code
    assert code_of(GCN) == before


def test_what_counts_of_a_file_of_the_package_is_all_but_its_docstrings() -> None:
    for path in sorted(Path(source.__file__).parents[1].rglob("*.py")):
        content = path.read_bytes()
        lines = content.split(b"\n")
        for text in _docstrings(ast.parse(content)):
            assert text.end_lineno is not None
            for number in range(text.lineno, text.end_lineno + 1):
                lines[number - 1] = b"\0"  # of a file of this package no docstring shares a line
        kept = [line for line in lines if line != b"\0"]
        left = source.without_docstrings(content).split(b"\n")
        assert [line for line in left if line.strip()] == [line for line in kept if line.strip()], path


def _docstrings(tree: ast.AST) -> Iterator[ast.Expr]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            first = node.body[0] if node.body else None
            if isinstance(first, ast.Expr) and isinstance(getattr(first.value, "value", None), str):
                yield first


def test_importing_a_name_depends_on_where_it_is_defined() -> None:
    found = modules_of("gnn2mlp.methods.glnn")
    assert {"gnn2mlp.objectives.soft_labels", "gnn2mlp.objectives._base"} <= found
    assert not {"gnn2mlp.objectives", "gnn2mlp.objectives.reliable_neighbours"} & found


def test_imports_are_read_from_syntax() -> None:
    text = '''
"""
from nowhere import something
"""
from typing import TYPE_CHECKING
import a.b, c as d
from e import (
    f,
    g as h,
)
if TYPE_CHECKING:
    import never
else:
    import always
def function():
    from . import inner
    try:
        from ..up import name
    except ImportError:
        import fallback
    with open("x"):
        for _ in "":
            match 1:
                case 1:
                    import deep
class Here: ...
there: int = 1
'''
    found = parse_source(text.encode())
    assert {(i.module, i.name, i.bound) for i in found.imports} == {
        ("typing", "TYPE_CHECKING", "TYPE_CHECKING"),
        ("a.b", None, "a"),
        ("c", None, "d"),
        ("e", "f", "f"),
        ("e", "g", "h"),
        ("always", None, "always"),
        (".", "inner", "inner"),
        ("..up", "name", "name"),
        ("fallback", None, "fallback"),
        ("deep", None, "deep"),
    }
    assert found.defines == {"function", "Here", "there"}
    assert [i.module for i in found.shown] == ["never"]


def test_a_class_from_outside_counts_with_its_neighbours_and_what_it_takes_from_here(write: Write) -> None:
    write(
        mine="from helper import LR\nfrom gnn2mlp.teachers import Teacher\nimport numpy\nclass Mine: lr = LR\n",
        helper="LR = 1\n",
        stranger="X = 1\n",
    )
    mine = importlib.import_module("mine").Mine
    assert {"mine", "helper", "gnn2mlp.teachers._base"} <= modules_of("mine")
    assert not {"stranger", "numpy"} & modules_of("mine")
    before = code_of(mine)
    write(stranger="X = 2\n")
    assert code_of(mine) == before
    write(helper="LR = 22\n")
    after = code_of(mine)
    assert after != before
    write(mine="from helper import LR\nclass Mine: rate = LR\n")
    assert code_of(mine) != after


def test_packages_pass_names_on(write: Write) -> None:
    write(
        pack__init="""
            import importlib
            from typing import TYPE_CHECKING
            if TYPE_CHECKING:
                from pack.shown import SHOWN
            from .first import First
            from pack.second import Second as Renamed
            HERE = 1
            def __getattr__(name):
                if name == "Late": return getattr(importlib.import_module("pack.late"), name)
                raise AttributeError(name)
        """,
        pack__first="class First: ...\n",
        pack__second="class Second: ...\n",
        pack__late="class Late: ...\n",
        pack__shown="SHOWN = (1, 2)\n",
        pack__deep="from . import first\nfrom .second import Second\n",
        a="from pack import First\n",
        b="from pack import Renamed\n",
        c="from pack import late\n",
        d="from pack import Late\n",
        e="from pack import HERE\n",
        f="import pack.deep\n",
        g="from pack import *\n",
        h="def later(): from pack import SHOWN\n",
    )
    for name, expected in {
        "a": {"pack.first"},
        "b": {"pack.second"},
        "c": {"pack.late"},
        "d": {"pack", "pack.first", "pack.second", "pack.late"},
        "e": {"pack", "pack.first", "pack.second"},
        "f": {"pack.deep", "pack.first", "pack.second"},
        "g": {"pack", "pack.first", "pack.second"},
        "h": {"pack.shown"},
    }.items():
        importlib.import_module(name)
        assert modules_of(name) == {name, *expected}, name


def test_a_constant_that_a_package_offers_late_is_found() -> None:
    assert "gnn2mlp.evaluate.scores" in modules_of("gnn2mlp.report.results")  # for a tuple, POPULATIONS


def test_a_package_may_import_its_own_modules_by_its_name() -> None:
    found = modules_of("gnn2mlp.deploy.onnx_columns")
    assert {"gnn2mlp.deploy.onnx_encoders.others", "gnn2mlp.deploy.onnx_encoders.numbers"} <= found


def define(text: str) -> dict[str, object]:
    names: dict[str, object] = {"__name__": "a notebook"}
    exec(textwrap.dedent(text), names)
    return names


def test_a_class_without_a_file_counts_with_what_it_refers_to() -> None:
    text = """
        from gnn2mlp.core.seeds import derive
        class Layer:
            def forward(self): return derive(1, "x")
        class Mine:
            def build(self): return [Layer() for _ in range(WIDTH)]
            @property
            def size(self): return 1
    """
    mine = define(text)["Mine"]
    assert code_of(mine) == code_of(define(text)["Mine"])
    assert code_of(mine) != code_of(define(text.replace("return 1", "return 2"))["Mine"])
    assert code_of(mine) != code_of(define(text.replace("range(WIDTH)", "range(2)"))["Mine"])


def test_a_class_without_a_file_follows_the_package(edited: set[str]) -> None:
    text = """
        from gnn2mlp.core.seeds import derive
        def layer(): return derive(1, "x")
        class Mine:
            def build(self): return layer()
    """
    mine = define(text)["Mine"]
    before = code_of(mine)
    edited.add("gnn2mlp.core.seeds")
    forget_sources()
    assert code_of(mine) != before


def test_libraries_do_not_count() -> None:
    import torch

    assert locate("torch") is None
    assert code_of(torch.nn.Linear) == code_of(torch.nn.ReLU)


def test_the_head_of_a_module_has_all_its_imports() -> None:
    paths = [path for path in Path(source.__file__).parents[1].rglob("*.py") if path.name != "__init__.py"]
    assert len(paths) > 100
    for path in paths:
        content = path.read_bytes()
        head, whole = source.head_source(content), parse_source(content)
        assert (head.imports, head.digest) == (whole.imports, whole.digest), path


@pytest.mark.parametrize(
    "text",
    [
        "import a\nx = 1\n",
        "from a import (\n    b,\n    c,\n)\nx = (1)\n",
        "from a import b  # (not this)\nx = 1\n",
        "import a\ndef f():\n    import b\n",
        "import a\nx = '''\nfrom there to here\n'''\n",
        "x = 1; import a\n",
        "x = 1\n",
        "",
    ],
)
def test_however_they_are_written(text: str) -> None:
    assert source.head_source(text.encode()).imports == parse_source(text.encode()).imports

"""Imports point downwards only, and what ships to production loads no graph library."""

import configparser
import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
GRAPH = {"torch_geometric", "torch_scatter", "ogb", "dgl"}


def _lint(folder: Path) -> subprocess.CompletedProcess[str]:
    command = "from importlinter.cli import lint_imports; raise SystemExit(lint_imports(no_cache=True))"
    return subprocess.run([sys.executable, "-c", command], cwd=folder, capture_output=True, text=True, check=False)


def _loaded(statement: str) -> set[str]:
    """Top-level modules in a fresh process after `statement`."""
    command = f"{statement}\nimport sys\nprint(*{{name.split('.')[0] for name in sys.modules}})"
    done = subprocess.run([sys.executable, "-c", command], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return set(done.stdout.split())


def test_import_contracts_hold() -> None:
    done = _lint(ROOT)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "2 kept, 0 broken" in done.stdout


@pytest.mark.parametrize(
    ("importer", "statement", "contract"),
    [
        ("core", "import gnn2mlp.nn", "Imports point downwards only BROKEN"),
        ("deploy", "import torch_geometric", "What ships imports no graph library BROKEN"),
    ],
)
def test_a_wrong_import_is_noticed(tmp_path: Path, importer: str, statement: str, contract: str) -> None:
    """The contracts of the project on a hollow package with one wrong import."""
    settings = configparser.ConfigParser()
    settings.read(ROOT / "setup.cfg")
    names = settings["importlinter:contract:layers"]["layers"].replace("|", " ").split()
    (tmp_path / "setup.cfg").write_text((ROOT / "setup.cfg").read_text())
    for name in names:
        (tmp_path / "gnn2mlp" / name).mkdir(parents=True)
        (tmp_path / "gnn2mlp" / name / "__init__.py").write_text(statement if name == importer else "")
    (tmp_path / "gnn2mlp" / "__init__.py").touch()
    done = _lint(tmp_path)
    assert done.returncode == 1, done.stdout + done.stderr
    assert contract in done.stdout
    assert "1 kept, 1 broken" in done.stdout


def test_the_version_costs_no_heavy_import() -> None:
    assert not {"torch", "numpy", *GRAPH} & _loaded("import gnn2mlp; gnn2mlp.__version__")


def test_what_ships_loads_no_graph_library() -> None:
    parts = ("core.artefact", "nn", "knowledge", "tables", "objectives", "students", "deploy")
    loaded = _loaded("".join(f"import gnn2mlp.{part}\n" for part in parts) + "from gnn2mlp import Predictor")
    assert "torch" in loaded
    assert not GRAPH & loaded


def test_the_estimator_loads_no_graph_library_before_fit() -> None:
    if importlib.util.find_spec("gnn2mlp.estimators") is None:
        pytest.skip("gnn2mlp.estimators is not part of this checkout")
    loaded = _loaded("from gnn2mlp import NodeClassifier\nNodeClassifier()")
    assert "torch" in loaded
    assert not GRAPH & loaded


def test_a_job_starts_without_libraries_that_few_jobs_read() -> None:
    loaded = _loaded("import gnn2mlp.pipeline")
    assert "torch" in loaded
    assert not {"sklearn", "pandas", "networkx", "optuna", "duckdb", *GRAPH} & loaded


def test_a_graph_library_is_noticed() -> None:
    assert "torch_geometric" in _loaded(
        "import sys\nsys.modules['torch_geometric.nn'] = sys"
    )  # cheaper than the real one

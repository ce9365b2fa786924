"""Every notebook runs from top to bottom, and is the pair of its text."""

import importlib.util
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import nbformat
import pytest
from nbclient import NotebookClient

CHECKOUT = Path(__file__).resolve().parents[1]
FOLDER = CHECKOUT / "notebooks"
# Makes trainings short in whatever a notebook starts.
SHORT = Path(__file__).parent / "short"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))
# A notebook calls the library: what takes more lines than this in one cell is glue, for which the library lacks a call.
LONGEST = 20


@pytest.fixture(scope="module")
def kernels(tmp_path_factory: pytest.TempPathFactory, python: Path) -> Path:
    """A folder for `JUPYTER_PATH` with the kernel `forked`, which starts at once."""
    folder = tmp_path_factory.mktemp("jupyter")
    kernel = folder / "kernels" / "forked"
    kernel.mkdir(parents=True)
    started = [str(python), "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    about = {"argv": started, "display_name": "Python 3", "language": "python"}
    (kernel / "kernel.json").write_text(json.dumps(about))
    return folder


@pytest.fixture
def pair() -> ModuleType:
    """The script that writes the pairs, as a module of its own."""
    spec = importlib.util.spec_from_file_location("pair", FOLDER / "pair.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_there_is_a_notebook_to_start_with():
    assert NOTEBOOKS[0].name == "01_first_student.ipynb"


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_runs_without_an_error(path: Path, tmp_path: Path, kernels: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(SHORT), str(CHECKOUT), os.environ.get("PYTHONPATH", "")]))
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    monkeypatch.setenv("GNN2MLP_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("GNN2MLP_DATA", str(tmp_path))  # where there are none
    monkeypatch.setenv("JUPYTER_PATH", str(kernels))
    notebook = nbformat.read(path, as_version=4)
    client = NotebookClient(
        notebook, timeout=300, kernel_name="forked", resources={"metadata": {"path": str(tmp_path)}}
    )
    client.execute()  # raises CellExecutionError where a cell fails
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert [cell.execution_count for cell in cells] == list(range(1, len(cells) + 1))
    outputs = [output for cell in cells for output in cell.outputs]
    assert not [output.text for output in outputs if output.get("name") == "stderr"], "a reader sees warnings"
    assert not [output for output in outputs if "<progress" in output.get("data", {}).get("text/html", "")], "bars stay"
    assert any({"image/png", "text/html"} & output.get("data", {}).keys() for output in outputs)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_is_committed_without_outputs(path: Path):
    cells = [cell for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"]
    assert not [cell.source for cell in cells if cell.outputs or cell.execution_count]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_is_thin_and_explains_itself(path: Path):
    cells = nbformat.read(path, as_version=4).cells
    assert cells[0].source.startswith("# ")
    code = [cell.source for cell in cells if cell.cell_type == "code"]
    assert not [source for source in code if len([line for line in source.splitlines() if line.strip()]) > LONGEST]
    linked = [name for cell in cells for name in re.findall(r"\]\((\w+\.ipynb)\)", cell.source)]
    assert not [name for name in linked if not (FOLDER / name).exists()]


def test_pairs_agree():
    found = subprocess.run([sys.executable, FOLDER / "pair.py", "--check"], capture_output=True, text=True)
    assert (found.returncode, found.stdout) == (0, "")


def test_a_pair_that_does_not_agree_is_named_and_mended(
    pair: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    (tmp_path / "01_a.py").write_text("# %% [markdown]\n# # Title\n\n# %%\n1 + 1\n")
    monkeypatch.setattr(pair, "HERE", tmp_path)
    monkeypatch.setattr(sys, "argv", ["pair.py", "--check"])
    assert pair.main() == 1
    assert "01_a: .py and .ipynb do not agree" in capsys.readouterr().out
    monkeypatch.setattr(sys, "argv", ["pair.py"])
    assert pair.main() == 0
    assert pair.disagreeing() == []
    made = (tmp_path / "01_a.ipynb").read_text()
    assert [cell.source for cell in nbformat.reads(made, 4).cells] == ["# Title", "1 + 1"]
    assert pair.main() == 0
    assert (tmp_path / "01_a.ipynb").read_text() == made
    (tmp_path / "01_a.py").write_text("# %% [markdown]\n# # Title\n\n# %%\n1 + 2\n")
    assert pair.disagreeing() == ["01_a"]
    (tmp_path / "01_a.py").unlink()
    assert pair.disagreeing() == ["01_a"]  # a notebook without its text

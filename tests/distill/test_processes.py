"""Two processes, started by torchrun, against one: the same student but for rounding, killed or not."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from gnn2mlp.core.artefact import Artefact, load
from gnn2mlp.tables import RowTable
from tests.distill.processes import main
from tests.rowtables import tiny_table

ROOT = Path(__file__).parents[2]
GLNN = ("glnn", "batch", "float64")
ABORTED = "terminate called without an active exception"  # C++ about a thread that nobody joined: no code of ours

pytestmark = pytest.mark.skipif(
    not torch.distributed.is_available() or sys.platform != "linux", reason="needs torch.distributed"
)


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> RowTable:
    return tiny_table(tmp_path_factory.mktemp("rows"), 300)


@pytest.fixture(scope="module")
def few(tmp_path_factory: pytest.TempPathFactory) -> RowTable:
    """For steps of a row or two, of which there are as many as rows."""
    return tiny_table(tmp_path_factory.mktemp("few"), 60)


@pytest.fixture(scope="module")
def shared(table: RowTable, python: Path, tmp_path_factory: pytest.TempPathFactory) -> Artefact:
    return together(python, table, tmp_path_factory.mktemp("shared") / "two", *GLNN)


def together(python: Path, table: RowTable, out: Path, *words: str, restarts: int = 0) -> Artefact:
    """The outcome of two processes. If torch aborted one of them, which happens once in many runs, of two others."""
    launch = [python, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2", "--no-python"]
    launch += ["--max-restarts", str(restarts), python, "-m", "tests.distill.processes", str(table.folder)]
    for attempt in range(3):
        folder = out.with_name(f"{out.name}-{attempt}")
        command = [*launch, str(folder), *words]
        told = {**os.environ, "PYTHONFAULTHANDLER": "1"}  # what aborts says where
        done = subprocess.run(command, cwd=ROOT, env=told, capture_output=True, text=True, check=False, timeout=300)
        if done.returncode == 0 or ABORTED not in done.stderr:
            break
    assert done.returncode == 0, done.stderr
    return load(folder, "outcome")


def alone(table: RowTable, out: Path, *words: str) -> Artefact:
    try:
        main(str(table.folder), str(out), *words)
    finally:
        torch.set_default_dtype(torch.float32)
    return load(out, "outcome")


def test_two_processes_train_the_student_of_one(tmp_path: Path, table: RowTable, shared: Artefact) -> None:
    """In double precision, so that whatever is not rounding shows: statistics of norms, shares of labelled rows."""
    one = alone(table, tmp_path / "one", *GLNN)
    for name, value in one.tensors.items():
        torch.testing.assert_close(shared.tensors[name], value, rtol=1e-9, atol=1e-9)
    assert shared.card["loss"] == pytest.approx(one.card["loss"], rel=1e-9)
    assert shared.card["valid"] == one.card["valid"]


def test_what_a_pass_does_not_reach_stays_as_it_is(tmp_path: Path, table: RowTable, python: Path) -> None:
    """Adam leaves alone what has no gradient, and moves what has one of zero: so must it where gradients are summed."""
    words = ("vqgraph", "none", "float32")
    one, two = alone(table, tmp_path / "one", *words), together(python, table, tmp_path / "two", *words)
    assert two.card["loss"] == pytest.approx(one.card["loss"], rel=1e-3)


def test_a_process_without_rows_has_no_say_in_what_is_left_alone(tmp_path: Path, few: RowTable, python: Path) -> None:
    """With a row a step one of the two always waits; its zeros must not move what the other's pass does not reach."""
    words = ("vqgraph", "none", "float64", "0", "1")
    one, two = alone(few, tmp_path / "one", *words), together(python, few, tmp_path / "two", *words)
    assert two.card["loss"] == pytest.approx(one.card["loss"], rel=1e-6)
    for name, value in one.tensors.items():
        torch.testing.assert_close(two.tensors[name], value, rtol=1e-6, atol=1e-6)


def test_a_process_without_rows_asks_as_often_as_the_others(tmp_path: Path, few: RowTable, python: Path) -> None:
    """Norms exchange their statistics at every question, of which a term may have several a step."""
    words = ("consistency", "batch", "float64", "0", "2")
    one, two = alone(few, tmp_path / "one", *words), together(python, few, tmp_path / "two", *words)
    # Of the first epoch: normalised over two rows, what is rounded soon decides which side a row is on.
    assert two.card["loss"][0] == pytest.approx(one.card["loss"][0], rel=1e-6)


def test_a_process_killed_in_the_middle_changes_nothing(
    tmp_path: Path, table: RowTable, python: Path, shared: Artefact
) -> None:
    killed = together(python, table, tmp_path / "killed", *GLNN, "20", restarts=1)
    assert (shared.card["restarts"], killed.card["restarts"]) == ("0", "1")
    assert killed.card["loss"] == shared.card["loss"]
    assert all(torch.equal(killed.tensors[name], value) for name, value in shared.tensors.items())

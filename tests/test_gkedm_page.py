"""The page of GNN students says what the results say; a line of the script is what the models score."""

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from gnn2mlp.distill import Distiller
from tests.tiny import tiny_views

BENCHMARKS = Path(__file__).resolve().parents[1] / "benchmarks"


@pytest.fixture(scope="module")
def board() -> Iterator[ModuleType]:
    """The script as a module, its folder on the path."""
    sys.path.insert(0, str(BENCHMARKS))
    try:
        yield importlib.import_module("gkedm")
    finally:
        sys.path.remove(str(BENCHMARKS))
        sys.modules.pop("gkedm", None)


def test_the_page_is_made_of_the_results(board: ModuleType) -> None:
    assert (BENCHMARKS / "GNN_STUDENTS.md").read_text() == board.page(board.read())


def test_a_split_has_a_line_for_each_model(board: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(board, "STUDENTS_OF_BOARD", {k: board.STUDENTS_OF_BOARD[k] for k in _FEW})
    found = list(board.lines(tiny_views("inductive"), 0, Distiller(epochs=3), {"hidden": 8, "epochs": 3}))
    assert [line["model"] for line in found] == [board.BASE, board.ENHANCED, *_FEW]
    assert all(0 <= line[population] <= 1 for line in found for population in board.POPULATIONS)


_FEW = ("GCN-8, soft labels and maps of gkedm", "MLP, soft labels and maps of gkedm")


def test_differences_are_paired_by_split(board: ModuleType) -> None:
    line = {"split": "a", "ratio": 0.5, "seen": 0.5, "unseen": 0.5}
    one = [{**line, "seed": seed, "seen": 0.5 + 0.01 * (seed + 1)} for seed in range(3)]
    other = [{**line, "seed": seed} for seed in range(3)]
    assert board._difference(one, other, "seen").startswith("+2.0 (")

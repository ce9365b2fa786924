"""The page of objectives says what its lines say, and claims no more than intervals allow."""

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from gnn2mlp.studies import ledger

BENCHMARKS = Path(__file__).resolve().parents[1] / "benchmarks"


@pytest.fixture(scope="module")
def objectives() -> Iterator[ModuleType]:
    """The script as a module, its folder on the path."""
    sys.path.insert(0, str(BENCHMARKS))
    try:
        yield importlib.import_module("objectives")
    finally:
        sys.path.remove(str(BENCHMARKS))
        sys.modules.pop("objectives", None)


def line(row: str, seed: int, unseen: float, dataset: str = "cpf-cora") -> dict[str, Any]:
    split = {"digest": str(seed), "train": 140, "valid": 210, "seen": 1708, "unseen": 427}
    scores = {"seen": 0.8, "unseen": unseen, "test": 0.79}
    return {"row": row, "dataset": dataset, "seed": seed, "split": split, "scores": scores, "seconds": 2.0}


def test_the_page_is_made_of_the_lines(objectives: ModuleType) -> None:
    assert (BENCHMARKS / "OBJECTIVES.md").read_text() == objectives.page(ledger.read(objectives.RESULTS))


def test_every_row_can_be_trained(objectives: ModuleType) -> None:
    board = objectives.Board(objectives.RunConfig(dataset="digits", recipe=False).resolve(), None)
    for entry in objectives.ENTRIES.values():
        config = board.of_entry(entry)
        assert {**config.distill, **entry.distill} == config.distill
    assert objectives.BASE in objectives.ENTRIES


def test_only_differences_beyond_chance_are_claimed(objectives: ModuleType) -> None:
    clear, vague = "+ 0.1 `sinkhorn`", "+ 0.1 `decoupled`"
    lines = []
    for seed in range(10):
        wobble = 0.001 * (seed % 2)
        lines += [
            line(objectives.BASE, seed, 0.7),
            line(clear, seed, 0.75 + wobble),
            line(vague, seed, 0.68 + 50 * wobble),
        ]
    found = objectives.verdict(lines)
    assert f"Better than soft labels on these graphs beyond chance: {clear} (cpf-cora unseen)." in found
    assert "- Worse: none." in found
    assert vague not in found
    table = objectives.table(lines)
    assert "| **+5.05** [" in table
    assert "| +0.50 [" in table
    assert f"| {objectives.BASE} | 80.00 ± 0.00 | 70.00 ± 0.00 |" in table


def test_more_comparisons_widen_the_intervals(objectives: ModuleType) -> None:
    row = "+ 0.1 `sinkhorn`"
    scores = [0.70, 0.72, 0.69, 0.73]
    lines = [line(objectives.BASE, seed, 0.7) for seed in range(4)]
    lines += [line(row, seed, score) for seed, score in enumerate(scores)]
    one, many = (objectives.compared(lines, count)[row, "cpf-cora", "unseen"] for count in (1, 60))
    assert many.low < one.low < many.difference == one.difference

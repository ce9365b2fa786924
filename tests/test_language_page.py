"""The page of language models says what its lines say, and which aims were reached."""

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from gnn2mlp.methods import METHODS
from gnn2mlp.studies import ledger

BENCHMARKS = Path(__file__).resolve().parents[1] / "benchmarks"


@pytest.fixture(scope="module")
def language() -> Iterator[ModuleType]:
    """The script as a module, its folder on the path."""
    sys.path.insert(0, str(BENCHMARKS))
    try:
        yield importlib.import_module("language")
    finally:
        sys.path.remove(str(BENCHMARKS))
        sys.modules.pop("language", None)


def line(row: str, seed: int, seen: float, kind: str = "student") -> dict[str, Any]:
    split = {"digest": str(seed), "train": 140, "valid": 210, "seen": 1500, "unseen": 370}
    return {"kind": kind, "row": row, "seed": seed, "split": split, "scores": {"seen": seen, "unseen": 0.75}}


def test_the_page_is_made_of_the_lines(language: ModuleType) -> None:
    assert (BENCHMARKS / "LANGUAGE.md").read_text() == language.page(ledger.read(language.RESULTS))


def test_students_that_need_the_graph_stand_apart(language: ModuleType) -> None:
    lines = [line(name, seed, 0.80 + 0.01 * seed) for name in language.STUDENTS_OF for seed in range(3)]
    told = language.page(lines)
    above, below = told.split("## Students that need the graph")
    assert all(name in below and f"| {name} |" not in above for name in language.NEEDING)
    assert "need the graph" in below
    assert language.networks(lines[:3]) == []


def test_each_student_names_a_teacher_and_a_method_that_are_there(language: ModuleType) -> None:
    for entry in language.STUDENTS_OF.values():
        assert entry.teacher is None or entry.teacher in language.TEACHERS_OF
        entry.method.build(METHODS)
    assert {row for row, *_ in language.TARGETS} <= set(language.STUDENTS_OF)


def test_aims_are_reached_or_missed_by_the_figures(language: ModuleType) -> None:
    best = f"GLNN of {language.BEST}"
    lines = [line(language.PLAIN, seed, 0.78) for seed in range(3)]
    lines += [line(best, seed, 0.80 + 0.001 * seed) for seed in range(3)]
    told = language.targets(lines).splitlines()
    assert len(told) == 4
    assert "+2.1" in told[2]
    assert told[2].endswith("reached |")
    assert "| 80.10 ± 0.08 | 75.00 ± 0.00 |" in language.students_table(lines)
    fewer = [line(best, seed, 0.79) for seed in range(3)] + lines[:3]
    assert language.targets(fewer).splitlines()[2].endswith("missed |")

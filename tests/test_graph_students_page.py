"""The page of students of whole graphs says what its lines say."""

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

BENCHMARKS = Path(__file__).resolve().parents[1] / "benchmarks"


@pytest.fixture(scope="module")
def script() -> Iterator[ModuleType]:
    """The script as a module."""
    sys.path.insert(0, str(BENCHMARKS))
    try:
        yield importlib.import_module("graph_students")
    finally:
        sys.path.remove(str(BENCHMARKS))
        sys.modules.pop("graph_students", None)


def line(model: str, seed: int, test: float) -> dict[str, Any]:
    return {"dataset": "d", "seed": seed, "model": model, "split": str(seed), "valid": test, "test": test}


def test_the_page_is_up_to_date(script: ModuleType) -> None:
    assert script.PAGE.read_text(encoding="utf-8") == script.page(script.read())


def test_differences_are_paired_and_a_single_fold_has_no_interval(script: ModuleType) -> None:
    lines = [line(model, seed, score) for model, by in MADE.items() for seed, score in enumerate(by)]
    assert "| soft labels | 63.3 | 63.3 | -10.0 (-" in script.page(lines)
    one = [each for each in lines if each["seed"] == 0]
    assert "| soft labels | 60.0 | 60.0 | -10.0 |" in script.page(one)


MADE = {"labels alone": [0.7, 0.8, 0.7], "soft labels": [0.6, 0.65, 0.65]}

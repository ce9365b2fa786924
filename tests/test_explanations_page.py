"""The page of explanations says what the results say, and the script measures what the package explains."""

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
    """The script as a module, its folder on the path."""
    sys.path.insert(0, str(BENCHMARKS))
    try:
        yield importlib.import_module("explanations")
    finally:
        sys.path.remove(str(BENCHMARKS))
        sys.modules.pop("explanations", None)


def test_the_page_is_made_of_the_results(script: ModuleType) -> None:
    assert (BENCHMARKS / "EXPLANATIONS.md").read_text() == script.page(script.read())


def test_baselines_are_always_measured(script: ModuleType) -> None:
    assert [one.name for one in script.explainers()] == ["dnx", "fastdnx", "propagation", "random"]


def test_a_missed_target_is_said(script: ModuleType) -> None:
    line = {"kind": "motifs", "accuracy": 0.9, "agreement": 0.8}
    motifs = {"dnx": 0.5, "fastdnx": 0.99, "propagation": 0.9, "random": 0.1}
    lines = [{**line, "dataset": name, "seed": 0, "motifs": motifs} for name in script.MOTIFS]
    page = script.page(lines)
    assert "| ba-house | 0.900 | 0.800 | 0.500 (missed: 0.91) | 0.990 (0.965) | 0.900 | 0.100 |" in page
    assert "## Time" not in page


def test_a_gain_is_told_with_what_chance_makes_of_it(script: ModuleType) -> None:
    def line(both: float, low: float, seed: int) -> dict[str, Any]:
        cascade = {"confidence": {"accuracy": 0.8}, "router": {"accuracy": 0.81}}
        router = {"helps": seed == 0, "student": {"accuracy": 0.75}, "cascade": cascade}
        return {
            "kind": "student", "dataset": "cpf-cora", "setting": "inductive", "seed": seed, "alike": 0.77,
            "auroc": {"confidence": 0.8, "own_margin": 0.85, "both": both}, "gain": [low, 0.2],
            "quarters": {"own_margin": [0.4, 0.8, 0.9, 1.0]}, "router": router,
        }  # fmt: skip

    page = script.page([line(0.9, 0.01, 0), line(0.88, -0.01, 1)])
    assert "| cpf-cora, inductive | 0.770 | 0.800 | 0.850 | 0.890 | +0.090 (−0.037 to +0.217) | 1 of 2 | 0.40 |" in page
    assert "| cpf-cora, inductive | 1 of 2 | 75.0 | 80.0 | 81.0 |" in page
    assert ", missed: 0.02 |" in script.page([line(0.81, -0.01, 0), line(0.81, -0.01, 1)])


def test_speed_is_of_a_graph_of_the_size_that_is_asked_for(script: ModuleType) -> None:
    found = script.speed_line(nodes=400, edges=800, explained=10, turns=1)
    assert (found["nodes"], found["edges"], found["explained"]) == (400, 800, 10)
    assert all(found[one.name] >= 0 for one in script.explainers())

"""The page of forgetting says what the results say, and how they stand to the targets."""

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import torch

BENCHMARKS = Path(__file__).resolve().parents[1] / "benchmarks"


@pytest.fixture(scope="module")
def script() -> Iterator[ModuleType]:
    """The script as a module, its folder on the path."""
    sys.path.insert(0, str(BENCHMARKS))
    try:
        yield importlib.import_module("unlearning")
    finally:
        sys.path.remove(str(BENCHMARKS))
        for name in ("unlearning", "unlearning_page"):
            sys.modules.pop(name, None)


def line(distance: float, lost: float, outcome: str, kind: str = "student") -> dict[str, Any]:
    def told(far: float, score: float, outcome: str | None) -> dict[str, Any]:
        return {
            "outcome": outcome,
            "attacks": {"entropy": {"auc": 0.5 + far, "distance": far, "low": 0.0, "high": 1.0}},
            "divergence": {"forgotten": far, "retained": 0.0, "fresh": 0.0},
            "score": {"forgotten": 0.5, "retained": 0.8, "fresh": score},
            "churn": 0.1,
        }

    methods = {
        "before": told(0.1, 0.75, "not forgotten"),
        "redistil": told(distance, 0.74, "no trace"),
        "d2dgn, random": told(0.45, 0.75 - lost, outcome),
        "d2dgn, ignorant": told(distance, 0.74, "no trace"),
        "again": told(0.02, 0.74, None),
    }
    return {
        "kind": kind,
        "dataset": "cpf-cora",
        "seed": 0,
        "removal": "trial",
        "removed": {"nodes": 107, "edges": 0},
        "rows": {"forgotten": 107, "retained": 1900, "fresh": 450},
        "reference": {"entropy": 0.5},
        "methods": methods,
        "score": {key: {"retained": 0.8, "fresh": 0.74} for key in ("reference", "again")},
        "seconds": {"reference": 4.0, "redistil": 2.0, "d2dgn, random": 1.0, "d2dgn, ignorant": 1.0},
    }


def test_the_page_is_made_of_the_results(script: ModuleType) -> None:
    assert (BENCHMARKS / "UNLEARNING.md").read_text() == script.page(script.read())


def test_targets_are_said_to_be_reached_or_missed(script: ModuleType) -> None:
    page = script.page([line(0.01, 0.03, "recognisable")])
    assert "| redistil: distance | cpf-cora, 1 split | ≤ 0.03 | 0.010 | reached |" in page
    assert "| redistil: divergence, in units of another seed's | cpf-cora, 1 split | ≤ 1.5 | 0.50 | reached |" in page
    assert "| d2dgn, random: called recognisable | cpf-cora, 1 split | all splits | 1 of 1 | reached |" in page
    assert "| redistil | 0.510 | 0.010 | 0.010 | 80.0 | 74.0 | 0.50 | 1 no trace |" in page
    page = script.page([line(0.2, 0.0, "no trace"), line(0.2, 0.0, "no trace", "teacher")])
    assert "| 0 of 1 | missed |" in page
    assert "| d2dgn, random: points lost on new nodes | cpf-cora, 1 split | ≥ 2 | 0.0 | missed |" in page
    assert "| teacher, d2dgn, ignorant: distance | cpf-cora, 1 split | ≤ 0.12 | 0.200 | missed |" in page


def test_what_is_removed_is_drawn_for_each_split(script: ModuleType) -> None:
    from gnn2mlp.pipeline.unlearning.opened_run import OpenedRun
    from tests.tiny import tiny_views

    full = tiny_views("inductive").full
    found = OpenedRun.__new__(OpenedRun)
    object.__setattr__(found, "graph", full.graph)
    trial = script.removal_of("trial", found, full.split)
    assert set(full.split.seen.tolist()) <= set(trial.nodes.tolist())
    assert torch.isin(trial.nodes, full.split.train).sum() == 1
    observed = full.graph.num_nodes - full.split.unseen.numel()
    assert script.removal_of("nodes 10 %", found, full.split).counts == {"nodes": round(0.1 * observed), "edges": 0}
    edges = script.removal_of("edges 5 %", found, full.split).edges
    assert edges.size(1) > 0
    assert not torch.isin(edges, full.split.unseen).any()

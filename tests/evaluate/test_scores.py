"""Populations and their mixture."""

import numpy as np
import pytest
import torch
from torch import Tensor

from gnn2mlp.evaluate import POPULATIONS, by_population, populations, summarise
from tests.tiny import tiny_views


def test_transductive_scores_all_test_nodes() -> None:
    split = tiny_views().full.split
    found = populations(split)
    assert list(found) == ["test"]
    assert torch.equal(found["test"], split.test)
    assert by_population(split, lambda name, ids: float(ids.numel())) == {"test": 36.0}


def test_inductive_scores_seen_unseen_and_all() -> None:
    split = tiny_views("inductive").full.split
    found = populations(split)
    assert {name: ids.numel() for name, ids in found.items()} == {"seen": 29, "unseen": 7, "test": 36, "cold": 7}
    assert torch.equal(found["unseen"], split.unseen)


def test_production_mixes_seen_and_unseen() -> None:
    split = tiny_views("inductive").full.split
    given = {"seen": 0.9, "unseen": 0.4, "test": 0.7, "cold": 0.2}
    asked: list[tuple[str, int]] = []

    def score(name: str, ids: Tensor) -> float:
        asked.append((name, ids.numel()))
        return given[name]

    scores = by_population(split, score)
    assert scores == pytest.approx({"seen": 0.9, "unseen": 0.4, "production": 0.8, "test": 0.7, "cold": 0.2})
    assert list(scores) == list(POPULATIONS)
    assert sorted(asked) == [("cold", 7), ("seen", 29), ("test", 36), ("unseen", 7)]
    assert by_population(split, score, unseen_share=0.5)["production"] == pytest.approx(0.65)


def test_summary_is_numpys_mean_and_population_std() -> None:
    rows = [{"test": 0.1, "seen": 1.0}, {"test": 0.4, "seen": 1.0}, {"test": 0.4, "seen": 1.0}]
    summary = summarise(rows)
    column = np.array([0.1, 0.4, 0.4])
    assert summary["test"] == pytest.approx({"mean": column.mean(), "std": column.std()})
    assert summary["test"]["std"] == pytest.approx(0.02**0.5)
    assert summary["seen"] == {"mean": 1.0, "std": 0.0}


def test_one_seed_has_no_spread() -> None:
    assert summarise(iter([{"test": 0.5}])) == {"test": {"mean": 0.5, "std": 0.0}}

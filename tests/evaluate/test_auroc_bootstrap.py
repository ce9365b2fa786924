"""Draws that are counted, against draws that are made; ties, few rows, and rows of one kind alone."""

from collections.abc import Callable

import numpy as np
import pytest
import torch

from gnn2mlp.core.seeds import derive
from gnn2mlp.evaluate import auroc_bootstrap
from gnn2mlp.evaluate.auroc_bootstrap import bootstrap_aurocs
from gnn2mlp.evaluate.trust import auroc


def _made(score: np.ndarray, right: np.ndarray, seed: int, draws: int) -> list[float]:
    """The AUROC of rows that are really drawn."""
    random = np.random.default_rng(derive(seed, "bootstrap of an AUROC"))
    found: list[float] = []
    while len(found) < draws:
        rows = random.integers(len(score), size=len(score))
        value = auroc(torch.from_numpy(score[rows]), torch.from_numpy(right[rows]))
        found += [] if value is None else [value]
    return found


@pytest.mark.parametrize("rows", [5, 200])
@pytest.mark.parametrize("at_once", [1, 2_000_000])
@pytest.mark.parametrize("form", [lambda score: score, lambda score: score.round(), lambda score: 0 * score])
def test_counting_gives_what_drawing_gives(
    monkeypatch: pytest.MonkeyPatch, rows: int, at_once: int, form: Callable[[np.ndarray], np.ndarray]
) -> None:
    monkeypatch.setattr(auroc_bootstrap, "_AT_ONCE", at_once)
    random = np.random.default_rng(rows)
    right = np.arange(rows) % 3 > 0
    score = form(random.normal(size=rows) + right)
    found = bootstrap_aurocs({"score": score, "against it": -score}, right, seed=2, draws=30)
    assert found["score"].tolist() == _made(score, right, 2, 30)
    np.testing.assert_allclose(found["against it"], 1 - found["score"])  # the same rows


def test_rows_of_one_kind_say_nothing() -> None:
    assert bootstrap_aurocs({"score": np.arange(4.0)}, np.ones(4, dtype=bool))["score"].size == 0
    assert bootstrap_aurocs({"score": np.arange(4.0)}, np.zeros(4, dtype=bool))["score"].size == 0

"""The page of tasks says what the results say; rows are judged as the script says."""

import importlib
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest
import torch

from gnn2mlp.tasks import Regression

BENCHMARKS = Path(__file__).resolve().parents[1] / "benchmarks"


@pytest.fixture(scope="module")
def tasks() -> Iterator[ModuleType]:
    """The script as a module, its folder on the path."""
    sys.path.insert(0, str(BENCHMARKS))
    try:
        yield importlib.import_module("tasks")
    finally:
        sys.path.remove(str(BENCHMARKS))
        sys.modules.pop("tasks", None)


def test_the_page_is_made_of_the_results(tasks: ModuleType) -> None:
    assert (BENCHMARKS / "TASKS.md").read_text() == tasks.page(json.loads(tasks.RESULTS.read_text()))


def test_recall_and_precision_by_hand(tasks: ModuleType) -> None:
    # Rows are their second probability's logit; the threshold with the best F1 on the first four lies at 0.25.
    output = torch.tensor([[0.7, 0.3], [0.8, 0.2], [0.6, 0.4], [0.9, 0.1], [0.65, 0.35], [0.4, 0.6]]).log()
    labels = torch.tensor([1, 0, 1, 0, 1, 1])
    found = tasks.judged(tasks.rare(), output, labels, torch.arange(4), torch.tensor([1, 4, 5]))
    assert (found["likelier class"]["recall"], found["likelier class"]["precision"]) == (0.5, 1)
    assert (found["threshold"]["recall"], found["threshold"]["precision"]) == (1, 1)
    assert found["threshold"]["threshold"] == pytest.approx(0.25)


def test_other_tasks_have_their_own_scores(tasks: ModuleType) -> None:
    labels = torch.tensor([[1.0], [2.0]])
    found = tasks.judged(Regression(), labels, labels, torch.tensor([0]), torch.tensor([0, 1]))
    assert found["scores"]["mae"] == 0

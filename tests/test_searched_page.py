"""The page of searches says what the results say, and a search is compared with GLNN on its own split."""

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from gnn2mlp.studies import ledger

BENCHMARKS = Path(__file__).resolve().parents[1] / "benchmarks"


@pytest.fixture(scope="module")
def searched() -> Iterator[ModuleType]:
    """The script as a module, its folder on the path."""
    sys.path.insert(0, str(BENCHMARKS))
    try:
        yield importlib.import_module("searched")
    finally:
        sys.path.remove(str(BENCHMARKS))
        sys.modules.pop("searched", None)


def test_the_page_is_made_of_the_results(searched: ModuleType) -> None:
    assert searched.PAGE.read_text() == searched.page(ledger.read(searched.RESULTS), searched.made_by_hand())


def record(digest: str, unseen: float) -> dict[str, Any]:
    """A seed's record of a run."""
    scores = {"student": {"unseen": unseen}, "teacher": {"unseen": 0.9}, "mlp": {"unseen": 0.5}}
    return {"seed": 0, "split": {"digest": digest, "unseen": 20}, **scores}


def found(searched: ModuleType, glnn: dict[str, Any]) -> Any:
    """The line of a search whose best has 80 % on split `a`."""
    facts = {"dataset": "digits", "budget": 60.0, "spent": 30.0, "tried": 3}
    board = SimpleNamespace(facts=facts, best={"label": "krd of gcn"}, verdict={"warnings": []})
    return searched.line_of(board, {"seeds": [record("a", 0.8)], "environment": {}}, glnn)


def test_a_search_stands_beside_glnn(searched: ModuleType) -> None:
    page = searched.page([found(searched, record("a", 0.75))], {})
    assert "| digits | 0 | 20 | 1, 0.5 | 3 | krd of gcn | 90.0 | 80.0 |  | 75.0 | 50.0 |" in page
    assert "+5.0 points on average (the least is +5.0) from GLNN. One split" in page


def test_a_search_stands_beside_what_was_found_by_hand_on_its_split(searched: ModuleType) -> None:
    line = found(searched, record("a", 0.75))
    page = searched.page([line, {**line, "seed": 1}], {("digits", 0): 0.82})
    assert "| 90.0 | 80.0 | 82.0 | 75.0 | 50.0 |" in page
    assert "over 1 of them -2.0 points on average (the least is -2.0) from what was found by hand" in page
    assert searched.made_by_hand()["cpf-cora", 0] > 0.5


def test_another_split_is_refused(searched: ModuleType) -> None:
    with pytest.raises(ValueError, match="same split of digits"):
        found(searched, record("b", 0.75))

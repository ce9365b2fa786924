"""The page of condensed sets says what the results say, and the script measures what the package condenses."""

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from gnn2mlp.condensers import CONDENSERS
from tests.condensers.sets import graph_set, observed

BENCHMARKS = Path(__file__).resolve().parents[1] / "benchmarks"


@pytest.fixture(scope="module")
def script() -> Iterator[ModuleType]:
    """The script as a module, its folder on the path."""
    sys.path.insert(0, str(BENCHMARKS))
    try:
        yield importlib.import_module("condense")
    finally:
        sys.path.remove(str(BENCHMARKS))
        sys.modules.pop("condense", None)


def test_the_page_is_made_of_the_results(script: ModuleType) -> None:
    assert (BENCHMARKS / "CONDENSE.md").read_text() == script.page(script.read())


def test_released_thresholds_give_the_patterns_of_the_released_log(script: ModuleType) -> None:
    (line,) = [one for one in script.read() if (one["kind"], one.get("dataset")) == ("times", "ogbg-molhiv")]
    assert [one["sets"] for one in line["classes"]] == [4, 5]
    assert [one["support"] for one in line["classes"]] == [1800, 115]


def test_a_missed_target_is_said(script: ModuleType) -> None:
    def line(seed: int, row: str, score: float) -> dict[str, object]:
        size = {"trained_nodes": 200, "nodes": 60, "bytes": 500, "seconds": 1.0} if row != "size_only" else {}
        return {"kind": "nodes", "seed": seed, "row": row, "accuracy": 0.5, "roc_auc": score, **size}

    rows = {"size_only": 0.7, "mirage 250": 0.6, "random 250": 0.58, "mirage 2000": 0.61, "random 2000": 0.65}
    page = script.page([line(seed, row, score) for seed in (0, 1) for row, score in rows.items()])
    assert "random graphs is +0.020 (standard error 0.000, 2 splits), where .05 was to be reached: missed." in page
    assert "With at most 2,000 it is -0.040" in page
    assert ".62 was to be reached: missed, at 0.610" in page
    assert "alone give 0.700: no set of this size shows a network more than that" in page


def test_the_lowest_support_within_a_number_of_nodes_is_taken(script: ModuleType) -> None:
    seen = observed(graph_set())
    small = script.mirage_within(seen, 1, 60)
    assert small.trained_nodes <= 60
    assert small.card["condenser"]["support"] in script.SUPPORTS
    lower = [one for one in script.SUPPORTS if one < small.card["condenser"]["support"]]
    more = CONDENSERS.get("mirage")(depth=1, support=lower[0]).condense(seen)
    assert more.trained_nodes > 60

from pathlib import Path
from typing import Any

import pytest

from gnn2mlp.explainers import FastDnX
from gnn2mlp.report.explain_report import explain_grids, headline, nodes_grid, quarters_grid, write_explain_report
from tests.explainers.surrogates import explained
from tests.report.test_run_report import Page


def _row(method: str, top: int, sufficiency: float, gain: list[float] | None) -> dict[str, Any]:
    row: dict[str, Any] = {"method": method, "top": top, "nodes": 50}
    for measure, value in (("sufficiency", sufficiency), ("necessity", 0.2)):
        row |= {measure: value, f"{measure}_low": value - 0.05, f"{measure}_high": value + 0.05}
        if gain is not None:
            row[f"{measure}_gain"] = gain
    return row


@pytest.fixture
def results() -> dict[str, Any]:
    return {
        "config": {"dataset": {"name": "tiny <b>"}, "teacher": {"name": "gcn"}, "setting": "transductive"},
        "graph": {"name": "tiny", "nodes": 60, "class_counts": {"a": 1, "b & c": 2}},
        "environment": {"device": "cpu"},
        "citations": {"explainer": "Pereira et al."},
        "seeds": [{"seed": 0, "split": {"train": 3}}],
        "explainer": {"name": "fastdnx"},
        "surrogate": {"hops": 2, "reads": "own", "agreement": 0.97, "divergence": 0.01},
        "faithfulness": [
            _row("fastdnx", 5, 0.9, [0.02, 0.2]),
            _row("fastdnx", 10, 0.94, [0.01, 0.2]),
            _row("random", 5, 0.7, None),
            _row("random", 10, 0.8, None),
        ],
        "motifs": [{"method": "fastdnx", "nodes": 10, "accuracy": 0.985}],
        "nodes": [
            {
                "node": 3,
                "name": "x <i>",
                "teacher": 1,
                "confidence": 0.8,
                "agrees": True,
                "own_margin": -0.25,
                "neighbours_margin": 1.5,
                "margin": 1.3,
                "reached": 4,
                "top": [["7", 0.5], ["x <i>", 0.25]],
                "features": [["word", -0.5]],
            }
        ],
        "notes": ["1 of the nodes have no neighbour"],
        "student": {
            "nodes": 20,
            "agreement": 0.9,
            "auroc": {"own_margin": 0.87, "confidence": None},
            "quarters": [0.7, 0.9, 1.0, 1.0],
        },
    }


def test_a_whole_page(results: dict[str, Any], tmp_path: Path) -> None:
    graph, surrogate = explained()
    write_explain_report(results, FastDnX().explain(surrogate, [3]), graph, tmp_path / "explain.html")
    page = Page((tmp_path / "explain.html").read_text(encoding="utf-8"))
    assert page.open == []
    assert [tag for tag, _ in page.elements].count("svg") == 3
    for words in ("x <i>", "tiny <b>", "b & c", "97.0 % of nodes held out", "no neighbour", "gnn2mlp explain --config"):
        assert words in page.text.replace("\u00a0", " ")
    ids = [attrs["id"] for _, attrs in page.elements if "id" in attrs]
    assert len(ids) == len(set(ids))


def test_the_headline_says_what_chance_allows(results: dict[str, Any]) -> None:
    assert headline(results) == (
        "The 10 nodes named first suffice for 94 % (89 to 99) of the teacher's answers; as many random ones for 80 % "
        "(75 to 85)."
    )
    results["faithfulness"][1]["sufficiency_gain"] = [-0.01, 0.1]
    assert headline(results).endswith("(75 to 85), which is within chance.")
    results["explainer"]["name"] = "random"
    assert headline(results) == "The 10 nodes named first suffice for 80 % (75 to 85) of the teacher's answers."
    results["surrogate"]["agreement"] = 0.5
    assert "its explanations are of another model" in headline(results)


def test_tables_without_rows_are_left_out(results: dict[str, Any]) -> None:
    assert len(explain_grids(results)) == 3
    assert quarters_grid(results).rows[0] == ["least", "70.0"]
    results["motifs"] = []
    del results["student"]
    assert len(explain_grids(results)) == 1
    assert quarters_grid(results).rows == []


def test_a_node_is_told_with_its_parts(results: dict[str, Any]) -> None:
    assert nodes_grid(results).rows == [["x <i>", "b & c", "−0.25", "1.50", "7, x <i>", "word (−0.50)"]]

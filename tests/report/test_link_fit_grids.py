"""Tables of a fit of links."""

from typing import Any

from gnn2mlp.report.link_fit_grids import (
    link_difference_grids,
    link_score_grids,
    link_split_line,
    link_tables_grid,
    model_name,
    pairs_grid,
)

MODELS = ("teacher", "heuristic", "mlp", "student")


def fit_results(production: bool = True) -> dict[str, Any]:
    """Results of a fit of links, as far as tables read them."""
    one = {"value": 0.91234, "low": 0.9, "high": 0.92, "nodes": 1500}
    apart = {"value": 0.02, "low": -0.01, "high": 0.05, "nodes": 1500}
    populations = ["overall", *(["old-old", "old-new", "new-new"] if production else [])]
    split = {
        "train": 900,
        "valid": 50,
        "test": 1500,
        "extra": 10 if production else 0,
        "known": 0,
        "valid_negatives": 50,
    }
    split |= {"test_negatives": 1500, "new": 40 if production else 0, "pairs": dict.fromkeys(populations, 500)}
    split["setting"] = "production" if production else "transductive"
    column = {
        "name": "text",
        "dtype": "string",
        "kind": "text",
        "encoder": "text",
        "width": 8,
        "gaps": 0,
        "reason": "r",
    }
    return {
        "intervals": {name: {m: dict.fromkeys(MODELS, one) for m in ("auc", "hits@20")} for name in populations},
        "differences": {name: {"auc": dict.fromkeys(MODELS[:3], apart)} for name in populations},
        "heuristic_name": "aa",
        "verdict": {"sentence": "Distilling pays here.", "pays": True},
        "data": {
            "nodes": {"file": "pages.csv", "rows": 400, "id": "page", "id_type": "string"},
            "edges": {
                "file": "links.csv", "given": 2000, "dangling": 1, "duplicate": 2, "self_loops": 0, "kept": 1999,
                "linked_pairs": 1900, "weighted": False, "lost_ends": ["'x'"],
            },
            "degrees": {"isolated": 3, "mean": 9.5, "median": 9.0, "90 %": 12.0, "99 %": 14.0, "most": 20},
            "columns": [column],
            "features": 8,
            "split": {"by": "time", "column": "since", **split},
            "warnings": [{"what": "few test links: 5 new-new", "remedy": "give more edges"}],
        },
        "shipped": {"refit": True, "links": 1900, "path": "model"},
        "onnx": "embedder.onnx, decoder.onnx",
    }  # fmt: skip


def test_both_metrics_stand_side_by_side_for_every_group() -> None:
    grids = link_score_grids(fit_results())
    assert [grid.title.split(":")[0] for grid in grids] == [
        "All", "Of two old nodes", "Of an old and a new node", "Of two new nodes"
    ]  # fmt: skip
    assert grids[0].head == ["", "ROC-AUC", "95 % interval", "Hits@20", "95 % interval"]
    assert grids[0].rows[0] == ["Student", "91.2", "90.0 to 92.0", "91.2", "90.0 to 92.0"]
    (alone,) = link_score_grids(fit_results(production=False))
    assert alone.title == "All: 1,500 test links, %"


def test_a_metric_that_is_not_defined_has_a_mark() -> None:
    grid = link_difference_grids(fit_results())[0]
    assert [row[0] for row in grid.rows] == ["Plain MLP", "Teacher", "Best heuristic"]
    assert grid.rows[0][1].startswith("+2.0")
    assert grid.rows[0][3] == grid.rows[0][4] != ""


def test_tables_tell_what_links_are_for() -> None:
    data = fit_results()["data"]
    assert "labelled" not in [row[0] for row in link_tables_grid(data).rows]
    assert [row[0] for row in pairs_grid(data).rows] == ["900", "50", "1,500", "10", "1,500"]
    assert link_split_line(data).startswith("40 of 400 nodes come after training, the newest by since; tested are 500")
    assert "All 400 nodes are known" in link_split_line(fit_results(production=False)["data"])
    assert model_name("student") == "Student"

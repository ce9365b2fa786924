"""Tables of a fit of whole graphs."""

from typing import Any

from gnn2mlp.explore.formatting import MISSING
from gnn2mlp.report.graph_fit_grids import (
    classes_grid,
    graph_columns_grid,
    graph_fit_grids,
    graph_labels_grid,
    graph_split_line,
    graph_tables_grid,
    other_scores_grid,
    tasks_grid,
)

MODELS = ("teacher", "student", "mlp", "bag_of_labels", "size_only")


def fit_results(tasks: bool = False) -> dict[str, Any]:
    """Results of a fit of whole graphs, as far as tables read them."""
    one = {"test": {"value": 0.81234, "low": 0.75, "high": 0.86, "nodes": 200}}
    apart = {"test": {"value": 0.02, "low": -0.01, "high": 0.05, "nodes": 200}}
    spread = {"least": 3, "mean": 17.9, "median": 17.0, "most": 28}
    error = {"nodes": 200, "accuracy": 0.81, "before": 0.1, "after": 0.05, "by_chance": 0.04}
    covered = {"test": {"measured": 0.91, "falls_short": False}}
    by_task = {"known": [100, 90], "yes": [50, 9], "metric": "roc_auc", "scores": {m: [0.8, None] for m in MODELS}}
    return {
        "config": {
            "teacher": {"name": "graph_gin"}, "method": {"name": "glnn"}, "student": {"name": "set_mlp"}, "id": "mol"
        },
        "environment": {},
        "metric": {"name": "accuracy", "title": "accuracy", "share": True, "greater_is_better": True},
        "scores": dict.fromkeys(MODELS, one),
        "differences": {model: apart for model in MODELS if model != "student"},
        "beside": {model: {"test": {"accuracy": 0.81234, "roc_auc": 0.9}} for model in MODELS},
        "trust": {"calibration": {"by": {"test": error}}, "coverage": {"0.9": covered}, "warnings": ["A promise."]},
        "verdict": {"sentence": "Distilling pays here.", "pays": True, "rival": "mlp"},
        "history": {},
        **({"by_task": by_task} if tasks else {}),
        "data": {
            "graphs": {"file": "graphs.csv", "rows": 188, "id": "mol", "labelled": 180},
            "nodes": {"file": "nodes.csv", "rows": 3371, "of_a_graph": spread},
            "edges": {
                "file": "edges.csv", "kept": 3721, "of_a_graph": spread, "without": 2, "changed": {"self_loops": 4}
            },
            "labels": {"columns": ["toxic", "heavy"], "task": "t", "classes": {"yes": 60, "no": 120}},
            "columns": [
                {"name": "element", "of": "nodes", "read": "category", "values": 7, "gaps": 1},
                {"name": "mass", "of": "nodes", "read": "number", "values": 1, "gaps": 0},
                {"name": "note", "of": "", "read": "drop", "values": 0, "gaps": 0},
            ],
            "split": {"by": "fraction", "train": 100, "valid": 40, "test": 40},
            "warnings": [{"what": "only 40 graphs test", "remedy": "label more graphs"}],
        },
        "shipped": {"refit": True, "labels": 180, "path": "model"},
        "onnx": "model.onnx",
    }  # fmt: skip


def test_scores_and_differences_stand_with_their_intervals() -> None:
    scores, differences, others, trust = graph_fit_grids(fit_results())
    assert scores.head == ["", "Test", "95 % interval"]
    assert scores.rows[0] == ["Teacher", "81.2", "75.0 to 86.0"]
    assert [row[0] for row in differences.rows] == ["Teacher", "Plain MLP", "Bag of labels", "Size only"]
    assert others.head == ["", "ROC-AUC"]
    assert trust.rows == [["test", "10.0", "5.0", "4.0", "91.0"]]
    results = fit_results()
    results["beside"] = {model: {"test": {"accuracy": 0.8}} for model in MODELS}
    assert other_scores_grid(results).rows == []


def test_several_tasks_are_told_one_by_one() -> None:
    assert tasks_grid(fit_results()).rows == []
    grid = tasks_grid(fit_results(tasks=True))
    assert [row[:3] for row in grid.rows] == [["toxic", "100", "50.0"], ["heavy", "90", "10.0"]]
    assert classes_grid(fit_results()).rows == []


def test_tables_tell_sizes_columns_labels_and_roles() -> None:
    data = fit_results()["data"]
    told = {row[0]: row[1:] for row in graph_tables_grid(data).rows}
    assert told["nodes"] == ["3,371", "nodes.csv; 3 to 28 of a graph, 17.9 on average"]
    assert told["without edges"][0] == "2"
    assert told["self loops"] == ["4", "join a node with itself; left out"]
    assert [row[2:4] for row in graph_columns_grid(data).rows] == [
        ["category", "7"],
        ["number", MISSING],
        ["drop", MISSING],
    ]
    assert graph_labels_grid(data).head == ["Class", "Graphs", "%"]
    assert graph_split_line(data).startswith("Split by shares of each class: 100 train, 40 validate, 40 test.")

from gnn2mlp.report.graph_grids import (
    graph_difference_grid,
    graph_grids,
    graph_score_grid,
    graph_speedup,
    graph_task_grid,
    request_grid,
)
from tests.graphs import finished, finished_tasks


def test_baselines_are_rows_of_the_scores() -> None:
    grid = graph_score_grid(finished().results)
    assert [row[0] for row in grid.rows] == ["Size only", "Bag of labels", "Plain MLP", "Student", "Teacher"]
    assert grid.head[1:3] == ["Accuracy", "ROC-AUC"]
    assert all(" ± " in cell for row in grid.rows for cell in row[1:])


def test_one_seed_knows_no_differences() -> None:
    results = finished().results
    rows = graph_difference_grid(results).rows
    rivals = ["Plain MLP", "Teacher", "Bag of labels", "Size only"]
    assert [row[:2] for row in rows] == [[metric, rival] for metric in ("Accuracy", "ROC-AUC") for rival in rivals]
    assert not graph_difference_grid({**results, "seeds": results["seeds"][:1]}).rows


def test_without_latency_there_is_no_table_of_it() -> None:
    results = finished().results
    assert graph_speedup(results)
    bare = {**results, "latency": None}
    assert not request_grid(bare).rows
    assert graph_speedup(bare) is None
    assert {grid.title for grid in graph_grids(bare)} < {grid.title for grid in graph_grids(results)}


def test_each_of_several_tasks_has_a_row() -> None:
    assert not graph_task_grid(finished().results).rows
    results = finished_tasks().results
    grid = graph_task_grid(results)
    assert grid.head == ["Task", "Answers", "Yes, %", "Size only", "Bag of labels", "Plain MLP", "Student", "Teacher"]
    assert [row[0] for row in grid.rows] == ["task 0", "task 1", "task 2"]
    scores = [seed["by_task"]["scores"]["student"][1] for seed in results["seeds"]]
    assert grid.rows[1][6] == f"{100 * sum(scores) / 2:.1f}"


def test_of_many_tasks_the_first_are_shown_and_what_is_not_defined_is_a_dash() -> None:
    results = finished_tasks().results
    many = {
        "known": [*[10] * 49, 0],
        "yes": [0] * 50,
        "metric": "roc_auc",
        "scores": {"student": [None] * 50},
    }
    grid = graph_task_grid({**results, "graph": {}, "seeds": [{"by_task": many}]})
    assert grid.rows[0] == ["0", "10", "0.0", "–"]
    assert grid.rows[-1] == ["and 10 more", "", "", ""]

from gnn2mlp.report.graph_grids import graph_difference_grid, graph_grids, graph_score_grid, graph_speedup, request_grid
from tests.graphs import finished


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

from gnn2mlp.pipeline import FitResult
from gnn2mlp.report.fit_grids import (
    beside_grid,
    classes_grid,
    columns_grid,
    differences_grid,
    labels_grid,
    scores_grid,
    split_line,
    tables_grid,
    trust_grid,
)


def test_every_grid_has_as_many_cells_as_heads(fitted: FitResult) -> None:
    results, data = fitted.results, fitted.results["data"]
    made = [f(results) for f in (scores_grid, differences_grid, beside_grid, trust_grid)]
    made += [f(data) for f in (tables_grid, labels_grid, columns_grid)]
    for grid in made:
        assert grid.rows, grid.title
        assert all(len(row) == len(grid.head) for row in grid.rows), grid.title


def test_scores_have_their_intervals(fitted: FitResult) -> None:
    one = fitted.results["scores"]["student"]["unseen"]
    row = next(row for row in scores_grid(fitted.results).rows if row[0] == "Student")
    assert row[3:] == [f"{100 * one['value']:.1f}", f"{100 * one['low']:.1f} to {100 * one['high']:.1f}"]


def test_the_split_is_told_in_a_line(fitted: FitResult) -> None:
    split = fitted.results["data"]["split"]
    assert split_line(fitted.results["data"]).startswith(f"Split by a hash of the id: {split['train']} train, ")


def test_one_class_a_row_and_several_labels_a_row_are_told_apart(fitted: FitResult) -> None:
    data = fitted.results["data"]
    several = {**data, "labels": {"ones": {"red": 3}}}
    assert (labels_grid(data).head[0], labels_grid(several).head[0]) == ("Class", "Label")


def test_classes_of_unseen_rows_stand_with_recall_and_precision(fitted: FitResult) -> None:
    grid = classes_grid(fitted.results)
    assert fitted.results["class_names"] == sorted(fitted.results["data"]["labels"]["classes"])  # as a user wrote them
    assert {row[0] for row in grid.rows} == set(fitted.results["class_names"])
    told = fitted.results["by_class"]["unseen"]["student"]
    right, nodes = sum(told["right"]), sum(told["nodes"])
    assert right / nodes == fitted.results["scores"]["student"]["unseen"]["value"]
    assert classes_grid({}).rows == []

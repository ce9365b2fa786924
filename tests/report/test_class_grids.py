from collections.abc import Callable
from typing import Any

from gnn2mlp.report.class_grids import MOST, balance_grid, class_grid

Make = Callable[..., dict[str, Any]]


def _with_classes(results: dict[str, Any]) -> dict[str, Any]:
    results["graph"]["class_counts"] = {"rare": 10, "common": 90}
    for seed in results["seeds"]:
        one = {"nodes": [4, 16], "answered": [2, 18], "right": [1, 15]}
        seed["by_class"] = {"unseen": dict.fromkeys(("teacher", "mlp", "student"), one)}
    return results


def test_recall_and_precision_by_class_the_largest_first(make_results: Make):
    grid = class_grid(_with_classes(make_results()))
    assert grid.title == "By class, unseen nodes"
    # 15 of 16 are found; of 18 answers 15 are right; Clopper and Pearson's interval of 15 of 16, not of 30 of 32.
    assert grid.rows[0] == ["common", "16", "93.8", "93.8", "93.8", "70 to 100", "83.3"]
    assert grid.rows[1] == ["rare", "4", "25.0", "25.0", "25.0", "1 to 81", "50.0"]
    assert sum(columns for _, columns in grid.groups) == len(grid.head) == len(grid.rows[0])


def test_a_class_that_was_never_tested_or_named_has_no_share(make_results: Make):
    results = _with_classes(make_results())
    for seed in results["seeds"]:
        seed["by_class"]["unseen"]["student"] = {"nodes": [0, 20], "answered": [0, 20], "right": [0, 20]}
    assert class_grid(results).rows[1] == ["rare", "0", "25.0", "25.0", "–", "–", "–"]


def test_results_of_older_releases_have_no_such_table(make_results: Make):
    assert class_grid(make_results()).rows == balance_grid(make_results()).rows == []


def test_balance_and_what_is_left_of_many_classes():
    assert balance_grid({"graph": {"class_counts": {"a": 10, "b": 30}}}).rows == [
        ["b", "30", "75.0"],
        ["a", "10", "25.0"],
    ]
    many = balance_grid({"graph": {"class_counts": {f"class {k}": 1 for k in range(MOST + 3)}}})
    assert many.rows[-1] == ["and 3 smaller", "3", "7.0"]

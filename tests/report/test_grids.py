from collections.abc import Callable
from typing import Any

from gnn2mlp.report import claims, grids
from tests.report.conftest import add_knowledge, add_latency, add_student_trust, judge_by

Make = Callable[..., dict[str, Any]]


def test_accuracy_with_fidelity(make_results: Make) -> None:
    grid = grids.accuracy_grid(make_results())
    assert grid.head == ["Nodes", "Teacher", "Plain MLP", "Student", "Fidelity"]
    assert grid.rows[0] == ["seen", "81.00 ± 1.00", "60.00 ± 2.00", "79.00 ± 3.00", "91.00 ± 0.00"]
    assert [row[0] for row in grid.rows] == ["seen", "unseen", "production", "test"]


def test_differences_have_an_interval(make_results: Make) -> None:
    grid = grids.difference_grid(make_results())
    assert grid.head == ["Nodes", "Minus", "Points", "95% interval", "p", "Ahead"]
    # Unseen nodes, against the plain MLP: 9 and 11 points, error 1.414 * sqrt(1/2 + 427/350) = 1.854, t_0.975 = 12.71.
    assert grid.rows[3] == ["unseen", "Plain MLP", "+10.0", "−13.6 to +33.6", "0.117", "2 of 2"]
    assert len(grid.rows) == 8
    assert grids.difference_grid(make_results(seeds=1)).rows == []


def test_one_seed_has_no_spread(make_results: Make) -> None:
    results = make_results(seeds=1, inductive=False)
    assert grids.accuracy_grid(results).rows == [["test", "80.00", "58.00", "75.00", "91.00"]]
    assert grids.calibration_grid(results).rows == [["test", "4.30", "4.30", "4.30"]]


def test_seconds_name_the_stages(make_results: Make) -> None:
    rows = grids.seconds_grid(make_results()).rows
    assert rows[:2] == [["Teacher", "4.50 ± 0.50"], ["Knowledge", "0.50 ± 0.00"]]


def test_latency_with_speed_up(make_results: Make) -> None:
    grid = grids.latency_grid(make_results())
    assert grid.head == ["Model", "1 node", "100 nodes", "Speed-up"]
    assert grid.rows == [
        ["Teacher", "2.40 (4.80)", "12.0 (24.0)", "1.0×"],
        ["Student", "0.120 (0.240)", "0.600 (1.20)", "20×"],
    ]


def test_a_request_that_one_model_did_not_answer_is_a_dash(make_results: Make) -> None:
    results = make_results()
    results["latency"]["rows"] = [r for r in results["latency"]["rows"] if (r["model"], r["nodes"]) != ("teacher", 100)]
    assert grids.latency_grid(results).rows[0] == ["Teacher", "2.40 (4.80)", "–", "1.0×"]


def test_a_speed_up_needs_a_teacher(make_results: Make) -> None:
    results = make_results()
    results["latency"]["rows"] = [row for row in results["latency"]["rows"] if row["model"] == "student"]
    assert grids.latency_grid(results).rows == [["Student", "0.120 (0.240)", "0.600 (1.20)", "–"]]


def test_latency_at_length(make_results: Make) -> None:
    results = add_latency(make_results())
    assert grids.throughput_grid(results).rows == [
        ["Teacher", "0.0500", "2,000", "5"],
        ["Student, int8", "0.00100", "100,000", "5"],
    ]
    assert grids.requests_grid(results).rows[-1] == ["Student, int8", "1", "0.0500", "0.0600", "0.0700", "100"]
    assert grids.forms_grid(results).rows == [
        ["Teacher", "81.00 ± 1.00", "2.40"],
        ["Student", "78.00 ± 3.00", "0.120"],
        ["Student, int8", "77.00 ± 2.00", "0.0500"],
    ]


def test_latency_that_was_not_measured_has_no_rows(make_results: Make) -> None:
    results = make_results(latency=False)
    for grid in (grids.latency_grid, grids.throughput_grid, grids.requests_grid, grids.forms_grid):
        assert grid(results).rows == []


def test_every_seed_by_population_and_model(make_results: Make) -> None:
    grid = grids.seeds_grid(make_results())
    assert grid.groups == [("", 2), ("seen", 3), ("unseen", 3), ("test", 3)]  # production follows
    assert len(grid.head) == sum(columns for _, columns in grid.groups) == 11
    assert grid.rows[1][:5] == ["1", "1abcdef0", "82.00", "62.00", "82.00"]


def test_grids_without_content_are_left_out(make_results: Make) -> None:
    results = make_results(latency=False)
    for seed in results["seeds"]:
        del seed["split"]
    del results["summary"]["ece"], results["summary"]["seconds"], results["summary"]["fidelity"]
    found = grids.result_grids(results)
    assert [grid.title for grid in found] == ["Accuracy, %"]
    assert found[0].rows[0][-1] == "–"


def test_codes_and_trust(make_results: Make) -> None:
    results = add_knowledge(make_results(seeds=1))
    assert grids.codes_grid(results).rows == [
        ["Codes used", "3"],
        ["Codes used, %", "75.00"],
        ["Perplexity", "2"],
        ["Cut off, %", "10.00"],
    ]
    assert grids.trust_grid(results).rows[0] == ["Reliability", "0.75", "95.00", "50.00", "90.00"]
    results["summary"]["trust"]["margin"] |= {"low": {"mean": 0.7, "std": 0.0}, "high": {"mean": 0.8, "std": 0.0}}
    assert grids.trust_grid(results).rows[2][1] == "0.75 (0.70 to 0.80)"
    del results["summary"]["trust"]["degree"]["auroc"]
    assert grids.trust_grid(results).rows[3] == ["Degree", "–", "95.00", "50.00", "90.00"]
    assert grids.codes_grid(make_results()).rows == grids.trust_grid(make_results()).rows == []


def test_a_metric_that_is_no_accuracy_is_named_and_keeps_its_units() -> None:
    entry = {"test": {"mean": 12.5, "std": 0.0}}
    told = {"name": "mae", "title": "mean absolute error", "share": False}
    results = {"summary": {"teacher": entry, "student": entry, "mlp": entry}, "seeds": [{"seed": 0, "metric": told}]}
    grid = grids.accuracy_grid(results)
    assert grid.title == "Mean absolute error"
    assert "12.50" in grid.rows[0][1]
    assert claims.claim(results, "test").startswith("Mean absolute error on test nodes: the student 12.5")
    assert claims.comparisons(results, "test") == []


def test_every_table_of_scores_names_the_metric(make_results: Make) -> None:
    shares = judge_by(add_latency(make_results()), "macro F1", share=True)
    assert grids.forms_grid(shares).title == "Macro F1 and time"
    assert grids.seeds_grid(shares).title == "Macro F1 of each seed, %"
    errors = judge_by(add_latency(make_results()), "mean absolute error", False, False)
    forms, seeds = grids.forms_grid(errors), grids.seeds_grid(errors)
    assert (forms.title, forms.head[1], forms.rows[0][1]) == (
        "Mean absolute error and time",
        "On test nodes",
        "0.81 ± 0.01",
    )
    assert (seeds.title, seeds.rows[1][2]) == ("Mean absolute error of each seed", "0.82")
    assert grids.accuracy_grid(errors).rows[0][-1] == "0.91 ± 0.00"


def test_scores_of_the_students_answers_have_a_table_for_each_population(make_results: Make) -> None:
    assert grids.student_trust_grids(make_results()) == []
    seen, unseen = grids.student_trust_grids(add_student_trust(make_results()))
    assert seen.title.endswith(", seen test nodes")
    assert unseen.rows[1] == ["Margin", "0.75 ± 0.00", "95.00 ± 0.00", "50.00 ± 0.00", "90.00 ± 0.00"]


def test_churn_is_shown_where_a_student_is_deployed(make_results: Make) -> None:
    results = make_results(seeds=1, inductive=False)
    assert grids.churn_grid(results).rows == []
    results["summary"]["churn"] = {m: {"test": {"mean": 0.125, "std": 0.0}} for m in ("teacher", "mlp", "student")}
    grid = grids.churn_grid(results)
    assert grid.rows == [["test", "12.50", "12.50", "12.50"]]
    assert grid in grids.result_grids(results)

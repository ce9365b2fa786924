from typing import Any

from rich.console import Console

from gnn2mlp.report.auto_table import against_grid, basis, leaderboard_grid, leaderboard_table, score_text

ACCURACY = {"name": "accuracy", "title": "accuracy", "greater_is_better": True, "share": True}
ERROR = {"name": "rmse", "title": "RMSE", "greater_is_better": False, "share": False}


def row(number: int, score: float | None, **more: Any) -> dict[str, Any]:
    return {
        "number": number, "label": f"glnn of gcn, mlp hidden={number}", "state": "judged", "score": score,
        "loss": 0.5, "scores": [] if score is None else [score, score], "seconds": 1.25, "proposed": "search",
        "error": "", "teacher": {"name": "gcn"}, "method": {"name": "glnn"}, "student": {"name": "mlp"},
        "inputs": {"name": "features"}, "distill": {"lr": 0.01}, **more,
    }  # fmt: skip


def board_of(metric: dict[str, Any] = ACCURACY) -> dict[str, Any]:
    """A board of four configurations."""
    plain = {"method": {"name": "mlp"}, "teacher": None}
    return {
        "winner": 2,
        "trials": [
            row(2, 0.8125, label="vqgraph of gcn, mlp " + "dropout=0.5 " * 9),
            row(0, 0.75, proposed="reference", label="plain GLNN"),
            row(1, 0.5, proposed="reference", label="plain MLP", **plain),
            row(3, 0.25, state="given up", scores=[0.25]),
            row(4, None, state="failed", error="DivergenceError: <b>loss</b>", scores=[]),
        ],
        "verdict": {
            "sentence": "Of 4 configurations the best is vqgraph.",
            "warnings": ["The best is within chance of plain GLNN: +6.2 ± 8 points on 40 judging nodes."],
            "looks": 4,
            "against": {"glnn": {"value": 0.0625, "error": 0.03, "nodes": 40, "low": -0.02, "high": 0.145}},
        },
        "facts": {
            "dataset": "tiny", "setting": "inductive", "metric": metric, "judges": 40, "rehearsals": 2, "final": 2,
            "outer_seeds": [0, 1], "seed": 0, "budget": 600.0, "spent": 421.0, "tried": 4,
        },
    }  # fmt: skip


def test_the_table_fits_a_terminal_of_80_columns():
    console = Console(width=80, record=True, file=open("/dev/null", "w"))  # noqa: SIM115
    console.print(leaderboard_table(board_of()))
    text = console.export_text()
    assert "Accuracy, %" in text
    assert "3*" in text
    assert "81.25" in text
    assert "given up" in text
    assert "failed" in text
    assert "! The best is within chance of plain GLNN" in text
    assert max(map(len, text.splitlines())) <= 80


def test_rows_that_are_left_out_are_counted():
    grid = leaderboard_grid(board_of(), most=2)
    assert grid.title == "Leaderboard (best 2 of 5)"
    assert [line[0] for line in grid.rows] == ["3*", "1"]
    assert grid.rows[1][2:5] == ["75.00", "2", "1.2"]


def test_scores_are_written_as_their_metric_is_read():
    assert score_text(0.5, ACCURACY) == "50.00"
    assert score_text(-1.5, ERROR) == "1.5"
    assert score_text(None, ERROR) == "–"


def test_it_is_said_what_it_rests_on():
    assert basis(board_of()) == (
        "Judged by 40 validation nodes hidden from teacher and student, in 2 inner splits and 2 more for the best; "
        "7 min 1 s of 10 min spent."
    )
    board = board_of()
    board["facts"] |= {"setting": "transductive", "budget": None, "final": 0, "rehearsals": 1}
    assert "without their labels in training, in 1 inner split; 7 min 1 s spent." in basis(board)


def test_differences_have_their_interval():
    grid = against_grid(board_of(), {"glnn": "Plain GLNN"})
    assert grid.rows == [["Plain GLNN", "+6.25", "\N{MINUS SIGN}2.00 to +14.50", "40"]]
    board = board_of()
    board["verdict"]["against"]["glnn"] |= {"low": None, "high": None}
    assert against_grid(board, {}).rows == [["glnn", "+6.25", "–", "40"]]


def test_a_difference_of_errors_is_below_0_where_the_best_is_better():
    board = board_of()
    board["facts"]["metric"] = {**board["facts"]["metric"], "share": False, "greater_is_better": False}
    (row,) = against_grid(board, {}).rows
    assert row[1:3] == ["\N{MINUS SIGN}0.06", "\N{MINUS SIGN}0.14 to +0.02"]

from pathlib import Path

from gnn2mlp.report.auto_report import render_leaderboard, write_leaderboard
from tests.report.test_auto_table import ERROR, board_of


def test_the_page_shows_all_that_was_tried(tmp_path: Path):
    page = render_leaderboard(board_of())
    assert page.count("<svg") == 3
    assert "Of 4 configurations the best is vqgraph." in page
    assert "within chance of plain GLNN" in page
    assert "\N{MINUS SIGN}2.00 to +14.50" in page
    assert "A validation node of one split may be a test node of another" in page
    assert "<script" not in page
    write_leaderboard(board_of(), tmp_path / "page.html")
    assert (tmp_path / "page.html").read_text() == page


def test_what_failed_is_escaped():
    page = render_leaderboard(board_of())
    assert "DivergenceError: &lt;b&gt;loss&lt;/b&gt;" in page
    assert "<b>loss</b>" not in page


def test_an_error_is_drawn_the_higher_the_better():
    assert "RMSE, negative" in render_leaderboard(board_of(ERROR))


def test_one_split_shares_no_node():
    board = board_of()
    board["facts"]["outer_seeds"] = [3]
    assert "may be a test node of another" not in render_leaderboard(board)

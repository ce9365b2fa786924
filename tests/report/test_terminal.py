from collections.abc import Callable
from typing import Any

import pytest
from rich.console import Console

from gnn2mlp.report.grids import Grid, accuracy_grid, latency_grid
from gnn2mlp.report.table import latency_results_table, results_table, trust_results_table
from gnn2mlp.report.terminal import TerminalGrid
from tests.report.conftest import add_knowledge, add_latency, add_student_trust

Make = Callable[..., dict[str, Any]]


def printed(part: object, width: int) -> str:
    console = Console(width=width, color_system=None)
    with console.capture() as capture:
        console.print(part)
    return capture.get()


@pytest.mark.parametrize("width", [40, 60, 100, 200])
def test_no_number_is_cut_at_any_width(make_results: Make, width: int) -> None:
    results = add_latency(add_student_trust(add_knowledge(make_results())))
    for part in (results_table(results), trust_results_table(results), latency_results_table(results)):
        text = printed(part, width)
        assert "…" not in text
        assert max(map(len, text.splitlines())) <= width
    for grid in (accuracy_grid(results), latency_grid(results)):
        text = printed(TerminalGrid(grid), width)
        for row in grid.rows:
            for cell in row[1:]:
                assert cell in text


def test_columns_without_room_continue_below_with_the_same_first_column() -> None:
    grid = Grid("Many", ["Name", *"ABCD"], [["x", *["123456789"] * 4]])
    shown = TerminalGrid(grid)
    assert shown.blocks(80) == [[0, 1, 2, 3, 4]]
    assert shown.blocks(30) == [[0, 1, 2], [0, 3, 4]]
    assert shown.blocks(1) == [[0, 1], [0, 2], [0, 3], [0, 4]]
    text = printed(shown, 30)
    assert text.count("Many") == 1
    assert text.count("Name") == 2


def test_two_columns_that_name_a_row_are_both_repeated() -> None:
    rows = [["seen", "Teacher", "+1.0", "2 of 3"], ["seen", "Plain MLP", "-1.0", "1 of 3"]]
    assert TerminalGrid(Grid("", ["Nodes", "Minus", "Points", "Ahead"], rows)).blocks(25) == [[0, 1, 2], [0, 1, 3]]


def test_words_wrap_before_numbers_leave_the_table() -> None:
    grid = Grid("Why", ["Column", "Gaps", "Why"], [["age", "12,345", "one of many reasons to leave a column out"]])
    text = printed(TerminalGrid(grid, left=(2,)), 40)
    assert "12,345" in text
    assert text.count("Column") == 1
    assert " ".join(text.split()).count("reasons") == 1


def test_a_long_head_wraps_and_a_grid_of_one_column_is_shown() -> None:
    text = printed(TerminalGrid(Grid("", ["", "95 % interval of the difference"], [["a", "1 to 2"]])), 20)
    assert "interval" in text
    assert "1 to 2" in text
    assert "alone" in printed(TerminalGrid(Grid("One", ["Name"], [["alone"]])), 20)


def test_names_are_no_markup() -> None:
    assert "[red]x" in printed(TerminalGrid(Grid("[b]", ["[i]"], [["[red]x"]])), 40)

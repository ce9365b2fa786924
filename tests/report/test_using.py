from collections.abc import Callable
from typing import Any

from gnn2mlp.report.using import file_size, link_load_lines, load_lines, size_facts


def test_three_lines_that_are_python(make_results: Callable[..., dict[str, Any]]):
    results = make_results()
    results["config"]["out"] = "runs/a 'b'"
    lines = load_lines(results)
    assert lines.count("\n") == 2
    compile(lines, "report", "exec")
    assert "Predictor.load(\"runs/a 'b'/student\")" in lines
    del results["student"]
    assert load_lines(results) == ""


def test_a_student_of_links_is_asked_for_pairs(make_results: Callable[..., dict[str, Any]]):
    results = make_results()
    lines = link_load_lines(results)
    compile(lines, "report", "exec")
    assert 'LinkPredictor.load("student")' in lines
    assert "score_pairs(features" in lines
    del results["student"]
    assert link_load_lines(results) == ""


def test_sizes_of_what_ships_and_of_the_teacher(make_results: Callable[..., dict[str, Any]]):
    results = make_results()
    assert size_facts(results) == {}
    results["student"] |= {"parameters": 1234, "bytes": 5_000}
    results["seeds"][0]["parameters"] = {"teacher": 99_999, "mlp": 1234, "student": 1234}
    told = {"student": "1,234 parameters", "its file": "5.00 kB", "teacher": "99,999 parameters, and the graph"}
    assert size_facts(results) == told


def test_sizes_of_files():
    assert [file_size(n) for n in (12, 1000, 2_500_000_000)] == ["12 bytes", "1.00 kB", "2.50 GB"]

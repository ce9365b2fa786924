from collections.abc import Callable
from typing import Any

from rich.console import Console

from gnn2mlp.report.table import latency_results_table, results_table, trust_results_table
from tests.report.conftest import add_knowledge, add_latency
from tests.report.links import link_results

Make = Callable[..., dict[str, Any]]


def _printed(results: dict[str, Any]) -> str:
    console = Console(width=80, color_system=None)
    with console.capture() as capture:
        console.print(results_table(results))
    return capture.get()


def test_shows_every_table_within_80_columns(make_results: Make) -> None:
    text = _printed(make_results())
    lines = [line.split() for line in text.splitlines()]
    assert ["seen", "81.00", "±", "1.00", "60.00", "±", "2.00", "79.00", "±", "3.00", "91.00", "±", "0.00"] in lines
    assert [
        "seen,",
        "unseen,",
        "production,",
        "test",
        "4.30",
        "±",
        "0.00",
        "4.30",
        "±",
        "0.00",
        "4.30",
        "±",
        "0.00",
    ] in lines
    assert ["Teacher", "4.50", "±", "0.50"] in lines
    assert ["Student", "0.120", "(0.240)", "0.600", "(1.20)", "20×"] in lines
    assert max(len(line) for line in text.splitlines()) <= 80
    assert "standard deviation over 2 seeds" in " ".join(text.split())


def test_one_seed_writes_no_spread(make_results: Make) -> None:
    text = _printed(make_results(seeds=1, inductive=False, latency=False))
    assert "±" not in text
    assert "Milliseconds" not in text
    assert ["test", "80.00", "58.00", "75.00", "91.00"] in [line.split() for line in text.splitlines()]


def test_codes_and_trust_fit_into_80_columns(make_results: Make) -> None:
    text = _printed(add_knowledge(make_results()))
    rows = [" ".join(line.split()) for line in text.splitlines()]
    assert "Reliability 0.75 ± 0.00 95.00 ± 0.00 50.00 ± 0.00 90.00 ± 0.00" in rows
    assert "Codes: 3 of 4 used" in text
    assert max(len(line) for line in text.splitlines()) <= 80


def test_trust_has_a_table_of_its_own(make_results: Make) -> None:
    console = Console(width=80)
    with console.capture() as captured:
        console.print(trust_results_table(add_knowledge(make_results())))
    assert captured.get().startswith("Reliability tells best where the teacher is right: on test nodes")
    assert "Last tenth, %" in captured.get()


def test_latency_has_a_table_of_its_own(make_results: Make) -> None:
    console = Console(width=80)
    with console.capture() as captured:
        console.print(latency_results_table(add_latency(make_results())))
    text = captured.get()
    assert text.startswith(
        "The student answers a request for one node 20× as fast as its teacher.\nOn nodes that appeared after"
    )
    for words in (
        "Intervals: corrected resampled",
        "A note.",
        "Milliseconds per request",
        "All nodes at once",
        "Accuracy and time",
        "Student, int8",
    ):
        assert words in text
    assert max(len(line) for line in text.splitlines()) <= 80


def test_names_are_no_markup(make_results: Make) -> None:
    results = make_results()
    results["summary"]["seconds"] = {"[red]stage": {"mean": 1.0, "std": 0.0}}
    assert "[red]stage" in _printed(results)


def test_links_are_told_by_both_figures_within_80_columns() -> None:
    text = _printed(link_results())
    assert text.startswith("Against a plain MLP the student is ahead by AUC and by Hits@20 on every group")
    assert max(map(len, text.splitlines())) <= 80
    words = [line.split() for line in text.splitlines()]
    assert ["new-new", "Student", "76.00", "±", "0.98", "4.00", "±", "0.98"] in [line[:8] for line in words]
    assert "Hits@20 on pairs of two new nodes, the best first: the teacher 26.0%" in " ".join(text.split())


def test_links_of_one_seed_have_scores_and_no_differences() -> None:
    text = _printed(link_results(seeds=1))
    assert "one seed: no statement about chance" in " ".join(text.split())
    assert "Student minus" not in text

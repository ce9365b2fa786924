import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from gnn2mlp.report import write_report
from gnn2mlp.report.siblings import PAGES, pages_in, refresh_report

Make = Callable[..., dict[str, Any]]


def test_pages_that_are_there_are_linked_and_others_are_not(make_results: Make, tmp_path: Path):
    (tmp_path / "disagreement.html").write_text("")
    (tmp_path / "search").mkdir()
    (tmp_path / "search" / "leaderboard.html").write_text("")
    write_report(make_results(), tmp_path / "report.html")
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    linked = {file for file in PAGES if f'href="{file}"' in page}
    assert linked == {"disagreement.html", "search/leaderboard.html"}


def test_a_page_made_later_is_linked_by_the_report_that_is_there(make_results: Make, tmp_path: Path):
    results = make_results()
    write_report(results, tmp_path / "report.html")
    (tmp_path / "results.json").write_text(json.dumps(results))
    assert 'href="trust.html"' not in (tmp_path / "report.html").read_text(encoding="utf-8")
    (tmp_path / "trust.html").write_text("")
    assert refresh_report(tmp_path)
    assert 'href="trust.html"' in (tmp_path / "report.html").read_text(encoding="utf-8")


def test_a_folder_without_a_run_or_report_stays_as_it_is(make_results: Make, tmp_path: Path):
    assert not refresh_report(tmp_path)
    (tmp_path / "results.json").write_text(json.dumps(make_results()))
    assert not refresh_report(tmp_path)
    assert pages_in(tmp_path) == []
    assert not (tmp_path / "report.html").exists()

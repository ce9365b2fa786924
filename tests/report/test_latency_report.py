from collections.abc import Callable
from pathlib import Path
from typing import Any

from gnn2mlp.report.latency_report import write_latency_report
from tests.report.conftest import add_latency
from tests.report.test_run_report import Page

Make = Callable[..., dict[str, Any]]


def test_a_whole_page(make_results: Make, tmp_path: Path) -> None:
    write_latency_report(add_latency(make_results()), tmp_path / "latency.html")
    page = Page((tmp_path / "latency.html").read_text(encoding="utf-8"))
    assert page.open == []
    assert [tag for tag, _ in page.elements].count("svg") == 2
    for words in (
        "20× as fast as its teacher",
        "A note.",
        "Student, int8",
        "100,000",
        "77.00 ± 2.00",
        "1433 – 128 – 7",
        "36.5 for 1, 1,234 for 100",
        "float32",
        "gnn2mlp latency --config",
        "A Processor",
    ):
        assert words in page.text
    ids = [attrs["id"] for _, attrs in page.elements if "id" in attrs]
    assert len(ids) == len(set(ids))


def test_every_string_is_escaped(make_results: Make, tmp_path: Path) -> None:
    results = add_latency(make_results(name="<b>data"))
    results["latency"]["notes"] = ["<script>"]
    results["latency"]["sizes"]["<i>"] = 1
    write_latency_report(results, tmp_path / "latency.html")
    page = Page((tmp_path / "latency.html").read_text(encoding="utf-8"))
    assert not {"b", "script", "i"} & {tag for tag, _ in page.elements}

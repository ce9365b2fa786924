"""A fit of links for a terminal."""

import io

from rich.console import Console

from gnn2mlp.report.link_fit_table import link_data_table, link_fit_table
from tests.report.test_link_fit_grids import fit_results


def printed(part: object) -> str:
    console = Console(width=120, file=io.StringIO())
    console.print(part)
    return str(console.file.getvalue())  # type: ignore[attr-defined]


def test_the_data_report_has_links_columns_and_what_to_look_at() -> None:
    told = printed(link_data_table(fit_results()["data"]))
    for text in ("linked pairs", "messages pass along them", "text", "come after training", "! few test links"):
        assert text in told, text


def test_the_verdict_comes_first_and_what_ships_last() -> None:
    told = printed(link_fit_table(fit_results()))
    assert told.startswith("Distilling pays here.")
    assert "Hits@20" in told
    assert "What ships was trained on all 1,900 links." in told
    assert "ONNX" not in told

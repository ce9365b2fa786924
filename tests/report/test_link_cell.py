from pathlib import Path

from gnn2mlp.report import link_cell
from tests.report.links import link_results


def test_it_shows_both_figures_the_curves_and_where_the_page_is() -> None:
    html = link_cell(link_results(), Path("runs/links"))
    assert html.count("<svg") == 2 + 4
    assert "Against a plain MLP the student is ahead by AUC and by Hits@20" in html
    assert str(Path("runs/links/report.html")) in html


def test_a_run_of_one_seed_without_curves_is_a_cell_too() -> None:
    html = link_cell(link_results(seeds=1, production=False, latency=False, full=False), Path("a"))
    assert html.count("<svg") == 2
    assert "±" not in html


def test_names_of_data_sets_are_escaped() -> None:
    assert "<b>x</b>" not in link_cell(link_results(name="<b>x</b>"), Path("a"))

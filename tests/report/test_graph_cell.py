from gnn2mlp.report import graph_cell
from tests.graphs import finished


def test_scores_of_baselines_and_figures_are_shown() -> None:
    html = graph_cell(finished().results, finished().out)
    assert "Size only" in html
    assert html.count("<svg") == 2
    assert str(finished().out / "report.html") in html

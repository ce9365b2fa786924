from gnn2mlp.report.plots_link_fit import link_fit_figures
from tests.report.test_link_fit_grids import fit_results


def test_each_metric_has_a_picture_of_the_groups_in_which_it_is_defined() -> None:
    results = fit_results()
    assert [metric for metric, _ in link_fit_figures(results)] == ["auc", "hits@20"]
    for by in results["intervals"].values():
        del by["hits@20"]
    ((metric, figure),) = link_fit_figures(results)
    assert metric == "auc"
    assert figure.axes

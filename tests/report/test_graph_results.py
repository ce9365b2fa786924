import pytest

from gnn2mlp.report.graph_results import compared_graphs, graph_metrics, graph_models, headline_metrics, is_graph
from tests.graphs import finished


def test_models_and_metrics_in_their_order() -> None:
    results = finished().results
    assert is_graph(results)
    assert graph_models(results) == ["size_only", "bag_of_labels", "mlp", "student", "teacher"]
    assert graph_metrics(results)[:2] == headline_metrics(results) == ["accuracy", "roc_auc"]


def test_the_student_is_compared_with_each_rival_seed_by_seed() -> None:
    results = finished().results
    found = {one.rival: one.found for one in compared_graphs(results, "roc_auc")}
    assert list(found) == ["mlp", "teacher", "bag_of_labels", "size_only"]
    gaps = [r["scores"]["student"]["test"]["roc_auc"] - r["scores"]["mlp"]["test"]["roc_auc"] for r in results["seeds"]]
    assert found["mlp"].difference == pytest.approx(sum(gaps) / 2)

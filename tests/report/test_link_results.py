import pytest

from gnn2mlp.report.link_results import (
    by_metric,
    entry,
    heuristic_name,
    histograms,
    hits_curves,
    is_link,
    link_metrics,
    link_models,
    link_populations,
    metric_title,
    negatives,
    pair_counts,
)
from tests.report.links import KS, link_results


@pytest.mark.parametrize(
    ("task", "expected"), [("link", True), ({"name": "link"}, True), ({"metric": "f1"}, False), (None, False)]
)
def test_the_task_of_the_configuration_tells(task: object, expected: bool) -> None:
    assert is_link({"config": {"task": task}}) is expected


def test_models_populations_and_metrics_come_in_the_order_of_tables() -> None:
    results = link_results()
    assert link_models(results) == ["teacher", "heuristic", "mlp", "student"]
    assert link_populations(results) == ["overall", "old-old", "old-new", "new-new"]
    assert link_metrics(results) == ["auc", "hits@20", "hits@50", "mrr", "average_precision"]
    results["summary"]["scores"]["student"]["cold"] = {"ndcg": {"mean": 0.5, "std": 0.0}}
    assert link_populations(results)[-1] == "cold"
    assert link_metrics(results)[-1] == metric_title("ndcg") == "ndcg"


def test_a_score_that_is_not_there_is_none_and_its_model_is_left_out() -> None:
    results = link_results(production=False)
    assert entry(results, "student", "new-new", "auc") is None
    del results["summary"]["scores"]["heuristic"]["overall"]["auc"]
    assert list(by_metric(results, "auc")) == ["teacher", "mlp", "student"]


def test_curves_are_means_as_far_as_all_seeds_reach() -> None:
    results = link_results(seeds=2, production=False)
    last = results["seeds"][1]["curves"]["student"]["overall"]
    last["k"], last["hits"] = KS[:3], [0.1, 0.2, 0.3]
    results["seeds"][0]["curves"]["student"]["overall"]["hits"][:3] = [0.3, 0.4, 0.5]
    assert hits_curves(results)["overall"]["student"] == {"k": [1, 2, 3], "hits": pytest.approx([0.2, 0.3, 0.4])}


def test_histograms_are_sums_over_seeds_of_models_with_probabilities() -> None:
    found = histograms(link_results(seeds=3))
    assert list(found) == ["teacher", "mlp", "student"]
    assert found["student"]["positives"][-1] == 30


def test_counts_and_names_are_those_of_records() -> None:
    results = link_results()
    assert pair_counts(results) == {"overall": 1000, "old-old": 500, "old-new": 400, "new-new": 100}
    assert negatives(results) == 600
    results["seeds"][0]["heuristic_name"] = "ra"
    assert heuristic_name(results) == "Resource allocation, Adamic-Adar"
    bare = link_results(full=False)
    assert (heuristic_name(bare), hits_curves(bare), histograms(bare)) == ("", {}, {})

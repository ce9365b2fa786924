import pytest

from gnn2mlp.pipeline.graphs.records import summarise_graphs
from tests.graphs import finished


def test_a_summary_is_the_mean_over_seeds_of_what_all_have() -> None:
    records = finished().results["seeds"]
    summary = summarise_graphs(records)
    both = [record["scores"]["teacher"]["test"]["roc_auc"] for record in records]
    assert summary["scores"]["teacher"]["test"]["roc_auc"]["mean"] == pytest.approx(sum(both) / 2)
    first = {**records[0], "scores": {**records[0]["scores"], "student": {"test": {"accuracy": 0.5}}}}
    assert set(summarise_graphs([first, records[1]])["scores"]["student"]["test"]) == {"accuracy"}

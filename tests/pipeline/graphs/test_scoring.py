import pytest
import torch

from gnn2mlp.pipeline.graphs.scoring import GRAPH_MODELS, TEST
from tests.graphs import finished


def test_every_model_and_baseline_has_every_metric_on_the_test_graphs() -> None:
    for record in finished().results["seeds"]:
        assert set(record["scores"]) == set(GRAPH_MODELS)
        for model in GRAPH_MODELS:
            assert record[model] == {TEST: record["scores"][model][TEST]["accuracy"]}
            assert "roc_auc" in record["scores"][model][TEST]
        assert record["split"]["test"] == record["split"]["unseen"]
        assert 0 <= record["fidelity"][TEST] <= 1


def test_shares_of_classes_are_those_of_the_test_graphs() -> None:
    record = finished().results["seeds"][0]
    counts = record["by_class"][TEST]["student"]
    assert sum(counts["nodes"]) == record["split"]["test"]
    right = torch.tensor(counts["right"]).sum() / record["split"]["test"]
    assert right.item() == pytest.approx(record["student"][TEST])

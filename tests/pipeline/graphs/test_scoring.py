import pytest
import torch

from gnn2mlp.pipeline.graphs.scoring import GRAPH_MODELS, TEST
from tests.graphs import finished, finished_tasks


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


def test_each_of_several_tasks_is_scored_on_the_graphs_that_answer_it() -> None:
    assert "by_task" not in finished().results["seeds"][0]
    for record in finished_tasks().results["seeds"]:
        found = record["by_task"]
        assert found["known"][0] < found["known"][1] == found["known"][2] == record["split"]["test"]
        assert all(yes <= known for yes, known in zip(found["yes"], found["known"], strict=True))
        for model in GRAPH_MODELS:
            mean = sum(found["scores"][model]) / 3
            assert mean == pytest.approx(record["scores"][model][TEST]["roc_auc"])

from collections.abc import Callable

import pytest
import torch

from gnn2mlp.pipeline.links.scoring import LINK_MODELS, pair_logits
from gnn2mlp.pipeline.links.seed import LinkSeed
from gnn2mlp.tasks import LinkPrediction

Make = Callable[..., LinkSeed]


def test_a_record_tells_every_metric_of_every_model_and_population(link_seed: LinkSeed) -> None:
    record = link_seed.record.value
    populations = ["overall", "old-old", "old-new", "new-new"]
    present = [name for name in populations if record["split"]["pairs"][name]]
    assert list(record["split"]["pairs"]) == populations
    assert record["split"]["old"] + record["split"]["new"] == 90
    for model in LINK_MODELS:
        assert list(record["scores"][model]) == list(record[model]) == present
        assert record[model]["overall"] == record["scores"][model]["overall"]["auc"]
        assert {"auc", "average_precision", "mrr", "hits@20"} <= set(record["scores"][model]["overall"])
        assert set(record["curves"][model]) == set(present)
    assert record["heuristic_name"] in record["heuristics"]
    assert record["scores"]["heuristic"] == record["heuristics"][record["heuristic_name"]]
    assert set(record["history"]) == {"teacher", "mlp", "student"}
    assert all(-1 <= value <= 1 for value in record["agreement"].values())
    assert sum(record["histograms"]["student"]["overall"]["negatives"]) == record["split"]["test_negatives"]


def test_figures_are_those_of_the_task_on_the_test_pairs(link_seed: LinkSeed) -> None:
    split, record = link_seed.split, link_seed.record.value
    student, graph = link_seed.student.value, link_seed.full.graph
    said = pair_logits(student, graph, torch.cat([split.test, split.test_negatives]))
    labels = torch.cat([torch.ones(len(split.test)), torch.zeros(len(split.test_negatives))])
    for name, value in LinkPrediction().scores(said, labels).items():
        if value == value:
            assert record["scores"]["student"]["overall"][name] == pytest.approx(value)


def test_a_metric_that_is_not_defined_is_left_out_and_said(link_seed: LinkSeed) -> None:
    record = link_seed.record.value
    assert record["split"]["test_negatives"] < 50
    assert "hits@50" not in record["scores"]["student"]["overall"]
    assert any("Hits@50: not defined of" in note for note in record["notes"])


def test_another_metric_chooses_and_is_told(make_link_seed: Make) -> None:
    record = make_link_seed(task={"name": "link", "metric": "mrr"}, setting="transductive").record.value
    assert record["metric"]["name"] == "mrr"
    assert record["student"] == {"overall": record["scores"]["student"]["overall"]["mrr"]}


def test_scores_of_pairs_are_in_their_order(link_seed: LinkSeed) -> None:
    student, graph = link_seed.student.value, link_seed.full.graph
    pairs = torch.tensor([[0, 1], [5, 2], [7, 7]])
    alone = torch.cat([pair_logits(student, graph, pair[None]) for pair in pairs])
    assert torch.allclose(pair_logits(student, graph, pairs), alone, atol=1e-6)
    assert pair_logits(student, graph, pairs[:0]).shape == (0,)

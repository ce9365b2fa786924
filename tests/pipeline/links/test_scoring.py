from collections.abc import Callable

import pytest
import torch
from scipy.stats import spearmanr
from sklearn.metrics import roc_auc_score

from gnn2mlp.evaluate.link_curves import hits_curve
from gnn2mlp.pipeline.links.scoring import HEURISTICS, LINK_MODELS, pair_logits
from gnn2mlp.pipeline.links.seed import LinkSeed
from gnn2mlp.tasks import LinkPrediction
from gnn2mlp.teachers import LinkTeacher, NeighbourScores

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


def said_by(model: str, seed: LinkSeed, pairs: torch.Tensor) -> torch.Tensor:
    """Scores (pairs,) of a model, from the graph that inference sees or from none."""
    graph = seed.full.graph
    if model == "teacher":
        teacher = seed.teacher.value
        assert isinstance(teacher, LinkTeacher)
        return teacher.score_pairs(graph, pairs)
    if model == "heuristic":
        return NeighbourScores(graph.adjacency, [seed.record.value["heuristic_name"]])(pairs)[:, 0]
    return pair_logits({"mlp": seed.mlp, "student": seed.student}[model].value, graph, pairs)


@pytest.mark.parametrize("model", LINK_MODELS)
def test_figures_are_those_of_the_task_on_the_test_pairs(link_seed: LinkSeed, model: str) -> None:
    split, record = link_seed.split, link_seed.record.value
    negatives = said_by(model, link_seed, split.test_negatives)
    for population, members in split.populations(split.test).items():
        said = said_by(model, link_seed, split.test[members])
        labels = torch.cat([torch.ones(len(said)), torch.zeros(len(negatives))])
        for name, value in LinkPrediction().scores(torch.cat([said, negatives]), labels).items():
            if value == value:
                assert record["scores"][model][population][name] == pytest.approx(value)
        if len(said):
            assert record["curves"][model][population] == hits_curve(said, negatives)


def test_the_best_heuristic_is_that_of_the_validation_pairs(link_seed: LinkSeed) -> None:
    observed = link_seed.observed
    pairs = torch.cat([observed.valid_pairs, observed.valid_negatives])
    linked = torch.arange(len(pairs)) < len(observed.valid_pairs)
    count = NeighbourScores(observed.graph.adjacency, HEURISTICS)
    found = {name: roc_auc_score(linked, said) for name, said in zip(HEURISTICS, count(pairs).T, strict=True)}
    assert found[link_seed.record.value["heuristic_name"]] == max(found.values()) > min(found.values())


def test_agreement_is_spearmans_of_student_and_teacher(link_seed: LinkSeed) -> None:
    split = link_seed.split
    for population, members in split.populations(split.test).items():
        pairs = torch.cat([split.test[members], split.test_negatives])
        student, teacher = (said_by(model, link_seed, pairs) for model in ("student", "teacher"))
        if bool(members.any()):
            expected = spearmanr(student, teacher).statistic
            assert link_seed.record.value["agreement"][population] == pytest.approx(expected)


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

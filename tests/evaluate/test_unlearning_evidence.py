"""What is put together for a certificate."""

import json

import pytest
import torch
from torch import Tensor

from gnn2mlp.evaluate.unlearning_evidence import GROUPS, RowGroups, unlearning_record
from gnn2mlp.tasks.classification import NodeClassification
from gnn2mlp.tasks.regression import Regression

TASK = NodeClassification(["a", "b", "c"])
LABELS = RowGroups(*(torch.arange(30) % 3 for _ in range(3)))


def said(seed: int) -> RowGroups:
    random = torch.Generator().manual_seed(seed)
    return RowGroups(*(torch.randn(30, 3, generator=random) for _ in range(3)))


def test_it_has_all_models_and_is_json() -> None:
    found = unlearning_record(said(0), said(1), LABELS, TASK, reference=said(2), again=said(3))
    assert json.loads(json.dumps(found)) == found
    assert found["rows"] == dict.fromkeys(GROUPS, 30)
    for attack in found["attacks"].values():
        assert set(attack) == {"before", "after", "reference", "again", "distance"}
        assert set(attack["distance"]) == {"before", "after", "again"}
    assert set(found["divergence"]["forgotten"]) == {"before", "after", "again"}
    right = (said(1).fresh.argmax(1) == LABELS.fresh).float().mean().item()
    assert found["score"]["after"]["fresh"] == pytest.approx(right)
    assert set(found["attacks"]) == {"entropy", "loss"}


def test_without_a_reference_there_are_no_distances() -> None:
    found = unlearning_record(said(0), said(1), LABELS, TASK)
    assert found["divergence"] == {}
    assert found["attacks"]["loss"]["distance"] == {}


def test_rows_without_labels_and_numbers_leave_an_attack_out() -> None:
    blank = LABELS._replace(forgotten=torch.full((30,), -1))
    found = unlearning_record(said(0), said(1), blank, TASK, reference=said(2))
    assert set(found["attacks"]) == {"entropy"}
    assert found["score"]["after"]["forgotten"] is None

    def numbers(seed: int) -> RowGroups:
        return RowGroups(*(part[:, :1] for part in said(seed)))

    truth = RowGroups(*(torch.zeros(30, 1) for _ in range(3)))
    found = unlearning_record(numbers(0), numbers(1), truth, Regression(["price"]), reference=numbers(2))
    assert set(found["attacks"]) == {"loss"}
    assert found["churn"]["share"] is None


@pytest.mark.parametrize("missing", ["forgotten", "fresh"])
def test_groups_without_rows_are_asked_nothing(missing: str) -> None:
    none = {missing: torch.zeros(0, 3)}
    labels = LABELS._replace(**{missing: torch.zeros(0, dtype=torch.int64)})
    models = [said(seed)._replace(**none) for seed in range(3)]
    found = unlearning_record(models[0], models[1], labels, TASK, reference=models[2])
    assert found["attacks"] == {}
    assert set(found["divergence"]) == set(GROUPS) - {missing}
    assert found["rows"][missing] == 0
    assert json.loads(json.dumps(found, allow_nan=False)) == found


def test_ends_of_deleted_edges_are_an_attack_of_their_own() -> None:
    def ends(seed: int, noise: float) -> tuple[tuple[Tensor, Tensor], tuple[Tensor, Tensor]]:
        groups = said(seed)
        return (groups.retained, groups.retained + noise), (groups.retained, groups.fresh)

    links = {"before": ends(0, 0.0), "after": ends(1, 0.01), "reference": ends(2, 0.01)}
    found = unlearning_record(said(0), said(1), LABELS, TASK, reference=said(2), links=links)
    assert found["attacks"]["link"]["after"]["auc"] > 0.9
    assert set(found["attacks"]["link"]["distance"]) == {"before", "after"}

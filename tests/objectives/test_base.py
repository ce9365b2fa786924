"""Batches, sums of objectives, and their YAML form."""

from dataclasses import replace

import pytest
import torch
import yaml
from torch import Tensor

from gnn2mlp.core.errors import ConfigError, MissingKnowledgeError, UnknownNameError
from gnn2mlp.knowledge import TeacherKnowledge
from gnn2mlp.nn.mlp import MLPOutput
from gnn2mlp.objectives import Batch, HardLabels, Objective, SoftLabels, Term, WeightedSum, parse_objective
from tests.tasks import random_knowledge


def batch(with_table: bool = True) -> Batch:
    rows = torch.tensor([4, 0, 3])
    logits = torch.randn(3, 3, generator=torch.Generator().manual_seed(1)).requires_grad_()
    table = random_knowledge(torch.arange(5)) if with_table else None
    return Batch(rows, torch.tensor([0, -1, 2]), MLPOutput(logits, logits), table)


class Follower(Objective):
    """Counts the epochs."""

    name = "follower"
    citation = "none, 2000"

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[Batch] = []

    def forward(self, batch: Batch) -> Tensor:
        return batch.output.logits.mean()

    def prepare(self, table: TeacherKnowledge | None, hidden: int) -> None:
        self.prepared = (table, hidden)

    def follows(self, epoch: int) -> bool:
        return epoch % 2 == 0

    def after_epoch(self, batch: Batch) -> None:
        self.seen.append(batch)


def test_batch_gives_the_rows_of_the_table_without_gradient() -> None:
    there = batch()
    assert there.table is not None
    assert torch.equal(there.knowledge("logits"), there.table["logits"][[4, 0, 3]])
    assert not there.knowledge("logits").requires_grad


def test_batch_without_a_table_names_what_is_missing() -> None:
    with pytest.raises(MissingKnowledgeError, match=r"holds no 'logits' \(present: nothing\)"):
        batch(with_table=False).knowledge("logits")


def test_a_sum_is_the_weighted_sum_of_its_terms() -> None:
    there = batch()
    mixed = 0.25 * HardLabels() + 3 * SoftLabels(2.0)
    torch.testing.assert_close(mixed(there), 0.25 * HardLabels()(there) + 3 * SoftLabels(2.0)(there))


def test_sums_are_flat_and_weights_multiply() -> None:
    mixed = 0.5 * (0.5 * HardLabels() + SoftLabels()) + HardLabels()
    assert [(t.weight, t.objective.name) for t in mixed.terms()] == [
        (0.25, "hard_labels"),
        (0.5, "soft_labels"),
        (1.0, "hard_labels"),
    ]
    assert repr(0.5 * HardLabels() + SoftLabels()) == (
        "0.5 * Spec('hard_labels') + 1 * Spec('soft_labels', temperature=1.0, released_divergence=False)"
    )


def test_a_sum_requires_what_its_weighted_terms_require() -> None:
    assert (0.5 * HardLabels() + 0.5 * SoftLabels()).requires == {"logits"}
    assert (1.0 * HardLabels() + 0.0 * SoftLabels()).requires == frozenset()


def test_a_term_of_weight_zero_is_not_computed() -> None:
    without = batch(with_table=False)
    torch.testing.assert_close((1.0 * HardLabels() + 0.0 * SoftLabels())(without), HardLabels()(without))


def test_a_sum_of_nothing_is_zero_with_a_gradient() -> None:
    there = batch(with_table=False)
    value = (0.0 * SoftLabels())(there)
    value.backward()
    assert value.item() == 0.0
    assert there.output.logits.grad is not None
    assert not there.output.logits.grad.any()


@pytest.mark.parametrize("weight", [-0.5, float("nan"), float("inf")])
def test_impossible_weight_is_refused(weight: float) -> None:
    with pytest.raises(ConfigError, match="objective 'soft_labels': expected a weight of at least 0, got"):
        _ = weight * SoftLabels()


def test_only_terms_with_a_weight_follow_the_epochs() -> None:
    assert not HardLabels().follows(2)
    one, other = Follower(), Follower()
    mixed = 1.0 * one + 0.0 * other
    assert (mixed.follows(1), mixed.follows(2)) == (False, True)
    assert not (1.0 * HardLabels() + 0.0 * other).follows(2)
    first, second = batch(), replace(batch(), epoch=2)
    for there in (first, second):
        mixed.after_epoch(there)
    assert one.seen == [second]
    assert other.seen == []


def test_only_terms_with_a_weight_are_prepared() -> None:
    one, other = Follower(), Follower()
    (1.0 * one + 0.0 * other).prepare(None, 7)
    assert one.prepared == (None, 7)
    assert not hasattr(other, "prepared")


@pytest.mark.parametrize(
    ("need", "not_this"), [("needs_edges", "needs_hyperedges"), ("needs_hyperedges", "needs_edges")]
)
def test_only_terms_with_a_weight_need_links(need: str, not_this: str) -> None:
    one, other = Follower(), Follower()
    mixed = 1.0 * one + 0.0 * other
    setattr(other, need, True)
    assert not getattr(mixed, need)
    setattr(one, need, True)
    assert getattr(mixed, need)
    assert not getattr(mixed, not_this)


def test_shared_knowledge_is_given_whole() -> None:
    there = batch()
    table = random_knowledge(torch.arange(6))
    there = replace(there, table=table)
    assert torch.equal(there.knowledge("codebook"), table["codebook"])
    assert torch.equal(there.knowledge("code"), table["code"][[4, 0, 3]])
    assert torch.equal(there.all_knowledge("code"), table["code"])


def test_parameters_of_terms_are_those_of_the_sum() -> None:
    term = Follower()
    term.scale = torch.nn.Parameter(torch.ones(1))
    assert list((0.5 * term + HardLabels()).parameters()) == [term.scale]


def test_yaml_round_trip() -> None:
    mixed = 0.5 * HardLabels() + 0.25 * SoftLabels(temperature=3.0)
    assert mixed.to_list() == [
        {"name": "hard_labels", "weight": 0.5},
        {"name": "soft_labels", "weight": 0.25, "temperature": 3.0, "released_divergence": False},
    ]
    assert parse_objective(yaml.safe_load(yaml.safe_dump(mixed.to_list()))) == mixed


@pytest.mark.parametrize(
    "value",
    ["soft_labels", {"name": "soft_labels"}, [{"name": "soft_labels", "weight": 1}], SoftLabels(), [SoftLabels()]],
)
def test_every_way_to_name_one_term(value: object) -> None:
    assert parse_objective(value) == WeightedSum([Term(1.0, SoftLabels())])


@pytest.mark.parametrize(
    ("value", "error", "message"),
    [
        ([], ConfigError, "expected at least one term, got an empty list"),
        ("soft_label", UnknownNameError, "unknown objective 'soft_label'; did you mean 'soft_labels'"),
        ({"name": "soft_labels", "temprature": 2}, ConfigError, "no option 'temprature'; did you mean 'temperature'"),
        ({"name": "soft_labels", "weight": "much"}, ConfigError, "expected a number as weight, got 'much'"),
        ({"name": "soft_labels", "weight": True}, ConfigError, "expected a number as weight, got True"),
        ({"name": "soft_labels", "weight": -1}, ConfigError, "expected a weight of at least 0, got -1"),
        ({"weight": 1}, ConfigError, "expected a name or a mapping with the key 'name'"),
        (7, ConfigError, "expected a name or a mapping with the key 'name', got 7"),
    ],
)
def test_what_cannot_be_read_is_refused(value: object, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        parse_objective(value)

"""Batches, sums of objectives, and their YAML form."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pytest
import torch
import yaml
from torch import Tensor

from gnn2mlp.core.errors import ConfigError, MissingKnowledgeError, UnknownNameError
from gnn2mlp.knowledge import TeacherKnowledge
from gnn2mlp.nn.mlp import MLPOutput
from gnn2mlp.objectives import Batch, HardLabels, Objective, SoftLabels, Term, WeightedSum, parse_objective
from gnn2mlp.objectives._base import check_declared
from tests.tiny import answered, random_knowledge


def batch(with_table: bool = True) -> Batch:
    rows = torch.tensor([4, 0, 3])
    logits = torch.randn(3, 3, generator=torch.Generator().manual_seed(1)).requires_grad_()
    table = random_knowledge(torch.arange(5)) if with_table else None
    return answered(rows, torch.tensor([0, -1, 2]), MLPOutput(logits, logits), table)


class Follower(Objective):
    """Counts the epochs."""

    name = "follower"
    citation = "none, 2000"
    needs = frozenset({"all_rows"})

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[Batch] = []

    def forward(self, batch: Batch) -> Tensor:
        return batch.output.logits.mean()

    def prepare(self, tables: Mapping[str, TeacherKnowledge], hidden: int) -> None:
        self.prepared = (dict(tables), hidden)

    def follows(self, epoch: int) -> bool:
        return epoch % 2 == 0

    def after_epoch(self, batch: Batch) -> None:
        self.seen.append(batch)


def test_batch_gives_the_rows_of_the_table_without_gradient() -> None:
    there = batch()
    assert torch.equal(there.knowledge("logits"), there.tables["teacher"]["logits"][[4, 0, 3]])
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
        "0.5 * Spec('hard_labels') + 1 * Spec('soft_labels', temperature=1.0, released_divergence=False, sharpen=1.0, "
        "table='teacher')"
    )


def test_a_sum_needs_what_its_weighted_terms_need() -> None:
    assert (0.5 * HardLabels() + 0.5 * SoftLabels()).needs == {"logits"}
    assert (1.0 * HardLabels() + 0.0 * SoftLabels()).needs == frozenset()


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
    (1.0 * one + 0.0 * other).prepare({}, 7)
    assert one.prepared == ({}, 7)
    assert not hasattr(other, "prepared")


@pytest.mark.parametrize("need", ["neighbours", "hyperedges", "hidden", "assistant.logits"])
def test_only_terms_with_a_weight_need_anything(need: str) -> None:
    one, other = Follower(), Follower()
    mixed = 1.0 * one + 0.0 * other
    other.needs = frozenset({need})
    assert need not in mixed.needs
    one.needs = frozenset({need})
    assert mixed.needs == {need}


def test_only_terms_with_a_weight_speak_of_classes() -> None:
    odd = SoftLabels(released_divergence=True)
    assert (HardLabels() + 0.5 * odd).speaks_of_classes
    assert not (HardLabels() + 0 * odd).speaks_of_classes


def test_weights_may_stand_on_either_side() -> None:
    expected = (0.5 * HardLabels()).to_list()
    assert (HardLabels() * 0.5).to_list() == (HardLabels() * np.float32(0.5)).to_list() == expected
    for wrong in ("2", True, HardLabels()):
        with pytest.raises(TypeError):
            _ = HardLabels() * wrong  # type: ignore[operator]
    with pytest.raises(TypeError):
        _ = HardLabels() + 1  # type: ignore[operator]


def test_equal_terms_are_two_modules() -> None:
    """torch goes over a submodule once: were equal ones the same, the second would stay on its device."""
    first, second = HardLabels(), HardLabels()
    assert first != second
    assert [*(first + second).modules()][-2:] == [first, second]


def test_what_follows_training_has_to_say_so() -> None:
    class Silent(Follower):
        needs = frozenset()

    with pytest.raises(ConfigError, match=r"objective 'follower' has an after_epoch, .* add 'all_rows' to its needs"):
        check_declared(0.5 * HardLabels() + Silent())
    check_declared(HardLabels() + Follower())


def test_shared_knowledge_is_given_whole() -> None:
    there = batch()
    table = random_knowledge(torch.arange(6))
    there = replace(there, tables={"teacher": table})
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
        {
            "name": "soft_labels",
            "weight": 0.25,
            "temperature": 3.0,
            "released_divergence": False,
            "sharpen": 1.0,
            "table": "teacher",
        },
    ]
    assert parse_objective(yaml.safe_load(yaml.safe_dump(mixed.to_list()))).to_list() == mixed.to_list()


@pytest.mark.parametrize(
    "value",
    ["soft_labels", {"name": "soft_labels"}, [{"name": "soft_labels", "weight": 1}], SoftLabels(), [SoftLabels()]],
)
def test_every_way_to_name_one_term(value: object) -> None:
    assert parse_objective(value).to_list() == WeightedSum([Term(1.0, SoftLabels())]).to_list()


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

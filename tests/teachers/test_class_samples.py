"""Drawn classes: counts, widths, and that other tasks have none."""

import pytest
import torch

from gnn2mlp.core.errors import ConfigError, DataError
from gnn2mlp.knowledge import TeacherKnowledge
from gnn2mlp.tasks import MultiLabel
from gnn2mlp.teachers import GCN, Export
from gnn2mlp.teachers import _class_samples as class_samples
from gnn2mlp.teachers._class_samples import check_has_classes, sampled_classes
from tests.tiny import tiny_views

LOGITS = torch.randn(200, 9, generator=torch.Generator().manual_seed(0))


def test_shares_are_counts_over_draws_and_add_up_to_1() -> None:
    indices, shares = sampled_classes(LOGITS, draws=8, seed=0)
    torch.testing.assert_close(shares.sum(1), torch.ones(200))
    assert torch.equal(shares * 8, (shares * 8).round())
    assert (shares[:, 1:] <= shares[:, :-1]).all()  # most frequent first
    for row, share in zip(indices, shares, strict=True):
        there = row[share > 0]
        assert len(there.unique()) == len(there)
        assert (row[share == 0] == 0).all()
    assert indices.dtype == torch.int32
    assert indices.size(1) <= 8


def test_many_draws_come_near_the_distribution() -> None:
    indices, shares = sampled_classes(LOGITS, draws=20_000, seed=1)
    found = torch.zeros(200, 9).scatter_add(1, indices.long(), shares)
    assert (found - LOGITS.softmax(1)).abs().max() < 0.02


def test_a_seed_decides_the_draws_and_pieces_do_not(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = sampled_classes(LOGITS, 6, seed=3)
    assert torch.equal(whole[0], sampled_classes(LOGITS, 6, seed=3)[0])
    assert not torch.equal(whole[1], sampled_classes(LOGITS, 6, seed=4)[1])
    monkeypatch.setattr(class_samples, "_HELD", 9 * 50)
    _, shares = sampled_classes(LOGITS, 6, seed=3)
    torch.testing.assert_close(shares.sum(1), torch.ones(200))


def test_a_teacher_writes_them_on_demand() -> None:
    observed = tiny_views().observed
    teacher = GCN(hidden=8, epochs=3)
    teacher.fit(observed)
    knowledge = teacher.export(observed, ["class_indices", "class_probabilities"], how=Export(class_draws=5), seed=2)
    assert set(knowledge.values) == {"class_indices", "class_probabilities"}
    assert knowledge.card["classes"] == {"draws": 5, "seed": 2}
    torch.testing.assert_close(knowledge["class_probabilities"].sum(1), torch.ones(len(observed.node_ids)))


def test_other_tasks_have_nothing_to_draw_from() -> None:
    with pytest.raises(ConfigError, match="expected a task with one class for each node to draw classes from"):
        check_has_classes(MultiLabel(["a", "b"]))


def test_indices_that_name_no_class_are_refused() -> None:
    values = {
        "class_indices": torch.tensor([[3]]).int(),
        "class_probabilities": torch.ones(1, 1),
        "logits": torch.zeros(1, 3),
    }
    with pytest.raises(DataError, match=r"'class_indices' must name classes, 0\.\.2, got 3\.\.3"):
        TeacherKnowledge(torch.arange(1), values)

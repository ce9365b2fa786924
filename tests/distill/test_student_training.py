from types import SimpleNamespace

import pytest
import torch
from torch import Tensor

from gnn2mlp.distill.in_memory import InMemory
from gnn2mlp.distill.student_training import StudentTraining
from gnn2mlp.distill.updates import UpdateRule, passes
from gnn2mlp.nn.training_state import START, Position
from gnn2mlp.objectives import HardLabels, Objective, SoftLabels
from gnn2mlp.students import MLPStudent
from tests.distill.test_distiller import Recorder
from tests.tiny import random_knowledge, tiny_views

OBSERVED = tiny_views().observed


def training(objective: Objective, rule: UpdateRule = "joint", batch_size: int = 16) -> StudentTraining:
    """Of 60 observed nodes, on the rows of a student without dropout."""
    tables = {"teacher": random_knowledge(OBSERVED.node_ids)}
    random = torch.Generator().manual_seed(0)
    source = InMemory(OBSERVED, OBSERVED.graph.features, "cpu", batch_size, random, objective, tables)
    with torch.random.fork_rng():
        torch.manual_seed(0)
        module = MLPStudent(hidden=8, dropout=0.0).build(OBSERVED.graph.features.shape[1], 3)
    return StudentTraining(source, module, objective, passes(objective, rule))


def test_an_epoch_has_a_step_for_each_batch_of_each_pass() -> None:
    mixed = HardLabels() + SoftLabels()
    joint = [step.position for step in training(mixed).steps(START)]
    assert joint == [Position(1, 0, step) for step in (1, 2, 3, 4)]
    alternating = [step.position for step in training(mixed, "alternating").steps(Position(3))]
    assert {position.epoch for position in alternating} == {3}
    assert [position.pass_ for position in alternating] == sorted(position.pass_ for position in alternating)
    assert [position.step for position in alternating if position.pass_ == 1] == [1, 2, 3, 4]


def test_an_epoch_goes_on_where_it_was_left() -> None:
    mixed = HardLabels() + SoftLabels()
    assert {step.position.pass_ for step in training(mixed, "alternating").steps(Position(2, 1))} == {1}


def test_alone_a_loss_is_the_objective_of_the_batch() -> None:
    made = training(SoftLabels(), batch_size=512)
    (step,) = made.steps(START)
    (batch,) = made.source.batches("all", made.module)
    torch.testing.assert_close(step.loss(), SoftLabels()(batch))
    loss = torch.tensor(2.0)
    assert made.reduce(loss) == loss


@pytest.mark.parametrize("others", [0, 1, 3])
def test_among_processes_a_loss_is_this_ones_share(others: int) -> None:
    """Each of the other processes has as many rows as this one, of which each mean is its part."""
    made = training(HardLabels() + SoftLabels(), batch_size=512)
    (whole,) = (step.loss() for step in made.steps(START))

    def total(own: Tensor) -> Tensor:
        return own * (1 + others)

    made.source.group = SimpleNamespace(connected=True, sum=total)
    (share,) = (step.loss() for step in made.steps(START))
    torch.testing.assert_close(share * (1 + others), whole)


def test_an_objective_that_follows_training_sees_all_rows_without_a_gradient() -> None:
    recorder = Recorder()
    made = training(recorder)
    made.on_epoch_end(1)
    (batch,) = recorder.epochs
    assert torch.equal(batch.rows, torch.arange(60))
    assert not batch.output.logits.requires_grad
    made = training(HardLabels())
    made.on_epoch_end(1)
    assert made.module.training


def test_the_student_is_scored_on_validation_rows() -> None:
    made = training(HardLabels())
    found = made.validate()
    assert found is not None
    rows = OBSERVED.valid
    answered = made.module.eval()(OBSERVED.graph.features).logits.argmax(1)
    assert found.score == pytest.approx((answered[rows] == OBSERVED.graph.labels[rows]).float().mean().item())

"""Students together: each is the one that would have been trained alone, and stops on its own."""

from collections.abc import Sequence
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from gnn2mlp.core.errors import ConfigError, DataError, MissingKnowledgeError
from gnn2mlp.data import Observed
from gnn2mlp.distill import DistillationResult, Distiller, fit_together
from gnn2mlp.knowledge import TeacherKnowledge
from gnn2mlp.nn.mlp import MLPOutput
from gnn2mlp.objectives import HardLabels, Objective, SoftLabels
from gnn2mlp.objectives.code_assignments import CodeAssignments
from gnn2mlp.objectives.reliable_hyperedges import ReliableHyperedges
from gnn2mlp.objectives.reliable_neighbours import ReliableNeighbours
from gnn2mlp.students import Student
from gnn2mlp.students.mlp import MLPStudent
from tests.tasks import random_knowledge, tiny_task

OBSERVED = tiny_task().observed
KNOWLEDGE = random_knowledge(OBSERVED.node_ids)
OTHER = random_knowledge(OBSERVED.node_ids, seed=1)
STUDENT = MLPStudent(hidden=16, dropout=0.0)
SEEDS = (3, 0, 7)


def mixed(temperature: float = 1.0) -> Objective:
    return 0.5 * HardLabels() + 0.5 * SoftLabels(temperature)


def together(
    objective: Objective | Sequence[Objective] | None = None,
    knowledge: TeacherKnowledge | Sequence[TeacherKnowledge] | None = KNOWLEDGE,
    seeds: Sequence[int] = SEEDS,
    student: Student = STUDENT,
    observed: Observed = OBSERVED,
    fit: dict[str, Any] | None = None,
    **options: Any,
) -> list[DistillationResult]:
    distiller = Distiller(**{"epochs": 8, **options})
    return fit_together(distiller, student, objective or mixed(), observed, knowledge, seeds=seeds, **(fit or {}))


def alone(
    seed: int,
    objective: Objective | None = None,
    knowledge: TeacherKnowledge | None = KNOWLEDGE,
    student: Student = STUDENT,
    observed: Observed = OBSERVED,
    fit: dict[str, Any] | None = None,
    **options: Any,
) -> DistillationResult:
    distiller = Distiller(**{"epochs": 8, **options})
    return distiller.fit(student, objective or mixed(), observed, knowledge, seed=seed, **(fit or {}))


def assert_same(found: DistillationResult, wanted: DistillationResult) -> None:
    assert found.history.best_epoch == wanted.history.best_epoch
    assert found.history.valid == wanted.history.valid
    assert found.history.loss == pytest.approx(wanted.history.loss, rel=1e-4)
    for name, value in wanted.module.state_dict().items():
        torch.testing.assert_close(found.module.state_dict()[name], value, rtol=1e-3, atol=1e-4)


def weights(result: DistillationResult) -> Tensor:
    return torch.cat([p.detach().flatten() for p in result.module.parameters()])


@pytest.mark.parametrize("norm", ["none", "batch", "layer"])
@pytest.mark.parametrize("update", ["joint", "alternating"])
def test_in_full_batches_each_is_the_one_trained_alone(norm: Any, update: str) -> None:
    student, fit = MLPStudent(hidden=16, layers=3, dropout=0.0, norm=norm), {"update": update}
    for seed, result in zip(SEEDS, together(student=student, fit=fit), strict=True):
        assert_same(result, alone(seed, student=student, fit=fit))


def test_the_first_is_the_one_trained_alone_in_mini_batches() -> None:
    assert_same(together(batch_size=16)[0], alone(SEEDS[0], batch_size=16))


def test_company_does_not_matter() -> None:
    many, few = together(batch_size=16), together(batch_size=16, seeds=SEEDS[:2])
    assert_same(few[1], many[1])
    assert not torch.equal(weights(many[1]), weights(many[2]))


def test_each_starts_as_it_would_alone() -> None:
    for seed, result in zip(SEEDS, together(epochs=1, lr=1e-30), strict=True):
        assert torch.equal(weights(result), weights(alone(seed, epochs=1, lr=1e-30)))


def test_each_has_its_own_teacher() -> None:
    shuffled = OTHER.take(torch.randperm(60, generator=torch.Generator().manual_seed(0)))
    first, second = together(knowledge=[KNOWLEDGE, shuffled], seeds=(0, 0))
    assert_same(first, alone(0))
    assert_same(second, alone(0, knowledge=OTHER))


def test_each_has_its_own_objective() -> None:
    objectives = [mixed(), mixed(temperature=3.0), 1.0 * SoftLabels()]
    for one, result in zip(objectives, together(objectives, seeds=(0, 0, 0)), strict=True):
        assert_same(result, alone(0, one))


@pytest.mark.parametrize(
    ("objective", "kind"),
    [
        (CodeAssignments(), "graph"),
        (ReliableNeighbours(sample=False), "graph"),
        (ReliableHyperedges(sample=False), "hypergraph"),
    ],
    ids=lambda value: getattr(value, "name", value),
)
def test_objectives_of_every_kind_work(objective: Objective, kind: Any) -> None:
    observed = tiny_task(kind=kind).observed
    results = together(objective, observed=observed, knowledge=random_knowledge(observed.node_ids), batch_size=16)
    wanted = alone(SEEDS[0], objective, observed=observed, knowledge=random_knowledge(observed.node_ids), batch_size=16)
    assert_same(results[0], wanted)


def test_objectives_that_follow_training_follow_their_own_student() -> None:
    told: dict[int, list[MLPOutput]] = {}

    class Follower(SoftLabels):
        def follows(self, epoch: int) -> bool:
            return True

        def after_epoch(self, batch: Any) -> None:
            told.setdefault(id(self), []).append(batch.output)
            assert batch.rows.tolist() == list(range(60))
            assert not batch.output.logits.requires_grad

    results = together(Follower(), epochs=60, patience=4, lr=0.03)
    assert len(told) == 3
    for outputs, result in zip(told.values(), results, strict=True):
        assert len(outputs) == len(result.history.valid)
        best = outputs[result.history.best_epoch - 1]
        torch.testing.assert_close(best.logits, result.module(OBSERVED.graph.features).logits)


def test_each_stops_on_its_own() -> None:
    results = together(epochs=60, patience=4, lr=0.03)
    for seed, result in zip(SEEDS, results, strict=True):
        assert_same(result, alone(seed, epochs=60, patience=4, lr=0.03))
        assert len(result.history.loss) == len(result.history.valid) == result.history.best_epoch + 4
    assert len({result.history.best_epoch for result in results}) > 1


def test_training_ends_when_all_have_stopped() -> None:
    told: list[tuple[int, str]] = []
    results = together(
        epochs=60, patience=4, lr=0.03, fit={"progress": lambda done, total, note="": told.append((done, note))}
    )
    last = max(len(result.history.loss) for result in results)
    assert last < 60
    assert [done for done, _ in told] == list(range(1, last + 1))
    assert told[-1][1] == "0 of 3 students in training"


def test_students_leave_the_stack() -> None:
    first, second = together(seeds=(0, 1))
    before = weights(second)
    assert not first.module.training
    with torch.no_grad():
        for parameter in first.module.parameters():
            assert parameter.untyped_storage().nbytes() == 4 * parameter.numel()
            assert parameter.requires_grad
            parameter.zero_()
    assert torch.equal(weights(second), before)


def test_dropout_has_one_stream_and_the_seeds_decide() -> None:
    student = MLPStudent(hidden=16, dropout=0.5)
    runs = [[weights(one) for one in together(student=student, seeds=seeds)] for seeds in (SEEDS, SEEDS, (4, 0, 7))]
    assert all(map(torch.equal, runs[0], runs[1]))
    assert not torch.equal(runs[0][1], runs[2][1])


def test_neither_the_objective_nor_the_global_generator_is_changed() -> None:
    objective = CodeAssignments()
    before = torch.get_rng_state()
    together(objective)
    assert not list(objective.parameters())
    assert torch.equal(torch.get_rng_state(), before)


def test_the_card_is_that_of_a_student_alone_and_names_the_others() -> None:
    hard = together([HardLabels() + 0.0 * SoftLabels(), 0.0 * SoftLabels() + HardLabels()], seeds=(0, 1))
    assert [one.card["knowledge"] for one in hard] == [None, None]
    for seed, result in zip(SEEDS, together(lr=0.02), strict=True):
        assert result.card == {**alone(seed, lr=0.02).card, "together": [*SEEDS]}
        assert result.history.seconds > 0


class Odd(Student):
    name = "odd"
    citation = "none, 2000"
    hidden = 4

    def build(self, num_features: int, num_classes: int) -> nn.Module:
        return nn.Linear(num_features, num_classes)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"seeds": ()}, "seeds: expected at least one, got none"),
        ({"knowledge": [KNOWLEDGE, OTHER]}, "knowledge: expected one for all students, or 3, one for each seed; got 2"),
        ({"objective": [mixed()]}, "objective: expected one for all students, or 3, one for each seed; got 1"),
        ({"objective": [mixed(), mixed(), HardLabels()]}, "these over all and labelled; train them apart"),
        ({"student": Odd()}, "student 'odd': only an MLP is trained with others; use Distiller.fit"),
    ],
    ids=["no seed", "tables", "objectives", "rows", "student"],
)
def test_what_cannot_be_trained_together_is_refused(options: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        together(**options)


def test_every_table_is_checked_before_the_first_step() -> None:
    told: list[int] = []
    fit = {"progress": lambda done, total, note="": told.append(done)}
    with pytest.raises(MissingKnowledgeError, match="holds no 'logits'"):
        together(knowledge=None, fit=fit)
    with pytest.raises(MissingKnowledgeError, match=r"holds no 'logits' \(present: hidden\)"):
        together(knowledge=[KNOWLEDGE, KNOWLEDGE.select(["hidden"])], seeds=(0, 1), fit=fit)
    with pytest.raises(DataError, match="no row for 10 of 60 nodes"):
        together(knowledge=[KNOWLEDGE, KNOWLEDGE.align(torch.arange(50))], seeds=(0, 1), fit=fit)
    with pytest.raises(DataError, match="works on a hypergraph, and tiny is a graph"):
        together(ReliableHyperedges(), fit=fit)
    assert told == []


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
def test_trains_on_cuda_and_returns_to_the_cpu() -> None:
    for result in together(CodeAssignments() + mixed(), fit={"device": "cuda"}, epochs=20):
        assert next(result.module.parameters()).device.type == "cpu"
        assert result.history.loss[-1] < result.history.loss[0]


def test_a_table_of_rows_is_refused() -> None:
    with pytest.raises(ConfigError, match=r"observed: expected the view of a graph, got str; use Distiller\.fit"):
        fit_together(Distiller(), MLPStudent(), SoftLabels(), "table", seeds=[0])  # type: ignore[arg-type]

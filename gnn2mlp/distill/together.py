"""Small students trained together: as many seeds or configurations at nearly the price of few."""

import time
from collections.abc import Iterator, Sequence
from copy import deepcopy
from typing import Any, TypeVar

import torch
from torch import Tensor

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.core.progress import Progress, silent
from gnn2mlp.core.seeds import generator, seeded
from gnn2mlp.data.view import Observed
from gnn2mlp.distill.result import DistillationResult
from gnn2mlp.distill.rows import Cut, Rows, read_knowledge
from gnn2mlp.distill.trainer import Distiller
from gnn2mlp.distill.updates import Pass, UpdateRule, passes
from gnn2mlp.evaluate.metrics import accuracy
from gnn2mlp.knowledge import TeacherKnowledge
from gnn2mlp.nn.mlp import MLP, MLPOutput
from gnn2mlp.nn.optim import adam, clear
from gnn2mlp.nn.selection import Selection
from gnn2mlp.nn.stack import MLPStack
from gnn2mlp.nn.training import History
from gnn2mlp.objectives import Batch, Objective, WeightedSum
from gnn2mlp.students import Student

T = TypeVar("T")


def fit_together(
    distiller: Distiller,
    student: Student,
    objective: Objective | Sequence[Objective],
    observed: Observed,
    knowledge: TeacherKnowledge | Sequence[TeacherKnowledge] | None = None,
    *,
    seeds: Sequence[int],
    update: UpdateRule = "joint",
    device: torch.device | str = "cpu",
    progress: Progress = silent,
) -> list[DistillationResult]:
    """Train a student for each seed on one view, all as one network; each with its own best epoch and its own stop.

    A batch is gathered, multiplied and turned for the backward pass once for all, and one optimiser steps all. What is
    left to each student is its arithmetic and its objective, which may be any, since it is applied to one after the
    other. So this pays the more, the narrower students are and the more of them there are; two, or wide ones, share
    little. `benchmarks/speed/together.py` measures it. A student that has stopped still takes part in the products,
    until all have.

    A student starts from the weights that `distiller.fit` would give it with its seed. It sees the batches of the first
    seed, as all do, and dropout has one stream for all: with full batches or as the first, and without dropout, it is
    what `distiller.fit` trains but for rounding. Learning rate and weight decay are those of the distiller, for all.

    Args:
        distiller: how to train.
        student: what to build, a multi-layer perceptron.
        objective: what to minimise; of all students, or of each. It is copied, not changed.
        observed: features, training labels and validation nodes, of all.
        knowledge: the teacher's table, of all students, or of each; joined to the observed nodes by id.
        seeds: one a student; they may be equal where objectives or tables differ.
        update: which terms share an optimiser pass.
        device: where to train.
        progress: told after every epoch.

    Returns:
        One for each seed, as `distiller.fit` gives it; `seconds` is an equal share of the time that all took, and the
        card names all seeds under `together`.

    Raises:
        MissingKnowledgeError: before the first step, if an objective needs a key that a table does not hold.
        DataError: if a table lacks an observed node, or an objective speaks of links that the data do not have.
        ConfigError: if there is no seed, if objectives or tables are not as many as seeds, if objectives sweep over
            different rows, or if the student is no multi-layer perceptron.
    """
    began = time.perf_counter()
    if not seeds:
        raise ConfigError("seeds: expected at least one, got none")
    if not isinstance(observed, Observed):  # as a table of rows, which Distiller.fit takes
        raise ConfigError(f"observed: expected the view of a graph, got {type(observed).__name__}; use Distiller.fit")
    objectives = [deepcopy(one) for one in _one_each("objective", objective, len(seeds))]
    sweeps = _sweeps(objectives, update)
    every = WeightedSum([term for one in objectives for term in one.terms()])
    given = _one_each("knowledge", knowledge, len(seeds))
    rows = Rows(observed, device, distiller.batch_size, generator(seeds[0], "batches"), every, given[0])
    tables = [rows.table if one is given[0] else read_knowledge(one, every, observed, device) for one in given]
    members = [
        _Member(_start(student, rows, seed, own, table, device), own, swept, table, distiller.patience)
        for seed, own, swept, table in zip(seeds, objectives, sweeps, tables, strict=True)
    ]
    with seeded(seeds[0], "students together"):
        stack = MLPStack([member.module for member in members])
        learnt = [*stack.parameters(), *(p for one in objectives for p in one.parameters())]
        optimiser = adam(learnt, distiller.lr, distiller.weight_decay)
        for epoch in range(1, distiller.epochs + 1):
            stack.train()
            for number, sweep in enumerate(sweeps[0]):
                for cut in rows.batches(sweep.rows):
                    losses = [member.loss(number, cut, own, epoch) for member, own in _training(members, stack(cut.x))]
                    clear(optimiser)
                    torch.stack(losses).sum().backward()
                    optimiser.step()
            _end_epoch(epoch, members, stack.eval(), rows)
            still = sum(not member.stopping.stopped for member in members)
            progress(epoch, distiller.epochs, f"{still} of {len(members)} students in training")
            if not still:
                break
    seconds = (time.perf_counter() - began) / len(members)
    return [
        member.result({**distiller.card(student, seed, member.knowledge_digest), "together": [*seeds]}, seconds)
        for seed, member in zip(seeds, members, strict=True)
    ]


class _Member:
    """One of the students: a view of the stack, with all that is its own."""

    def __init__(
        self, module: MLP, objective: Objective, sweeps: list[Pass], table: TeacherKnowledge | None, patience: int
    ):
        self.module, self.objective, self.sweeps, self.table = module, objective, sweeps, table
        self.stopping = Selection(module, patience)
        self.history = History()
        self._losses: list[Tensor] = []

    @property
    def knowledge_digest(self) -> str | None:
        """Digest of what is read of the knowledge, if anything is."""
        keys = self.objective.requires
        return self.table.select(keys).digest if self.table is not None and keys else None

    def loss(self, sweep: int, cut: Cut, output: MLPOutput, epoch: int) -> Tensor:
        """The loss of a step, remembered."""
        loss: Tensor = self.sweeps[sweep].objective(self._batch(cut, output, epoch))
        self._losses.append(loss.detach())
        return loss

    def follow(self, cut: Cut, output: MLPOutput, epoch: int) -> None:
        """Let the objective follow training, if it does after this epoch."""
        if self.objective.follows(epoch):
            self.objective.after_epoch(self._batch(cut, output, epoch))

    def end_epoch(self, epoch: int, score: float) -> None:
        """Note the epoch's loss and its score, and keep the student if it is the best."""
        self.history.loss.append(torch.stack(self._losses).mean().item())
        self.history.valid.append(score)
        self._losses = []
        self.stopping.update(epoch, score)

    def result(self, card: dict[str, Any], seconds: float) -> DistillationResult:
        """The student at its best epoch, out of the stack."""
        self.stopping.restore()
        own = {name: value.clone() for name, value in self.module.state_dict().items()}
        self.module.load_state_dict(own, assign=True)
        self.history.best_epoch, self.history.seconds = self.stopping.best_epoch, seconds
        return DistillationResult(self.module.cpu(), self.history, card)

    def _batch(self, cut: Cut, output: MLPOutput, epoch: int) -> Batch:
        return Batch(cut.ids, cut.labels, output, self.table, cut.neighbours, epoch, cut.hyperedges)


def _training(members: Sequence[_Member], output: MLPOutput) -> Iterator[tuple[_Member, MLPOutput]]:
    """The members that have not stopped, each with what it says."""
    each = zip(members, map(MLPOutput, output.logits.unbind(), output.hidden.unbind()), strict=True)
    return ((member, own) for member, own in each if not member.stopping.stopped)


@torch.no_grad()
def _end_epoch(epoch: int, members: Sequence[_Member], stack: MLPStack, rows: Rows) -> None:
    """Validate the members that have not stopped, after their objectives have followed training."""
    if any(member.objective.follows(epoch) for member in members):
        whole = rows.whole("all")
        for member, own in _training(members, stack(whole.x)):
            member.follow(whole, own, epoch)
    for member, own in _training(members, stack(rows.valid_x)):
        member.end_epoch(epoch, accuracy(own.logits, rows.valid_labels))


def _start(
    student: Student,
    rows: Rows,
    seed: int,
    objective: Objective,
    table: TeacherKnowledge | None,
    device: torch.device | str,
) -> MLP:
    """The student and what its objective learns, with the weights that training alone would begin with."""
    with seeded(seed, "student"):
        module = student.build(rows.num_features, rows.num_classes)
        objective.prepare(table, student.hidden)
    if not isinstance(module, MLP):
        raise ConfigError(f"student {student.name!r}: only an MLP is trained with others; use Distiller.fit")
    objective.to(device)
    return module.to(device)


def _sweeps(objectives: Sequence[Objective], update: UpdateRule) -> list[list[Pass]]:
    """The sweeps of an epoch of each objective, over the same rows."""
    sweeps = [passes(one, update) for one in objectives]
    if len(swept := {tuple(sweep.rows for sweep in each) for each in sweeps}) > 1:
        told = " and ".join(sorted("+".join(each) for each in swept))
        raise ConfigError(f"objective: students together sweep over the same rows, these over {told}; train them apart")
    return sweeps


def _one_each(what: str, given: T | Sequence[T], count: int) -> list[T]:
    """`given` for each student: a sequence as it is, anything else for all."""
    each = list(given) if isinstance(given, Sequence) else [given] * count
    if len(each) != count:
        raise ConfigError(f"{what}: expected one for all students, or {count}, one for each seed; got {len(each)}")
    return each

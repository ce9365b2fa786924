"""The distiller: mini-batches of knowledge in, a student out."""

from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch import Tensor, nn

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.core.limits import check_at_least, check_positive
from gnn2mlp.core.progress import Progress, silent
from gnn2mlp.core.seeds import generator, seeded
from gnn2mlp.core.spec import Configurable
from gnn2mlp.data.view import Observed
from gnn2mlp.distill.course import Checkpoint, Course
from gnn2mlp.distill.result import DistillationResult
from gnn2mlp.distill.rows import Cut, Place, Rows
from gnn2mlp.distill.shared_norm import share_norms
from gnn2mlp.distill.stream import Stream
from gnn2mlp.distill.updates import Pass, UpdateRule, passes
from gnn2mlp.distill.workers import ALONE, Workers
from gnn2mlp.knowledge import TeacherKnowledge
from gnn2mlp.nn.optim import adam, clear
from gnn2mlp.nn.selection import Selection
from gnn2mlp.objectives import Batch, Objective
from gnn2mlp.students import Student
from gnn2mlp.tables.table import RowTable


class Distiller(Configurable):
    """Minimises a method's objective with Adam and keeps the epoch with the best validation accuracy.

    Args:
        lr: learning rate.
        weight_decay: L2 penalty in Adam's gradient.
        epochs: at most this many.
        patience: stop after this many epochs without an equal or better validation accuracy.
        batch_size: rows per step, nearly: n rows make round(n / batch_size) batches of equal size, at least one, so
            that every epoch visits every row once and no step rests on a small remainder.
    """

    name = "distill"
    citation = "Zhang et al., Graph-less Neural Networks, ICLR 2022, released configuration"

    def __init__(
        self,
        lr: float = 0.01,
        weight_decay: float = 5e-4,
        epochs: int = 200,
        patience: int = 50,
        batch_size: int = 512,
    ):
        self.lr = lr
        self.weight_decay = weight_decay
        self.epochs = epochs
        self.patience = patience
        self.batch_size = batch_size
        check_at_least("distill", 1, epochs=epochs, patience=patience, batch_size=batch_size)
        check_at_least("distill", 0, weight_decay=weight_decay)
        check_positive("distill", lr=lr)

    def fit(
        self,
        student: Student,
        objective: Objective,
        data: Observed | RowTable,
        knowledge: TeacherKnowledge | None = None,
        *,
        update: UpdateRule = "joint",
        seed: int = 0,
        device: torch.device | str = "cpu",
        progress: Progress = silent,
        checkpoint: Checkpoint | None = None,
        workers: Workers = ALONE,
    ) -> DistillationResult:
        """Train `student` on the observed nodes of a graph, or on the rows of a table.

        Args:
            student: what to build.
            objective: what to minimise.
            data: features, training labels and validation nodes, in memory; or a table, which is streamed.
            knowledge: the teacher's table; joined to the observed nodes by id. A table of rows has its own.
            update: which terms share an optimiser pass.
            seed: of initialisation, batches and dropout.
            device: where to train.
            progress: told after every epoch.
            checkpoint: where to keep the course of training. If there is one of the same training, it is taken up
                there, and ends with the same bits as if it had not been interrupted. It is left there.
            workers: the processes among which the rows of a table are shared. Losses are means over all of a batch, so
                that the student is that of one process but for rounding, and for dropout, whose masks are drawn by
                each process.

        Raises:
            MissingKnowledgeError: before the first step, if the objective needs a key that the table does not hold.
            DataError: if the table lacks an observed node, or the objective speaks of links that the data do not have.
            ConfigError: if a table of rows, or several processes, cannot do what is asked; or if the checkpoint is that
                of another training.
        """
        with seeded(seed, "student"):
            rows = _rows(data, knowledge, device, self.batch_size, seed, objective, workers)
            module = student.build(rows.num_features, rows.num_classes).to(device)
            if workers.size > 1:
                share_norms(module)
            objective.prepare(rows.table, student.hidden)
            optimiser = self._optimiser(module, objective.to(device))
            course = Course(module, objective, optimiser, Selection(module, self.patience), rows.random)
            keep = _keeper(course, checkpoint, lambda: self._identity(student, objective, rows, update, seed), workers)
            sweeps = passes(objective, update)
            while course.place.epoch <= self.epochs and not course.stopping.stopped:
                epoch = course.place.epoch
                module.train()
                for batch, sweep in _steps(course, sweeps, rows):
                    course.add_loss(_step(sweep.objective, optimiser, batch, workers))
                    if checkpoint is not None and rows.random is None and course.place.step % checkpoint.every == 0:
                        keep()
                course.history.loss.append(course.losses.mean().item())
                course.history.valid.append(rows.valid_score(module))
                progress(epoch, self.epochs, f"valid {course.history.valid[-1]:.3f}")
                if objective.follows(epoch):
                    with torch.no_grad():
                        objective.after_epoch(_batch(module.eval(), rows.whole("all"), epoch))
                course.stopping.update(epoch, course.history.valid[-1])
                course.next_epoch()
                keep()
            course.stopping.restore()
        history = course.history
        history.best_epoch, history.seconds = course.stopping.best_epoch, course.seconds
        return DistillationResult(module.cpu(), history, self.card(student, seed, rows.knowledge_digest))

    def options(self) -> dict[str, Any]:
        """The settings without the name."""
        return dict(self.spec().options)

    def _optimiser(self, module: nn.Module, objective: Objective) -> torch.optim.Optimizer:
        parameters = [*module.parameters(), *objective.parameters()]
        return adam(parameters, self.lr, self.weight_decay)

    def card(self, student: Student, seed: int, knowledge: str | None) -> dict[str, Any]:
        """Where a student comes from: its spec, these settings, the seed, and the digest of the knowledge read."""
        return {
            "student": student.spec().to_dict(),
            "distill": self.options(),
            "seed": seed,
            "knowledge": knowledge,
        }

    def _identity(
        self, student: Student, objective: Objective, rows: Rows | Stream, update: UpdateRule, seed: int
    ) -> dict[str, Any]:
        """All that decides what a training does next, for its checkpoint."""
        return {
            "student": student.spec().to_dict(),
            "objective": [[weight, term.spec().to_dict()] for weight, term in objective.terms()],
            "distill": self.options(),
            "update": update,
            "seed": seed,
            "data": rows.digest,
        }


def _rows(
    data: Observed | RowTable,
    knowledge: TeacherKnowledge | None,
    device: torch.device | str,
    batch_size: int,
    seed: int,
    objective: Objective,
    workers: Workers,
) -> Rows | Stream:
    if isinstance(data, RowTable):
        if knowledge is not None:
            raise ConfigError("expected no knowledge beside a table of rows, which has its own; join it into the table")
        return Stream(data, device, batch_size, seed, objective, workers)
    if workers.size > 1:
        raise ConfigError("processes share the rows of a table, not those of a graph; start one, or join a table")
    return Rows(data, device, batch_size, generator(seed, "batches"), objective, knowledge)


def _keeper(
    course: Course, checkpoint: Checkpoint | None, identity: Callable[[], dict[str, Any]], workers: Workers
) -> Callable[[], None]:
    """Take up the checkpoint, if there is one; what is returned writes the next. Identities cost a look at all data."""
    if checkpoint is None:
        return lambda: None
    known = identity()
    course.restore(checkpoint.path, known)
    return lambda: course.save(checkpoint.path, known) if workers.rank == 0 else None


def _steps(course: Course, sweeps: list[Pass], rows: Rows | Stream) -> Iterator[tuple[Batch, Pass]]:
    """The batches of what is left of an epoch. Each time `course` is at the place after the step that is to be done."""
    epoch, begin, done = course.place
    for number, sweep in enumerate(sweeps[begin:], start=begin):
        place = Place(epoch, number, done if number == begin else 0)
        for step, cut in enumerate(rows.batches(sweep.rows, place), start=place.step + 1):
            course.place = Place(epoch, number, step)
            yield _batch(course.module, cut, epoch), sweep


def _batch(module: nn.Module, cut: Cut, epoch: int) -> Batch:
    return Batch(cut.ids, cut.labels, module(cut.x), cut.table, cut.neighbours, epoch, cut.hyperedges)


def _step(objective: Objective, optimiser: torch.optim.Optimizer, batch: Batch, workers: Workers) -> Tensor:
    """One optimiser step; returns the loss."""
    loss = objective(batch) if workers.size == 1 else _part(objective, batch, workers)
    clear(optimiser)
    loss.backward()
    parameters = (parameter for group in optimiser.param_groups for parameter in group["params"])
    total = workers.sum_gradients(loss.detach(), parameters, counts=len(batch.labels) > 0)
    optimiser.step()
    return total


def _part(objective: Objective, batch: Batch, workers: Workers) -> Tensor:
    """What this process's rows add to the loss of the whole batch, whose terms are means over rows or labelled rows."""
    own = torch.stack([torch.ones_like(batch.labels).sum(), (batch.labels >= 0).sum()]).to(batch.output.logits.dtype)
    share = own / workers.sum(own.clone()).clamp(min=1)
    terms = [(weight * share[0 if term.row_set == "all" else 1], term) for weight, term in objective.terms() if weight]
    values = [weight * term(batch) for weight, term in terms] if len(batch.labels) else []
    if not values:  # zero, and yet from the student: others wait for this process in the backward pass of its norms
        return batch.output.logits.sum() * 0.0 + batch.output.hidden.sum() * 0.0
    return torch.stack(values).sum()

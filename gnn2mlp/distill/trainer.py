"""The distiller: mini-batches of knowledge in, a student out."""

import time
from typing import Any

import torch
from torch import Tensor, nn

from gnn2mlp.core.limits import check_at_least, check_positive
from gnn2mlp.core.progress import Progress, silent
from gnn2mlp.core.seeds import generator, seeded
from gnn2mlp.core.spec import Configurable
from gnn2mlp.data.view import Observed
from gnn2mlp.distill.result import DistillationResult
from gnn2mlp.distill.rows import Cut, Rows
from gnn2mlp.distill.updates import UpdateRule, passes
from gnn2mlp.knowledge import TeacherKnowledge
from gnn2mlp.nn.training import EarlyStopping, History
from gnn2mlp.objectives import Batch, Objective
from gnn2mlp.students import Student


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
        observed: Observed,
        knowledge: TeacherKnowledge | None = None,
        *,
        update: UpdateRule = "joint",
        seed: int = 0,
        device: torch.device | str = "cpu",
        progress: Progress = silent,
    ) -> DistillationResult:
        """Train `student` on the observed nodes.

        Args:
            student: what to build.
            objective: what to minimise.
            observed: features, training labels and validation nodes.
            knowledge: the teacher's table; joined to the observed nodes by id.
            update: which terms share an optimiser pass.
            seed: of initialisation, batches and dropout.
            device: where to train.
            progress: told after every epoch.

        Raises:
            MissingKnowledgeError: before the first step, if the objective needs a key that the table does not hold.
            DataError: if the table lacks an observed node, or the objective speaks of links that the data do not have.
        """
        start = time.perf_counter()
        table = _join(knowledge, objective, observed, device)
        history = History()
        with seeded(seed, "student"):
            module = student.build(observed.graph.num_features, observed.graph.num_classes).to(device)
            objective.prepare(table, student.hidden)
            optimiser = self._optimiser(module, objective.to(device))
            stopping = EarlyStopping(module, self.patience)
            random = generator(seed, "batches")
            rows = Rows(observed, device, self.batch_size, random, objective)
            sweeps = passes(objective, update)
            for epoch in range(1, self.epochs + 1):
                module.train()
                losses = [
                    _step(sweep.objective, optimiser, _batch(module, cut, table, epoch))
                    for sweep in sweeps
                    for cut in rows.batches(sweep.rows)
                ]
                history.loss.append(torch.stack(losses).mean().item())
                history.valid.append(rows.valid_accuracy(module))
                progress(epoch, self.epochs, f"valid {history.valid[-1]:.3f}")
                if objective.follows(epoch):
                    with torch.no_grad():
                        objective.after_epoch(_batch(module.eval(), rows.whole("all"), table, epoch))
                if stopping.update(epoch, history.valid[-1]):
                    break
            stopping.restore()
        history.best_epoch, history.seconds = stopping.best_epoch, time.perf_counter() - start
        return DistillationResult(module.cpu(), history, self._card(student, seed, table))

    def options(self) -> dict[str, Any]:
        """The settings without the name."""
        return dict(self.spec().options)

    def _optimiser(self, module: nn.Module, objective: Objective) -> torch.optim.Optimizer:
        parameters = [*module.parameters(), *objective.parameters()]
        return torch.optim.Adam(parameters, lr=self.lr, weight_decay=self.weight_decay)

    def _card(self, student: Student, seed: int, table: TeacherKnowledge | None) -> dict[str, Any]:
        return {
            "student": student.spec().to_dict(),
            "distill": self.options(),
            "seed": seed,
            "knowledge": None if table is None else table.digest,
        }


def _join(
    knowledge: TeacherKnowledge | None, objective: Objective, observed: Observed, device: torch.device | str
) -> TeacherKnowledge | None:
    """What the objective reads of the knowledge, a row for each observed node; `None` if it reads nothing."""
    if not objective.requires:
        return None
    given = knowledge if knowledge is not None else TeacherKnowledge(torch.zeros(0, dtype=torch.int64), {})
    return given.select(objective.requires).align(observed.node_ids).to(device)


def _batch(module: nn.Module, cut: Cut, table: TeacherKnowledge | None, epoch: int) -> Batch:
    return Batch(cut.ids, cut.labels, module(cut.x), table, cut.neighbours, epoch, cut.hyperedges)


def _step(objective: Objective, optimiser: torch.optim.Optimizer, batch: Batch) -> Tensor:
    """One optimiser step; returns the loss."""
    loss: Tensor = objective(batch)
    optimiser.zero_grad()
    loss.backward()
    optimiser.step()
    return loss.detach()

"""The distiller: mini-batches of knowledge in, a student out."""

import time
from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor, nn

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.core.progress import Progress, silent
from gnn2mlp.core.seeds import generator, seeded
from gnn2mlp.core.spec import Configurable
from gnn2mlp.data.view import Observed
from gnn2mlp.distill.result import DistillationResult
from gnn2mlp.distill.updates import Pass, UpdateRule, passes
from gnn2mlp.knowledge import TeacherKnowledge
from gnn2mlp.nn.csr import Features, compute_form, gather
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
        batch_size: rows per step. Each epoch visits every row once, in batches of nearly equal size; fewer rows than
            `batch_size` make one batch.
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
        if min(epochs, patience, batch_size) < 1:
            raise ConfigError(f"distill: expected epochs, patience and batch_size of at least 1, got {self.spec()}")

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
            DataError: if the table lacks an observed node.
        """
        start = time.perf_counter()
        table = (knowledge or TeacherKnowledge(torch.zeros(0, dtype=torch.int64), {})).select(objective.requires)
        table = table.align(observed.node_ids).to(device) if objective.requires else None
        history = History()
        with seeded(seed, "student"):
            module = student.build(observed.graph.num_features, observed.graph.num_classes).to(device)
            optimiser = torch.optim.Adam(
                [*module.parameters(), *objective.to(device).parameters()], lr=self.lr, weight_decay=self.weight_decay
            )
            stopping = EarlyStopping(module, self.patience)
            rows = _Rows(observed, device, self.batch_size, generator(seed, "batches"))
            sweeps = passes(objective, update)
            for epoch in range(1, self.epochs + 1):
                module.train()
                losses = [self._step(module, optimiser, sweep, x, ids, labels, table)
                          for sweep in sweeps for x, ids, labels in rows.batches(sweep.rows)]  # fmt: skip
                history.loss.append(torch.stack(losses).mean().item())
                history.valid.append(rows.valid_accuracy(module))
                progress(epoch, self.epochs, f"valid {history.valid[-1]:.3f}")
                if stopping.update(epoch, history.valid[-1]):
                    break
            stopping.restore()
        history.best_epoch, history.seconds = stopping.best_epoch, time.perf_counter() - start
        card = {
            "student": student.spec().to_dict(),
            "distill": self.options(),
            "seed": seed,
            "knowledge": knowledge.digest if knowledge and objective.requires else None,
        }
        return DistillationResult(module.cpu(), history, card)

    def options(self) -> dict[str, Any]:
        """The settings without the name."""
        return self.spec().options

    @staticmethod
    def _step(
        module: nn.Module,
        optimiser: torch.optim.Optimizer,
        sweep: Pass,
        x: Features,
        ids: Tensor,
        labels: Tensor,
        table: TeacherKnowledge | None,
    ) -> Tensor:
        loss = sweep.objective(Batch(ids, labels, module(x), table))
        optimiser.zero_grad(set_to_none=False)
        loss.backward()
        optimiser.step()
        return loss.detach()  # type: ignore[no-any-return]


class _Rows:
    """The observed rows on the device, cut into batches anew in every epoch."""

    def __init__(self, observed: Observed, device: torch.device | str, batch_size: int, random: torch.Generator):
        self.features = compute_form(observed.graph.features, device)
        self.labels = torch.full_like(observed.graph.labels, -1)
        self.labels[observed.train] = observed.graph.labels[observed.train]
        self.labels = self.labels.to(device)
        self.sets = {"all": torch.arange(observed.graph.num_nodes), "labelled": observed.train}
        self.batch_size = batch_size
        self.random = random
        self.valid_x = gather(self.features, observed.valid.to(device))
        self.valid_labels = observed.graph.labels[observed.valid].to(device)
        self._single: dict[str, tuple[Features, Tensor, Tensor]] = {}

    def batches(self, name: str) -> Iterator[tuple[Features, Tensor, Tensor]]:
        """Features, row ids and training labels of each batch of the row set `name`."""
        rows = self.sets[name]
        count = max(1, round(rows.numel() / self.batch_size))
        if count == 1:  # the same batch in every epoch: gather it once, keep its transpose
            if name not in self._single:
                self._single[name] = self._take(rows)
            yield self._single[name]
            return
        order = rows[torch.randperm(rows.numel(), generator=self.random)]
        yield from map(self._take, order.tensor_split(count))

    def _take(self, rows: Tensor) -> tuple[Features, Tensor, Tensor]:
        rows = rows.to(self.labels.device)
        return gather(self.features, rows), rows, self.labels[rows]

    @torch.no_grad()
    def valid_accuracy(self, module: nn.Module) -> float:
        """Share of validation nodes that the student gets right."""
        module.eval()
        return (module(self.valid_x).logits.argmax(-1) == self.valid_labels).double().mean().item()

"""One configuration on one inner split: a student is trained, and the judges say what it is worth."""

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import torch
from torch import Tensor

from gnn2mlp.core import artefact
from gnn2mlp.core.identity import Execution
from gnn2mlp.core.listeners import Listener
from gnn2mlp.core.progress import Progress
from gnn2mlp.data.view import Full, Observed
from gnn2mlp.deploy.predictor import Predictor
from gnn2mlp.distill.distiller import Distiller
from gnn2mlp.inputs import Inputs
from gnn2mlp.knowledge.knowledge import TeacherKnowledge
from gnn2mlp.methods import Method
from gnn2mlp.nn.csr import Features, compute_form, gather
from gnn2mlp.objectives import Objective
from gnn2mlp.pipeline.stage import Origin
from gnn2mlp.pipeline.student import distil_student
from gnn2mlp.students import Student
from gnn2mlp.tasks import Task


class Judged(NamedTuple):
    """What a student says of the judges of an inner split.

    Args:
        outputs: float32 (judges, outputs), as the task reads them.
        valid: float32 (validation nodes, outputs), of those that chose the epoch; a threshold is chosen on them.
        about: `epoch` that was kept, `seconds` of the student's training, and `all_seconds` with its teacher's, if that
            was trained for it.
    """

    outputs: Tensor
    valid: Tensor
    about: dict[str, Any]

    def score(self, truth: "Truth", rows: Tensor | None = None) -> float:
        """The metric that chooses the epoch, on the judges, or on some of them; higher is better."""
        task = truth.task.with_threshold(self.valid, truth.valid)
        if rows is None:
            return task.score(self.outputs, truth.labels)
        return task.score(self.outputs[rows], truth.labels[rows])

    def loss(self, truth: "Truth") -> float:
        """The supervised loss on the judges."""
        known = truth.task.known(truth.labels)
        return float(truth.task.loss(self.outputs[known], truth.labels[known]).mean())


class Truth(NamedTuple):
    """What answers are compared with.

    Args:
        task: fitted on the inner split.
        labels: of the judges, (judges, ...).
        valid: of the validation nodes that chose the epoch, (validation nodes, ...).
    """

    task: Task
    labels: Tensor
    valid: Tensor

    @classmethod
    def of(cls, observed: Observed, full: Full) -> "Truth":
        """That of an inner split."""
        return cls(observed.task, full.labels[full.split.test], observed.graph.labels[observed.valid])


def judge(
    student: Student,
    method: Method,
    objective: Objective,
    inputs: Inputs,
    distiller: Distiller,
    observed: Observed,
    full: Full,
    knowledge: TeacherKnowledge | None,
    seed: int,
    execution: Execution,
    *,
    device: torch.device,
    progress: Progress,
    begun: float,
    listeners: Sequence[Listener] = (),
) -> Judged:
    """Train a student on the inner view and let it answer the judges, the test nodes of the inner split.

    Args:
        student: recipe of the network.
        method: how it learns.
        objective: what the method will build, so that the code of every term decides.
        inputs: what makes its rows, not yet fitted.
        distiller: how training goes.
        observed: of the inner split.
        full: of the inner split; features of the judges are read, none of their labels.
        knowledge: what a teacher of the same view knows; `None` for a method that reads nothing of it.
        seed: of initialisation, batches and dropout.
        execution: how torch computes; it is so already.
        device: which device of the kind that `execution` names.
        progress: told after every epoch; what it raises ends the training.
        begun: when work on all of this began, by `time.monotonic`, the teacher's training included.
        listeners: told of every training.
    """
    made = distil_student(
        observed, observed.task, None, observed.graph.name, student=student, method=method, objective=objective,
        inputs=inputs, distiller=distiller, knowledge=knowledge, seed=seed, execution=execution, stage="student",
        device=device, progress=progress, listeners=listeners,
    )  # fmt: skip
    history = made.card["history"]
    about = {
        "epoch": history["best_epoch"],
        "seconds": history["seconds"],
        "all_seconds": time.monotonic() - begun,
    }
    chose = observed.node_ids[observed.valid]
    return Judged(_answers(made, full, full.split.test), _answers(made, full, chose), about)


def _answers(student: Predictor, full: Full, ids: Tensor) -> Tensor:
    """Outputs (ids, outputs) of some nodes of the graph, from what the student reads of them."""
    rows: Features
    if not student.inputs.of_features:
        rows = gather(student.inputs.rows(full.graph), ids)
    else:
        rows = student.inputs.transform(gather(full.graph.features, ids))
    with torch.inference_mode():
        logits: Tensor = student.module(compute_form(rows).to(dtype=torch.get_default_dtype())).logits
    return logits.float().cpu().clone()


def save_judged(path: Path, judged: Judged, origin: Origin) -> None:
    """Write what a student said, and how that came about."""
    card = {"about": judged.about, "made": origin.to_dict()}
    artefact.save(path, "judged", {"outputs": judged.outputs, "valid": judged.valid}, card)


def load_judged(path: Path) -> tuple[Judged, Any]:
    """What a student said, and how that came about."""
    tensors, card = artefact.load(path, "judged")
    return Judged(tensors["outputs"], tensors["valid"], card["about"]), card.get("made")

"""The stage `answers`: what each model of a seed says of every validation and test node, kept for the comparison."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from gnn2mlp.core import artefact
from gnn2mlp.core.identity import Execution
from gnn2mlp.data.view import Full, Observed
from gnn2mlp.deploy.predictor import Predictor
from gnn2mlp.evaluate.node_errors import node_errors
from gnn2mlp.evaluate.outliers import placed_among_codes
from gnn2mlp.knowledge.knowledge import TeacherKnowledge
from gnn2mlp.pipeline.backends import student_input
from gnn2mlp.pipeline.fitting.baselines import Answers
from gnn2mlp.pipeline.scoring import student_logits, teacher_logits
from gnn2mlp.pipeline.stage import Origin, Storage
from gnn2mlp.tasks import Task
from gnn2mlp.teachers import Teacher

KIND = "answers"
POPULATIONS = ("unseen", "seen", "test", "valid")
# Rows are compared with the codes so many at a time.
_CHUNK = 4096

Table = dict[str, Tensor]
"""`node`, `population` (position in `POPULATIONS`), `errors/MODEL`, and of classes `answers/MODEL` and `confidence`;
`code` where the teacher has codes. A value for each row."""


def model_answers(
    teacher: Teacher,
    knowledge: TeacherKnowledge,
    mlp: Predictor,
    student: Predictor,
    observed: Observed,
    full: Full,
    execution: Execution,
    linear: Answers | None = None,
    boosting: Answers | None = None,
    *,
    device: torch.device,
) -> Table:
    """What every model answers, and how wrong that is.

    The teacher answers for unseen nodes with all links, for others with those that it was trained on; the other models
    read features alone. Nodes of unknown label are left out.

    Args:
        teacher: trained.
        knowledge: what it wrote down of the observed nodes.
        mlp: the student's network, trained on labels alone.
        student: the student that learnt from the teacher.
        observed: what all of them were trained on.
        full: the graph with all labels, and the split.
        execution: how torch computes; it is so already.
        linear: what a linear model says of validation and test nodes, in this order.
        boosting: likewise of boosted trees.
        device: which device of the kind that `execution` names.
    """
    of_teacher = teacher_logits(teacher, knowledge, full, device)
    alone = {"student": student_logits(student, full), "mlp": student_logits(mlp, full)}
    split, labels = full.split, full.labels
    told = torch.cat([split.valid, split.test])
    for name, one in (("linear", linear), ("boosting", boosting)):
        if one is not None:
            alone[name] = torch.full((labels.size(0), one.outputs.size(1)), float("nan"))
            alone[name][told] = one.outputs
    warm = of_teacher["observed"].clone()
    warm[split.unseen] = of_teacher["full"][split.unseen]
    outputs = {"teacher": warm, **alone}
    node, population = _rows(full)
    found = {"node": node, "population": population}
    for name, output in outputs.items():
        task = observed.task.with_threshold(output[split.valid], labels[split.valid])
        found |= _of_model(name, task, output[node], labels[node])
    if observed.task.exclusive:
        found["confidence"] = outputs["student"][node].double().softmax(1).amax(1).float()
    if {"codebook", "code", "code_unit_length"} <= knowledge.values.keys():
        found["code"] = torch.from_numpy(node_codes(student, knowledge, full))[node]
    return found


def node_codes(student: Predictor, knowledge: TeacherKnowledge, full: Full) -> np.ndarray:
    """The code of every node, int64: the teacher's of those it saw, of others the one that the student places nearest.

    The student's place is `gnn2mlp.evaluate.placed_among_codes`, a linear map from its last hidden activations.
    """
    with torch.inference_mode():
        hidden = student.to("cpu").module(student_input(student, full.graph)).hidden
    unit = bool(knowledge["code_unit_length"])
    codes = knowledge["codebook"].double()
    codes = torch.nn.functional.normalize(codes, dim=1) if unit else codes
    ids, own = knowledge.node_ids, knowledge["code"]
    found = torch.full((full.graph.num_nodes,), -1)
    rest = (found.scatter(0, ids, own) < 0).nonzero()[:, 0]
    if rest.numel():
        vectors = placed_among_codes(hidden[ids].numpy(), codes[own].numpy(), hidden[rest].numpy())
        placed = torch.from_numpy(vectors)
        placed = torch.nn.functional.normalize(placed, dim=1) if unit else placed
        nearest = [torch.cdist(part, codes).argmin(1) for part in placed.split(_CHUNK)]
        found[rest] = torch.cat(nearest)
    found[ids] = own
    return found.numpy()


def answers_file(path: Path) -> Storage[Table]:
    """One file for the newest answers of a seed."""

    def load(path: Path) -> tuple[Table, Any]:
        tensors, card = artefact.load(path, KIND)
        return dict(tensors), card.get("made")

    def save(path: Path, value: Table, origin: Origin) -> None:
        path.unlink(missing_ok=True)  # it is there if it is damaged, perhaps beyond telling what it was
        artefact.save(path, KIND, value, {"made": origin.to_dict()})

    return Storage(lambda identity: path, load, save)


def _rows(full: Full) -> tuple[Tensor, Tensor]:
    """Nodes of known label of every population, and which population each is of."""
    split = full.split
    names = {"seen": split.seen, "unseen": split.unseen}
    groups: Mapping[str, Tensor] = {"test": split.test} if split.setting == "transductive" else names
    known = full.graph.task.known(full.labels)
    parts = [(ids[known[ids]], POPULATIONS.index(name)) for name, ids in [*groups.items(), ("valid", split.valid)]]
    node = torch.cat([ids for ids, _ in parts])
    return node, torch.cat([torch.full_like(ids, place) for ids, place in parts])


def _of_model(name: str, task: Task, output: Tensor, labels: Tensor) -> Table:
    found = {f"errors/{name}": torch.from_numpy(node_errors(task, output, labels)).float()}
    if task.exclusive:
        found[f"answers/{name}"] = task.decide(output)  # type: ignore[attr-defined]
    return found

"""How well foreign rows are told: a class is taken out of the graph, and a student that never met it is asked."""

import time
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor

from gnn2mlp.core.environment import resolve_device
from gnn2mlp.core.errors import ConfigError, listing, nearest
from gnn2mlp.core.identity import Execution
from gnn2mlp.core.progress import Progress, silent
from gnn2mlp.data.nodes import NodeData
from gnn2mlp.data.split import Split
from gnn2mlp.deploy.predictor import Predictor
from gnn2mlp.distill.distiller import Distiller
from gnn2mlp.evaluate.outliers import code_distance, energy, outlier_auroc, placed_among_codes
from gnn2mlp.inputs import Inputs
from gnn2mlp.inputs.features import OwnFeatures
from gnn2mlp.knowledge.keys import ON_DEMAND
from gnn2mlp.knowledge.knowledge import TeacherKnowledge
from gnn2mlp.methods import Method
from gnn2mlp.pipeline.backends import student_input
from gnn2mlp.pipeline.knowledge import export_knowledge
from gnn2mlp.pipeline.student import distil_student
from gnn2mlp.pipeline.teacher import fit_teacher
from gnn2mlp.pipeline.views import training_view
from gnn2mlp.students import Student
from gnn2mlp.tasks.answers import softmax
from gnn2mlp.tasks.classification import NodeClassification
from gnn2mlp.teachers import Export, Teacher

# A teacher and a student more are trained for it: on graphs of more nodes only where somebody asks.
AFFORDABLE = 50_000
# A class of fewer nodes says too little.
FEWEST = 20


class LeftOut(NamedTuple):
    """What a student that never met a class makes of its nodes.

    Args:
        label: the class.
        foreign: how many nodes it has.
        known: how many test nodes of other classes they are told from.
        auroc: by score, the probability that a foreign node scores above a known one: `energy` (what
            `Predictor.outlier_score` gives), `confidence` (1 less the probability of the answer), and `code_distance`
            where the teacher has codes.
        seconds: that both trainings took.
    """

    label: Any
    foreign: int
    known: int
    auroc: dict[str, float]
    seconds: float


def left_out(
    graph: NodeData,
    split: Split,
    teacher: Teacher,
    method: Method,
    student: Student,
    inputs: Inputs | None = None,
    distiller: Distiller | None = None,
    export: Export | None = None,
    label: Any = None,
    seed: int = 0,
    device: torch.device | str = "cpu",
    progress: Progress = silent,
) -> LeftOut:
    """Take a class out of the graph, train teacher and student on the rest, and score how foreign nodes are.

    The nodes of the class leave with all of their links. What is known of nodes without a label cannot be said, and
    they stay.

    Args:
        graph: with classes.
        split: whose training and validation nodes of other classes train, and whose test nodes are the known ones.
        teacher: untrained, with its options; it stays as it is.
        method: how the student learns.
        student: recipe of the network.
        inputs: what makes its rows, unfitted; default: the features.
        distiller: how training goes.
        export: sizes of what the teacher writes down.
        label: the class to leave out; default: the rarest one that has at least 20 nodes.
        seed: of both trainings.
        device: where to train.
        progress: told after every epoch of both.

    Raises:
        ConfigError: for a task without classes, fewer than three classes, or a class that is not there or too rare.
    """
    position, start = left_out_class(graph, label), time.perf_counter()
    rest, split_of_rest = without_class(graph, split, position)
    learner = _trained(
        rest, split_of_rest, teacher, method, student, inputs, distiller, export, seed, resolve_device(device), progress
    )
    foreign = (graph.labels == position).nonzero().flatten()
    known = split.test[(graph.labels[split.test] != position) & (graph.labels[split.test] >= 0)]
    scores = _scores(*learner, graph, (graph.labels != position).nonzero().flatten())
    found = {name: outlier_auroc(score[known.numpy()], score[foreign.numpy()]) for name, score in scores.items()}
    return LeftOut(
        graph.task.answers.classes[position].item(),  # type: ignore[index]
        foreign.numel(),
        known.numel(),
        {name: value for name, value in found.items() if value is not None},
        time.perf_counter() - start,
    )


def without_class(graph: NodeData, split: Split, position: int) -> tuple[NodeData, Split]:
    """What is left of both when the nodes of a class do not exist; nodes and classes are numbered anew."""
    kept = (graph.labels != position).nonzero().flatten()
    place = torch.full((graph.num_nodes,), -1)
    place[kept] = torch.arange(kept.numel())

    def moved(ids: Tensor) -> Tensor:
        return place[ids][place[ids] >= 0]

    sub = graph.subgraph(kept)
    task = graph.task
    assert isinstance(task, NodeClassification)
    classes = [name for k, name in enumerate(task.classes) if k != position]
    weight = task.class_weight if task.class_weight == "balanced" else None
    rest = replace(
        sub,
        labels=sub.labels - (sub.labels > position).long(),
        task=NodeClassification(classes, metric=task.metric, class_weight=weight),
    )
    parts: dict[str, Any] = {
        part: moved(getattr(split, part)) for part in ("train", "valid", "seen", "unseen", "absent")
    }
    return rest, replace(split, **parts)


def left_out_class(graph: NodeData, label: Any = None) -> int:
    """Position of the class that `left_out` takes out.

    Raises:
        ConfigError: as `left_out` does.
    """
    task = graph.task
    if not isinstance(task, NodeClassification) or task.num_outputs < 3:
        raise ConfigError(
            f"left out: expected at least three classes, so that two are left to learn, got {task.num_outputs} "
            f"{task.outputs_called}"
        )
    count = torch.bincount(graph.labels[graph.labels >= 0], minlength=task.num_outputs)
    if label is None:
        able = (count >= FEWEST).nonzero().flatten()
        if not able.numel():
            raise ConfigError(f"left out: expected a class of at least {FEWEST} nodes, got {int(count.max())} at most")
        return int(able[count[able].argmin()])
    names = [*map(str, task.classes)]
    if str(label) not in names:
        raise ConfigError(f"left out: no class {label!r}{nearest(str(label), names)} (classes: {listing(names, 10)})")
    position = names.index(str(label))
    if count[position] < FEWEST:
        raise ConfigError(
            f"left out: class {label!r} has {int(count[position])} nodes, which say too little; expected {FEWEST}"
        )
    return position


def _trained(
    graph: NodeData,
    split: Split,
    teacher: Teacher,
    method: Method,
    student: Student,
    inputs: Inputs | None,
    distiller: Distiller | None,
    export: Export | None,
    seed: int,
    device: torch.device,
    progress: Progress,
) -> tuple[Predictor, TeacherKnowledge | None]:
    """A student of a teacher of this graph, and what the teacher knows."""
    execution, observed = Execution.on(device), training_view(graph, split)
    knowledge = None
    if method.teacher_keys:
        fitted = fit_teacher(teacher, observed, seed, execution, device=device, progress=progress)
        cheap = teacher.provides - ON_DEMAND
        needs = sorted(cheap | method.teacher_keys)
        classes = list(range(graph.task.num_outputs))
        knowledge = export_knowledge(
            fitted, observed, needs, export or Export(), seed, execution, classes, graph.name, device=device
        )
    made = distil_student(
        observed,
        graph.task,
        None,
        graph.name,
        student=student,
        method=method,
        objective=method.build_objective(),
        inputs=inputs if inputs is not None else OwnFeatures(),
        distiller=distiller or Distiller(),
        knowledge=knowledge,
        seed=seed,
        execution=execution,
        stage="left out",
        device=device,
        progress=progress,
    )
    return made, knowledge


def _scores(
    student: Predictor, knowledge: TeacherKnowledge | None, graph: NodeData, kept: Tensor
) -> dict[str, np.ndarray]:
    """How foreign every node of the whole graph is, by score; `kept` are the nodes that the rest is made of."""
    with torch.inference_mode():
        output = student.to("cpu").module(student_input(student, graph))
    logits = output.logits.double().numpy()
    scores = {"energy": energy(logits), "confidence": 1 - softmax(logits).max(axis=1)}
    if knowledge is not None and {"codebook", "code", "code_unit_length"} <= knowledge.values.keys():
        scores["code_distance"] = student_code_distance(output.hidden, knowledge, kept)
    return scores


def student_code_distance(hidden: Tensor, knowledge: TeacherKnowledge, ids: Tensor | None = None) -> np.ndarray:
    """Distance (nodes,) of each node to the nearest code, by a student's last hidden activations.

    Args:
        hidden: (nodes, hidden) of all nodes of a graph.
        knowledge: with codes.
        ids: (rows of the graph that the knowledge speaks of,): which node each is; default: the same.
    """
    unit = bool(knowledge["code_unit_length"])
    codes = knowledge["codebook"].double()
    codes = torch.nn.functional.normalize(codes, dim=1) if unit else codes
    observed = knowledge.node_ids if ids is None else ids[knowledge.node_ids]
    placed = placed_among_codes(hidden[observed].numpy(), codes[knowledge["code"]].numpy(), hidden.numpy())
    return code_distance(placed, codes.numpy(), unit)

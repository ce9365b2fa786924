"""The stage `record`: scores, once, after every choice has been made."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import torch
from torch import Tensor, nn

from gnn2mlp.core.identity import Execution
from gnn2mlp.data.view import Full, Observed
from gnn2mlp.deploy.predictor import Predictor
from gnn2mlp.knowledge.knowledge import TeacherKnowledge
from gnn2mlp.nn.training import History
from gnn2mlp.pipeline.backends import student_input
from gnn2mlp.pipeline.facts import code_record, seen_test_nodes, trust_record, validation_nodes
from gnn2mlp.pipeline.node_answers import NodeAnswers, metric_of
from gnn2mlp.pipeline.text_baselines import text_scores
from gnn2mlp.tasks import Task
from gnn2mlp.teachers import Teacher

# What a student is compared with that has no teacher: the plain MLP, or the network of a student that needs the graph.
BASELINES = ("mlp", "plain")
MODELS = ("teacher", *BASELINES, "student")


def score(
    teacher: Teacher,
    knowledge: TeacherKnowledge,
    mlp: Predictor | Teacher,
    student: Predictor | Teacher,
    observed: Observed,
    full: Full,
    unseen_share: float,
    seed: int,
    execution: Execution,
    previous: Tensor | None = None,
    *,
    device: torch.device,
) -> dict[str, Any]:
    """Score teacher, plain MLP and student.

    The teacher is scored on seen nodes with the observed edges, on unseen nodes and on `test` with all edges, and on
    `cold` ones, the unseen nodes again, without any edge of theirs; students see features alone, and answer cold nodes
    as any others, but for those whose rows are made with the graph; one that needs the graph is scored as the teacher
    is. The test labels are read here and nowhere else.
    Where the knowledge holds them, `codes` tells how the codebook is used, and `trust` whether reliability tells the
    teacher's right answers from its wrong ones. Beside a teacher that reads texts `text_baselines` has what reads less
    than it does. `notes` says what a reader should know of the trainings, mostly nothing.

    Args:
        teacher: trained.
        knowledge: what it wrote down of the observed nodes.
        mlp: the student that read nothing of it; in the record it is called `mlp`, or `plain` if it needs the graph.
        student: the student that did.
        observed: what all of them were trained on.
        full: the graph with all labels, and the split.
        unseen_share: share of unseen nodes in production.
        seed: for the record.
        execution: how torch computes; it is so already.
        previous: what a deployed student says of all nodes; then `churn` tells by model how many of its answers are
            others now, the student's alone being of one that was to keep to it.
        device: which device of the kind that `execution` names.
    """
    students = {"plain" if isinstance(mlp, Teacher) else "mlp": mlp, "student": student}
    models: dict[str, Predictor | Teacher] = {"teacher": teacher, **students}
    logits = {name: warm_logits(one, observed, full, device) for name, one in students.items()}
    logits = {"teacher": teacher_logits(teacher, knowledge, full, device), **logits}
    for name, cold in cold_logits(teacher, students, logits, full, device).items():
        logits[name]["cold"] = cold
    task = observed.task
    answers = NodeAnswers(logits, task, full, unseen_share)
    baselines = text_scores(teacher, observed, full, unseen_share, seed, device, metric_of)
    codes = code_record(knowledge)
    return {
        "seed": seed,
        "split": {"digest": full.split.digest, **full.split.sizes},
        "metric": {"name": task.metric, **told_of_metric(task)},
        **answers.scores(),
        "fidelity": answers.fidelity(),
        **({"ece": answers.calibration_errors()} if task.exclusive else {}),
        **({} if previous is None else {"churn": answers.churn(previous)}),
        **_trainings(models, knowledge.card["seconds"]),
        **(answers.diagrams() if task.exclusive else {}),
        **({"by_class": answers.by_class()} if hasattr(task, "decide") else {}),  # a task of numbers decides nothing
        "parameters": {name: parameters_of(one) for name, one in models.items()},
        **({"codes": codes} if codes else {}),
        **({"text_baselines": baselines} if baselines else {}),
        **(_trust(knowledge, observed, full) if task.exclusive else {}),
    }


def _trainings(models: Mapping[str, Predictor | Teacher], knowledge_seconds: float) -> dict[str, Any]:
    """How long the stages took, how trainings went, and what a reader should know of them, mostly nothing."""
    histories = {model: history_of(one) for model, one in models.items()}
    seconds = {model: history["seconds"] for model, history in histories.items()}
    return {
        "seconds": {"teacher": seconds.pop("teacher"), "knowledge": knowledge_seconds, **seconds},
        # A teacher that knows no epochs has no history.
        "history": {model: with_best(history) for model, history in histories.items() if history["valid"]},
        "notes": [f"{model}: {note}" for model, history in histories.items() if (note := History(**history).note())],
    }


def _trust(knowledge: TeacherKnowledge, observed: Observed, full: Full) -> dict[str, Any]:
    """Whether reliability tells the teacher's right answers from its wrong ones, where the knowledge holds it."""
    table = seen_test_nodes(knowledge, observed, full)
    return {"trust": trust_record(table, validation_nodes(knowledge, observed, full))} if table else {}


def parameters(module: nn.Module) -> int:
    """How many numbers a network learnt."""
    return sum(parameter.numel() for parameter in module.parameters())


def parameters_of(model: Predictor | Teacher) -> int | None:
    """How many numbers a model learnt, those of its members together; `None` for one that is no network."""
    if isinstance(model, Predictor):
        return parameters(model.module)
    members = getattr(model, "teachers", None)
    if members:
        sizes = [parameters_of(one) for one in members]
        return None if None in sizes else sum(size for size in sizes if size is not None)
    module = getattr(model, "module_", None)
    return parameters(module) if isinstance(module, nn.Module) else None


def history_of(model: Predictor | Teacher) -> dict[str, Any]:
    """How the training of a model went, in plain types."""
    found: dict[str, Any] = model.history_.to_dict() if isinstance(model, Teacher) else model.card["history"]
    return found


def told_of_metric(task: Task) -> dict[str, Any]:
    """What a reader has to know of the metric, in plain types."""
    metric = task.metrics[task.metric]
    return {"title": metric.title, "greater_is_better": metric.greater_is_better, "share": metric.share}


def with_best(history: Mapping[str, Any]) -> dict[str, Any]:
    """A history, and the validation score of the epoch that was kept."""
    return {**history, "valid_best": history["valid"][history["best_epoch"] - 1]}


def teacher_logits(
    teacher: Teacher, knowledge: TeacherKnowledge, full: Full, device: torch.device
) -> dict[str, Tensor]:
    """Teacher's logits over all nodes of the full graph.

    `observed`: from the observed edges alone; rows of unseen nodes are NaN. `full`: from all edges.
    """
    everything = teacher.predict(full.graph, device)
    observed = torch.full_like(everything, float("nan"))
    observed[knowledge.node_ids] = knowledge["logits"].to(everything.dtype)
    return {"observed": observed, "full": everything}


def cold_logits(
    teacher: Teacher,
    students: Mapping[str, Predictor | Teacher],
    warm: Mapping[str, Mapping[str, Tensor]],
    full: Full,
    device: torch.device,
) -> dict[str, Tensor]:
    """Logits of every model on the graph in which unseen nodes have no links; none in the transductive setting.

    Args:
        teacher: trained.
        students: by name.
        warm: their logits on the whole graph, as `warm_logits` gives them; features alone give the same here.
        full: the whole graph.
        device: where the teacher computes.
    """
    if full.split.setting == "transductive":
        return {}
    cold = replace(full, graph=full.graph.without_links_of(full.split.unseen))

    def said(name: str, student: Predictor | Teacher) -> Tensor:
        if isinstance(student, Teacher):
            return student.predict(cold.graph, device)
        return student_logits(student, cold) if student.inputs.needs_graph else warm[name]["full"]

    return {"teacher": teacher.predict(cold.graph, device), **{name: said(name, one) for name, one in students.items()}}


def warm_logits(
    student: Predictor | Teacher, observed: Observed, full: Full, device: torch.device
) -> dict[str, Tensor]:
    """A student's logits over all nodes: `observed`, for nodes that were seen, and `full`, for all.

    From features alone both are the same. One that needs the graph answers as a teacher does: with the observed links,
    its rows of unseen nodes being NaN, and with all links.
    """
    if not isinstance(student, Teacher):
        alone = student_logits(student, full)
        return {"observed": alone, "full": alone}
    everything = student.predict(full.graph, device)
    seen = torch.full_like(everything, float("nan"))
    seen[observed.node_ids] = student.predict(observed.graph, device)
    return {"observed": seen, "full": everything}


def student_logits(student: Predictor, full: Full) -> Tensor:
    """A student's logits over all nodes, from features alone."""
    features = student_input(student, full.graph)
    with torch.inference_mode():
        logits: Tensor = student.module(features).logits
    return logits.clone()

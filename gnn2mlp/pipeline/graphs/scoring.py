"""The stage `record` of whole graphs: scores, once, after every choice has been made."""

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor

from gnn2mlp.core.identity import Execution
from gnn2mlp.data.graphs import FullGraphs, GraphSet, ObservedGraphs
from gnn2mlp.deploy.graph_predictor import GraphPredictor
from gnn2mlp.evaluate import class_counts, diagram_by_mass, expected_calibration_error, reliability_diagram
from gnn2mlp.evaluate.graph_baselines import GRAPH_BASELINES
from gnn2mlp.knowledge.knowledge import TeacherKnowledge
from gnn2mlp.nn.training import History
from gnn2mlp.pipeline.scoring import parameters, told_of_metric, with_best
from gnn2mlp.tasks import Task
from gnn2mlp.tasks.multi_label import MultiLabel
from gnn2mlp.teachers import GraphLevelTeacher, Teacher

# The models of a run: what is trained, and the baselines that read next to nothing, in the order in which they stand.
GRAPH_MODELS = (*GRAPH_BASELINES, "mlp", "student", "teacher")
_TRAINED = ("teacher", "mlp", "student")
# Graphs that are tested are one group.
TEST = "test"


def score_graphs(
    teacher: Teacher,
    knowledge: TeacherKnowledge,
    mlp: GraphPredictor,
    student: GraphPredictor,
    observed: ObservedGraphs,
    full: FullGraphs,
    seed: int,
    execution: Execution,
    *,
    device: torch.device,
) -> dict[str, Any]:
    """Score teacher, students and baselines on the test graphs; their labels are read here and nowhere else.

    The teacher reads nodes and edges, students nodes alone. Baselines are regressions on how large a graph is, and on
    how often each label occurs among its nodes: what a network has to be compared with. Under `scores` is every metric
    of the task; one that is not defined is left out.

    Args:
        teacher: trained.
        knowledge: what it wrote down of the observed graphs.
        mlp: the student that read nothing of it.
        student: the student that did.
        observed: what all of them were trained on.
        full: all graphs with all labels, and the split.
        seed: for the record.
        execution: how torch computes; it is so already.
        device: which device of the kind that `execution` names.
    """
    assert isinstance(teacher, GraphLevelTeacher), "a run of whole graphs"
    split, task = full.split, observed.task
    asked = torch.cat([split.valid, split.test])
    graphs, labels = full.graphs.take(asked), full.labels[asked]
    valid = slice(0, split.valid.numel())
    test = slice(split.valid.numel(), None)
    said = outputs_of(teacher, mlp, student, observed, graphs, seed, device)
    # A threshold that is to be chosen is chosen for each model, as the student's was that ships.
    tasks = {model: task.with_threshold(logits[valid], labels[valid]) for model, logits in said.items()}
    answers = {model: logits[test] for model, logits in said.items()}
    truth = labels[test]
    scores = {model: {TEST: _defined(tasks[model].scores(answers[model], truth))} for model in GRAPH_MODELS}
    histories = {"teacher": teacher.history_.to_dict(), "mlp": mlp.card["history"], "student": student.card["history"]}
    seconds = {model: history["seconds"] for model, history in histories.items()}
    return {
        "seed": seed,
        "split": {"digest": split.digest, **split.sizes, "test": split.test.numel()},
        "metric": {"name": task.metric, **told_of_metric(task)},
        **{model: _chosen(found, task.metric) for model, found in scores.items()},
        "scores": scores,
        "fidelity": {TEST: task.agreement(answers["student"], answers["teacher"])},
        **_calibrated(answers, truth, task),
        **_by_task(answers, truth, task),
        "seconds": {"teacher": seconds.pop("teacher"), "knowledge": knowledge.card["seconds"], **seconds},
        "history": {model: with_best(history) for model, history in histories.items() if history["valid"]},
        "parameters": {
            "teacher": parameters(teacher.module_),
            "mlp": parameters(mlp.module),
            "student": parameters(student.module),
        },
        "notes": [
            *(f"{model}: {note}" for model, history in histories.items() if (note := History(**history).note())),
            *_undefined(scores["student"][TEST], task),
        ],
    }


def outputs_of(
    teacher: GraphLevelTeacher,
    mlp: GraphPredictor,
    student: GraphPredictor,
    observed: ObservedGraphs,
    graphs: GraphSet,
    seed: int,
    device: torch.device,
) -> dict[str, Tensor]:
    """What each model says of graphs, (graphs, outputs), baselines first."""
    said = {name: fit(observed, seed)(graphs) for name, fit in GRAPH_BASELINES.items()}
    return said | {
        "mlp": torch.from_numpy(mlp.outputs(graphs)),
        "student": torch.from_numpy(student.outputs(graphs)),
        "teacher": teacher.predict(graphs, device),
    }


def _chosen(found: Mapping[str, Mapping[str, float]], metric: str) -> dict[str, float]:
    """The run's metric by population, where it is defined."""
    return {population: values[metric] for population, values in found.items() if metric in values}


def _defined(values: Mapping[str, float]) -> dict[str, float]:
    return {name: value for name, value in values.items() if value == value}


def _undefined(values: Mapping[str, float], task: Task) -> list[str]:
    absent = [task.metrics[name].title for name in task.metrics if name not in values]
    return [f"{', '.join(absent)}: not defined on these test graphs"] if absent else []


def _by_task(answers: Mapping[str, Tensor], truth: Tensor, task: Task) -> dict[str, Any]:
    """How well each of several tasks is told, and of how many graphs its answer is known."""
    if not isinstance(task, MultiLabel) or task.num_outputs < 2:
        return {}
    found = {model: task.scores_by_label(answers[model], truth) for model in GRAPH_MODELS}
    return {
        "by_task": {
            "known": (~truth.isnan()).sum(0).tolist(),
            "yes": (truth == 1).sum(0).tolist(),
            "metric": found["student"][0],
            "scores": {model: scores for model, (_, scores) in found.items()},
        }
    }


def _calibrated(answers: Mapping[str, Tensor], truth: Tensor, task: Task) -> dict[str, Any]:
    """How far confidence can be believed, and answers class by class, where graphs have one class each."""
    if not task.exclusive:
        return {}
    trained = {model: answers[model] for model in _TRAINED}
    return {
        "ece": {model: {TEST: expected_calibration_error(logits, truth)} for model, logits in trained.items()},
        "reliability": {model: dict(reliability_diagram(logits, truth)._asdict()) for model, logits in trained.items()},
        "calibration": {model: dict(diagram_by_mass(logits, truth)._asdict()) for model, logits in trained.items()},
        "by_class": {
            TEST: {
                model: class_counts(task.decide(logits), truth, task.num_outputs)._asdict()  # type: ignore[attr-defined]
                for model, logits in trained.items()
            }
        },
    }

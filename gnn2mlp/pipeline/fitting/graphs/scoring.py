"""The stage of intervals: every model on the same test graphs, and whether distilling pays, in a sentence."""

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor

from gnn2mlp.core.identity import Execution
from gnn2mlp.data.graphs import FullGraphs, ObservedGraphs
from gnn2mlp.deploy.calibration import calibrate
from gnn2mlp.deploy.graph_predictor import GraphPredictor
from gnn2mlp.pipeline.fitting.scoring import Judge
from gnn2mlp.pipeline.fitting.verdict import OF_GRAPHS, verdict
from gnn2mlp.pipeline.graphs.scoring import TEST, outputs_of
from gnn2mlp.pipeline.trust_figures import calibration_figures
from gnn2mlp.tasks import Task
from gnn2mlp.teachers import GraphLevelTeacher, Teacher

# The models in the order in which they are told.
MODELS = ("teacher", "student", "mlp", "bag_of_labels", "size_only")


def judge_graphs(
    record: dict[str, Any],
    teacher: Teacher,
    mlp: GraphPredictor,
    student: GraphPredictor,
    observed: ObservedGraphs,
    full: FullGraphs,
    seed: int,
    execution: Execution,
    *,
    device: torch.device,
) -> dict[str, Any]:
    """The record of all models with intervals of their scores, of the student's differences, and a verdict.

    Args:
        record: of `gnn2mlp.pipeline.graphs.scoring.score_graphs`.
        teacher: trained.
        mlp: the student that read nothing of the teacher.
        student: the student that did.
        observed: what all of them were trained on.
        full: all graphs with all labels, and the split.
        seed: of the baselines.
        execution: how torch computes; it is so already.
        device: which device of the kind that `execution` names.

    Returns:
        The record, of which `beside` has what was `scores`: every metric by model and group of graphs. `scores` (model,
        group) and `differences` (rival, group) have an interval of the one that judges; `trust` what validation graphs
        say of the student's probabilities, and whether that holds on test graphs.
    """
    assert isinstance(teacher, GraphLevelTeacher), "of whole graphs"
    split, task = full.split, observed.task
    valid, test = slice(0, split.valid.numel()), slice(split.valid.numel(), None)
    asked = torch.cat([split.valid, split.test])
    labels = full.labels[asked]
    said = outputs_of(teacher, mlp, student, observed, full.graphs.take(asked), seed, device)
    tasks = {model: task.with_threshold(said[model][valid], labels[valid]) for model in MODELS}
    judge = Judge(task, labels[test])
    ids = torch.arange(split.test.numel())
    answers = {model: said[model][test] for model in MODELS}
    ours = tasks["student"], answers["student"]
    scores = {model: {TEST: judge.score(tasks[model], answers[model], ids)._asdict()} for model in MODELS}
    differences = {
        rival: {TEST: judge.difference(ours, (tasks[rival], answers[rival]), ids)._asdict()}
        for rival in MODELS
        if rival != "student"
    }
    return {
        **record,
        "beside": record["scores"],
        "scores": scores,
        "differences": differences,
        "agreement": record["fidelity"],
        "trust": _trust(task, said["student"], labels, valid),
        "verdict": verdict(scores, differences, record["metric"], OF_GRAPHS),
    }


def _trust(task: Task, outputs: Tensor, labels: Tensor, valid: slice) -> Mapping[str, Any]:
    """What validation graphs say of the student's probabilities, and whether that holds on the others."""
    made = calibrate(outputs[valid].numpy(), labels[valid].numpy())
    if not task.exclusive:
        return {"calibration": made.facts()}
    others = torch.arange(len(labels))[valid.stop :]
    return calibration_figures(made, outputs.double(), labels, {TEST: others}, {TEST: "test graphs"})

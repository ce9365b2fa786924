"""Accuracy against churn: the student of a fit with other weights of keeping to the one that is deployed."""

from dataclasses import replace
from typing import Any

import torch
from torch import Tensor

from gnn2mlp.core.identity import Execution
from gnn2mlp.data.view import Observed
from gnn2mlp.deploy import Predictor
from gnn2mlp.evaluate.intervals import share_interval
from gnn2mlp.methods import METHODS
from gnn2mlp.nn.csr import Features, gather
from gnn2mlp.pipeline.fitting.stages import Stages
from gnn2mlp.pipeline.job import Job
from gnn2mlp.pipeline.seed import student_stage
from gnn2mlp.pipeline.stage import Stage, json_file

# Of keeping to the deployed student; that of the fit comes besides.
WEIGHTS = (0.0, 0.25, 0.5, 0.75, 1.0)


def tradeoff(job: Job, made: Stages, observed: Observed) -> dict[str, Any]:
    """Train the student with several weights, and measure accuracy and churn of each on validation rows.

    Args:
        job: with a deployed student.
        made: the stages of the fit.
        observed: what training sees.

    Returns:
        `weight`, of the fit; `deployed`, the accuracy of the deployed student; `points`: for each weight the share of
        right and of changed answers, with intervals.
    """
    assert job.previous is not None, "asked before"
    method = job.config.method.build(METHODS)
    seed = job.config.seeds[0]
    weights = sorted({*WEIGHTS, job.previous.weight})
    students: dict[str, Stage[Predictor]] = {}
    for weight in weights:
        own = replace(job, previous=replace(job.previous, weight=weight))
        same = weight == job.previous.weight
        knowledge = made.student.inputs["knowledge"]
        students[f"{weight:g}"] = (
            made.student if same else student_stage(own, seed, observed, f"weight {weight:g}", method, knowledge)
        )
    inputs = {
        "students": list(students.values()),
        "weights": weights,
        "observed": observed,
        "previous": job.previous.outputs(observed.task),
        "execution": job.execution,
    }
    stage = Stage(measure, inputs, json_file(job.folder / "tradeoff.json"), job.environment, dict)
    return {"weight": job.previous.weight, **stage.value}


def measure(
    students: list[Predictor], weights: list[float], observed: Observed, previous: Tensor, execution: Execution
) -> dict[str, Any]:
    """Accuracy and churn on validation rows.

    Args:
        students: one for each weight.
        weights: of keeping to the deployed student.
        observed: what trained them.
        previous: what that one says of all rows.
        execution: how torch computes; it is so already.
    """
    rows: Features = gather(observed.graph.features, observed.valid)
    labels, task = observed.graph.labels[observed.valid], observed.task
    before = task.decide(previous[observed.node_ids[observed.valid]])  # type: ignore[attr-defined]
    points = []
    for student, weight in zip(students, weights, strict=True):
        now = task.decide(torch.from_numpy(student.outputs(rows)))  # type: ignore[attr-defined]
        right, changed = (share_interval(one.numpy()) for one in (now == labels, now != before))
        points.append({"weight": weight, "accuracy": right._asdict(), "churn": changed._asdict()})
    return {"deployed": share_interval((before == labels).numpy())._asdict(), "points": points}

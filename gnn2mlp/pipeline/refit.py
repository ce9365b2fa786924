"""The student that ships from a run on one's own data: trained again, on all labels, for as long as proved good."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from statistics import median
from typing import Any

import torch

from gnn2mlp.data import NodeData, Observed
from gnn2mlp.methods import METHODS
from gnn2mlp.pipeline.job import Job
from gnn2mlp.pipeline.records import Scored
from gnn2mlp.pipeline.seed import knowledge_stage, needed_keys, student_stage, teacher_stage
from gnn2mlp.pipeline.stage import Stage
from gnn2mlp.pipeline.views import unnamed
from gnn2mlp.teachers import TEACHERS
from gnn2mlp.teachers.ensemble import MEMBER_EPOCHS


@dataclass(frozen=True)
class Refit:
    """How the student that ships was trained.

    Args:
        labels: how many train: all there are.
        epochs: by model, the median over seeds of the epoch that validation chose.
        seeds: those that chose.
        seed: of initialisation and batches.
        members: epochs of each member of a teacher that has some.
    """

    labels: int
    epochs: dict[str, int]
    seeds: list[int]
    seed: int
    members: list[int] = field(default_factory=list)


def refit_plan(job: Job, scored: Sequence[Scored], seed: int) -> Refit:
    """What the seeds say of a training on all labels.

    Args:
        job: of all seeds.
        scored: every seed.
        seed: of initialisation and batches.
    """
    models = [model for model in ("teacher", "student") if all(model in one.record["history"] for one in scored)]
    epochs = {m: round(median(one.record["history"][m]["best_epoch"] for one in scored)) for m in models}
    labels = int(job.graph.task.known(job.graph.labels).sum())
    members = members_epochs([one.record["history"] for one in scored])
    return Refit(labels, epochs, [one.seed for one in scored], seed, members)


def members_epochs(histories: Sequence[Mapping[str, Any]]) -> list[int]:
    """For each member of the teacher the median of the epochs that were kept; empty where a teacher has no members.

    Args:
        histories: of each seed, by model.
    """
    each = [one["teacher"].get("logged", {}).get(MEMBER_EPOCHS, []) for one in histories if "teacher" in one]
    return [round(median(epochs)) for epochs in zip(*each, strict=True)]


def refit_stage(job: Job, plan: Refit, needs: Sequence[str] | None = None) -> Stage[Any]:
    """The student that all labels train, teacher first; no node is left to validate, and none to test.

    Args:
        job: with the data of all nodes.
        plan: how long each trains.
        needs: keys that the teacher writes down; default: as for the seeds.
    """
    config, observed = job.config, everything(job.graph)
    settings: dict[str, Any] = {"distill": {**config.distill, "epochs": plan.epochs["student"]}}
    if "teacher" in plan.epochs:
        kind = TEACHERS.get(config.teacher.name)
        settings["teacher"] = kind.for_epochs(config.teacher, plan.members or plan.epochs["teacher"])
    whole = replace(job, config=config.model_copy(update=settings))
    method = config.method.build(METHODS)
    if not method.teacher_keys:
        return student_stage(whole, plan.seed, observed, "refit", method, None)
    teacher = teacher_stage(whole, plan.seed, observed, "refit teacher")
    knowledge = knowledge_stage(whole, plan.seed, observed, teacher, needs or needed_keys(whole, method))
    return student_stage(whole, plan.seed, observed, "refit", method, knowledge)


def everything(graph: NodeData) -> Observed:
    """The view in which every node exists and every label trains."""
    ids = torch.arange(graph.num_nodes)
    return Observed(unnamed(graph), ids, ids[graph.task.known(graph.labels)], ids[:0])

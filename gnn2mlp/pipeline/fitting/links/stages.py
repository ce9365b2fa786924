"""The stages of a fit of links, of which nothing is made before it is asked for."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch

from gnn2mlp.core.progress import Progress
from gnn2mlp.data.graph import GraphData
from gnn2mlp.data.links import FullLinks, LinkSplit, LinkViews, ObservedLinks
from gnn2mlp.data.nodes import NodeData
from gnn2mlp.deploy.link_predictor import LinkPredictor
from gnn2mlp.knowledge import Store
from gnn2mlp.methods import METHODS
from gnn2mlp.pipeline.config import RunConfig
from gnn2mlp.pipeline.fitting.links.config import LinkFitConfig
from gnn2mlp.pipeline.fitting.links.scoring import judge_links
from gnn2mlp.pipeline.job import Job
from gnn2mlp.pipeline.links.seed import link_student_stage, plan_links
from gnn2mlp.pipeline.links.views import views_of
from gnn2mlp.pipeline.seed import knowledge_stage, teacher_stage
from gnn2mlp.pipeline.stage import Stage, json_file
from gnn2mlp.tasks import LinkPrediction
from gnn2mlp.teachers import TEACHERS

Listen = Callable[[str], Progress]
"""Gives the progress listener of a stage, such as `"teacher"`."""


@dataclass(frozen=True, eq=False)
class LinkStages:
    """What is made of encoded tables, each from those before it.

    Args:
        observed: what training sees.
        full: what scoring sees.
        student: distilled from the teacher on the split, which is scored.
        record: the scores of all models, with intervals.
    """

    observed: ObservedLinks
    full: FullLinks
    student: Stage[LinkPredictor]
    record: Stage[dict[str, Any]]


def link_job(config: LinkFitConfig, graph: GraphData, work: Path, device: torch.device, listen: Listen) -> Job:
    """A job of the pipeline on encoded tables, which keeps everything in the folder `work`."""
    assert config.setting is not None, "resolved"
    chosen = RunConfig(
        task=config.task.to_dict(),
        setting=config.setting,
        split=config.split,
        teacher=config.teacher,
        export=config.export,
        method=config.method,
        student=config.student,
        decoder=config.decoder,
        inputs=config.inputs,
        distill=config.distill,
        seeds=(config.seed,),
        recipe=False,
    )
    return Job(chosen, graph, work, Store(work), device, lambda seed, stage: listen(stage))


def link_stages(job: Job, config: LinkFitConfig, split: LinkSplit) -> LinkStages:
    """Teacher, heuristics, plain network and student on the pairs of the split, and their scores."""
    seed = config.seed
    observed, full = _scaled(views_of(job.graph, split, _task(job.graph)))
    models = plan_links(job, seed, observed, full)
    inputs = {
        "record": models.record,
        "teacher": models.teacher,
        "mlp": models.mlp,
        "student": models.student,
        "full": full,
        "execution": job.execution,
    }
    storage = json_file(job.folder / "scores.json")
    record = Stage(judge_links, inputs, storage, job.environment, job.context_of(seed, "score"))
    return LinkStages(observed, full, models.student, record)


def shipped_link_stage(
    job: Job, config: LinkFitConfig, graph: GraphData, record: dict[str, Any]
) -> Stage[LinkPredictor]:
    """The student of all links and of encoders that have seen all rows, trained for as long as validation chose.

    Args:
        job: of the student that was scored.
        config: resolved.
        graph: with every row and every edge.
        record: with the histories of that one and of its teacher.
    """
    history, seed = record["history"], config.seed
    settings: dict[str, Any] = {"distill": {**config.distill, "epochs": history["student"]["best_epoch"]}}
    if "teacher" in history:
        kind = TEACHERS.get(config.teacher.name)
        settings["teacher"] = kind.for_epochs(config.teacher, history["teacher"]["best_epoch"])
    whole = replace(job, graph=graph, config=job.config.model_copy(update=settings))
    observed, method = every_link(graph), config.method.build(METHODS)
    teacher = teacher_stage(whole, seed, observed, "refit teacher")
    knowledge = knowledge_stage(whole, seed, observed, teacher, sorted(method.teacher_keys))
    return link_student_stage(whole, seed, observed, "refit", method, knowledge)


def every_link(graph: GraphData) -> ObservedLinks:
    """The view in which every node exists and every edge trains; none is left to validate.

    Args:
        graph: of a task of links.
    """
    own = replace(graph, feature_names=None, edge_weight=_about_one(graph.edge_weight, graph.edge_weight))
    return ObservedLinks.whole(own, _task(graph))


def _scaled(views: LinkViews) -> LinkViews:
    """Weights divided by the mean of those that training sees, as a node counts for itself as an edge of weight 1."""
    seen = views.observed.graph.edge_weight
    if seen is None:
        return views
    one, other = (
        replace(view.graph, edge_weight=_about_one(view.graph.edge_weight, seen))
        for view in (views.observed, views.full)
    )
    return LinkViews(replace(views.observed, graph=one), replace(views.full, graph=other))


def _about_one(weight: torch.Tensor | None, seen: torch.Tensor | None) -> torch.Tensor | None:
    if weight is None or seen is None:
        return weight
    return (weight.double() / seen.double().mean()).to(weight.dtype)


def _task(graph: NodeData) -> LinkPrediction:
    assert isinstance(graph.task, LinkPrediction), "tables of links"
    return graph.task

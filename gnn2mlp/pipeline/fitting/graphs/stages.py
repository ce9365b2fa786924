"""The stages of a fit of whole graphs, of which nothing is made before it is asked for."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch

from gnn2mlp.data.graphs import GraphSet
from gnn2mlp.data.split import Split
from gnn2mlp.deploy.graph_predictor import GraphPredictor
from gnn2mlp.deploy.node_fields import NodeFields
from gnn2mlp.knowledge import Store
from gnn2mlp.methods import METHODS
from gnn2mlp.pipeline.config import RunConfig
from gnn2mlp.pipeline.fitting.graphs.config import GraphFitConfig
from gnn2mlp.pipeline.fitting.graphs.scoring import judge_graphs
from gnn2mlp.pipeline.fitting.graphs.tables import labelled
from gnn2mlp.pipeline.fitting.stages import Listen
from gnn2mlp.pipeline.graphs.job import GraphsJob, units_of
from gnn2mlp.pipeline.graphs.seed import graph_student_stage, plan
from gnn2mlp.pipeline.graphs.views import graph_scoring_view, graph_training_view
from gnn2mlp.pipeline.seed import knowledge_stage, teacher_stage
from gnn2mlp.pipeline.stage import Stage, json_file
from gnn2mlp.teachers import TEACHERS


@dataclass(frozen=True, eq=False)
class GraphStages:
    """What is made of the tables, each from those before it.

    Args:
        student: distilled from the teacher on the split, which is scored.
        record: the scores of all models, with intervals.
    """

    student: Stage[GraphPredictor]
    record: Stage[dict[str, Any]]


def graph_job(config: GraphFitConfig, graphs: GraphSet, work: Path, device: torch.device, listen: Listen) -> GraphsJob:
    """A job of the pipeline on the graphs of tables, which keeps everything in the folder `work`."""
    chosen = RunConfig(
        task=config.task.to_dict(),
        split=config.split,
        teacher=config.teacher,
        method=config.method,
        student=config.student,
        distill=config.distill,
        seeds=(config.seed,),
        recipe=False,
    )
    told: dict[str, Any] = {"listen": lambda seed, stage: listen(stage), "graphs": graphs}
    return GraphsJob(chosen, units_of(graphs), work, Store(work), device, **told)


def graph_stages(job: GraphsJob, seed: int) -> GraphStages:
    """Teacher, plain network and student on the graphs of the split, and their scores."""
    models = plan(job, seed)
    inputs = {
        "record": models.record,
        "teacher": models.teacher,
        "mlp": models.mlp,
        "student": models.student,
        "observed": models.observed,
        "full": models.full,
        "seed": seed,
        "execution": job.execution,
    }
    storage = json_file(job.folder / "scores.json")
    record = Stage(judge_graphs, inputs, storage, job.environment, job.context_of(seed, "score"))
    return GraphStages(models.student, record)


def shipped_graph_stage(
    job: GraphsJob, config: GraphFitConfig, graphs: GraphSet, record: dict[str, Any]
) -> Stage[GraphPredictor]:
    """The student of all labels and of all categories, trained for as long as validation chose, teacher first.

    Args:
        job: of the student that was scored.
        config: resolved.
        graphs: all of them.
        record: with the histories of that one and of its teacher.
    """
    history, seed = record["history"], config.seed
    kind = TEACHERS.get(config.teacher.name)
    settings = {
        "distill": {**config.distill, "epochs": history["student"]["best_epoch"]},
        "teacher": kind.for_epochs(config.teacher, history["teacher"]["best_epoch"]),
    }
    whole = replace(job, graphs=graphs, config=job.config.model_copy(update=settings))
    split = everything(graphs, seed)
    observed, method = graph_training_view(graphs, split), config.method.build(METHODS)
    fields = NodeFields.of(graph_scoring_view(graphs, split).graphs)
    teacher = teacher_stage(whole, seed, observed, "refit teacher")
    knowledge = knowledge_stage(whole, seed, observed, teacher, sorted(method.teacher_keys))
    return graph_student_stage(whole, seed, observed, fields, "refit", method, knowledge)


def everything(graphs: GraphSet, seed: int) -> Split:
    """The split in which every labelled graph trains; none is left to validate, and none to test."""
    none = torch.empty(0, dtype=torch.int64)
    return Split(labelled(graphs), none, none, none, "inductive", seed, {"name": "all"})

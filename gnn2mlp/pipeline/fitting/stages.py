"""The stages of a fit: what each is given, and where its result is kept. Nothing is made before it is asked for."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from gnn2mlp.core.identity import Execution
from gnn2mlp.core.progress import Progress
from gnn2mlp.core.spec import Spec
from gnn2mlp.data.split import Split
from gnn2mlp.data.view import Full, Observed
from gnn2mlp.deploy import Predictor
from gnn2mlp.distill import Distiller
from gnn2mlp.distill.start import Start
from gnn2mlp.encoders import TableEncoder
from gnn2mlp.inputs import INPUTS
from gnn2mlp.knowledge import Store
from gnn2mlp.methods import METHODS
from gnn2mlp.nn.csr import Features, gather
from gnn2mlp.pipeline.config import RunConfig
from gnn2mlp.pipeline.fitting.baselines import Answers, fit_boosting, fit_linear, load_answers, save_answers
from gnn2mlp.pipeline.fitting.config import FitConfig
from gnn2mlp.pipeline.fitting.encoding import Encoded
from gnn2mlp.pipeline.fitting.scoring import score_models
from gnn2mlp.pipeline.job import Job
from gnn2mlp.pipeline.left_out import left_out
from gnn2mlp.pipeline.previous import Previous
from gnn2mlp.pipeline.refit import Refit, members_epochs, refit_stage
from gnn2mlp.pipeline.seed import knowledge_stage, student_stage, teacher_stage
from gnn2mlp.pipeline.stage import Stage, Storage, json_file
from gnn2mlp.pipeline.views import scoring_view, training_view
from gnn2mlp.students import STUDENTS
from gnn2mlp.teachers import TEACHERS

Listen = Callable[[str], Progress]
"""Gives the progress listener of a stage, such as `"teacher"`."""

Begun = Callable[[Any, dict[str, Any]], object]
"""Is told, once nothing can be wrong with settings and tables any more, of the resolved configuration, and what it was
resolved with: sizes of the tables, and their `digests`."""

# Encoders whose features boosted trees read by their directions, where columns are many.
_WIDE = frozenset({"text", "bag", "category"})
_PART = 64


@dataclass(frozen=True, eq=False)
class Stages:
    """What is made of encoded tables, each from those before it.

    Args:
        student: distilled from the teacher on the split, which is scored.
        record: the scores of all models.
    """

    student: Stage[Predictor]
    record: Stage[dict[str, Any]]


def job_of(
    config: FitConfig,
    encoded: Encoded,
    work: Path,
    device: torch.device,
    listen: Listen,
    previous: Previous | None = None,
    start: Start | None = None,
) -> Job:
    """A job of the pipeline on encoded tables, which keeps everything in the folder `work`."""
    chosen = RunConfig(
        teacher=config.teacher,
        method=config.method,
        student=config.student,
        inputs=config.inputs,
        distill=config.distill,
        seeds=(config.seed,),
        recipe=False,
    )
    told: dict[str, Any] = {"listen": lambda seed, stage: listen(stage), "previous": previous, "start": start}
    return Job(chosen, encoded.graph, work, Store(work), device, **told)


def stages(job: Job, config: FitConfig, split: Split, encoder: TableEncoder, listen: Listen) -> Stages:
    """Teacher, student and everything without a graph, on the rows of the split."""
    seed = config.seed
    observed, full = training_view(job.graph, split), scoring_view(job.graph, split)
    method = config.method.build(METHODS)
    teacher = teacher_stage(job, seed, observed)
    knowledge = knowledge_stage(job, seed, observed, teacher, needs_of(config))
    mlp = student_stage(job, seed, observed, "mlp", METHODS.get("mlp")(), None)
    student = student_stage(job, seed, observed, "student", method, knowledge)
    given = _rows_of(observed, job.graph.features, split)
    linear = _baseline(job, "linear", fit_linear, {**given, "seed": seed}, listen)
    wide = {"wide": wide_columns(encoder), "seed": seed}
    boosting = _baseline(job, "boosting", fit_boosting, {**given, **wide}, listen)
    inputs = {
        "teacher": teacher,
        "knowledge": knowledge,
        "mlp": mlp,
        "student": student,
        "linear": linear,
        "boosting": boosting,
        "observed": observed,
        "full": full,
        "execution": job.execution,
    }
    if job.previous is not None:
        inputs["previous"] = job.previous.outputs(observed.task)
    storage = json_file(job.folder / "scores.json")
    return Stages(student, Stage(score_models, inputs, storage, job.environment, job.context_of(seed, "score")))


def left_out_stage(job: Job, config: FitConfig, split: Split) -> Stage[dict[str, Any]]:
    """How well a student that never met a class tells its rows; columns are encoded as for the one that is scored."""
    inputs = {
        "full": scoring_view(job.graph, split),
        **{part: getattr(config, part) for part in ("teacher", "method", "student", "inputs", "distill", "seed")},
        "execution": job.execution,
    }
    storage = json_file(job.folder / "left_out.json")
    listen = job.listen(config.seed, "left out")
    return Stage(_left_out, inputs, storage, job.environment, lambda: {"device": job.device, "progress": listen})


def shipped_stage(
    job: Job, config: FitConfig, encoded: Encoded, record: dict[str, Any], start: Start | None = None
) -> Stage[Predictor]:
    """The student of all labels and of encoders that have seen all rows, trained for as long as validation chose."""
    history = record["history"]
    epochs = {model: history[model]["best_epoch"] for model in ("teacher", "student") if model in history}
    known = int(encoded.graph.task.known(encoded.graph.labels).sum())
    whole = replace(job, graph=encoded.graph, start=start)
    return refit_stage(
        whole, Refit(known, epochs, [config.seed], config.seed, members_epochs([history])), needs_of(config)
    )


def needs_of(config: FitConfig) -> list[str]:
    """What the teacher writes down: logits for the scores, and what the method reads."""
    return sorted({"logits", *config.method.build(METHODS).teacher_keys})


def wide_columns(encoder: TableEncoder) -> list[int]:
    """Positions of features that are parts of a long text, bag or category."""
    found: list[int] = []
    start = 0
    for column in encoder.columns:
        if column.encoder.name in _WIDE and column.width > _PART:
            found += range(start, start + column.width)
        start += column.width
    return found


def _left_out(
    full: Full,
    teacher: Spec,
    method: Spec,
    student: Spec,
    inputs: Spec,
    distill: dict[str, Any],
    seed: int,
    execution: Execution,
    *,
    device: torch.device,
    progress: Progress,
) -> dict[str, Any]:
    return left_out(
        full.graph,
        full.split,
        teacher.build(TEACHERS),
        method.build(METHODS),
        student.build(STUDENTS),
        inputs.build(INPUTS),
        Distiller(**distill),
        seed=seed,
        device=device,
        progress=progress,
    )._asdict()


def _rows_of(observed: Observed, features: Features, split: Split) -> dict[str, Any]:
    """What a baseline is given: rows and labels that train and validate, and the rows that it is to answer."""

    def labelled(rows: Tensor) -> tuple[Features, Tensor]:
        return gather(observed.graph.features, rows), observed.graph.labels[rows]

    return {
        "task": observed.task,
        "train": labelled(observed.train),
        "valid": labelled(observed.valid),
        "rows": gather(features, torch.cat([split.valid, split.test])),
    }


def _baseline(
    job: Job, name: str, make: Callable[..., Answers], inputs: dict[str, Any], listen: Listen
) -> Stage[Answers]:
    path = job.folder / "baselines" / f"{name}.safetensors"
    storage = Storage(lambda identity: path, load_answers, save_answers)
    return Stage(make, inputs, storage, job.environment, lambda: {"progress": listen(name)})

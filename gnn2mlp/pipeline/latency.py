"""`latency`: what a request costs teacher and student, at length; a report of its own."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gnn2mlp.core.files import write_json
from gnn2mlp.core.notebook import shown
from gnn2mlp.core.showing import short_repr
from gnn2mlp.evaluate.latency import REPEATS
from gnn2mlp.pipeline.backends import has_onnx
from gnn2mlp.pipeline.config import RunConfig
from gnn2mlp.pipeline.job import Job, Listen
from gnn2mlp.pipeline.measuring import measure
from gnn2mlp.pipeline.measuring_networks import measure_networks
from gnn2mlp.pipeline.opening import opened
from gnn2mlp.pipeline.records import Scored, best_of, measured, score_all, summarise_scores
from gnn2mlp.pipeline.scoring import MODELS
from gnn2mlp.pipeline.seed import plan
from gnn2mlp.pipeline.stage import Stage, json_file, unkept
from gnn2mlp.report.latency_report import write_latency_report
from gnn2mlp.report.result_cells import latency_cell
from gnn2mlp.report.siblings import refresh_report
from gnn2mlp.students import STUDENTS

FORMAT = 1
# What is written of the record of a seed.
_OF_A_SEED = ("seed", "split", "measured", "metric", *MODELS)


@dataclass(frozen=True, eq=False)
class LatencyResult:
    """What `latency` leaves behind.

    Args:
        results: the content of `latency.json`.
        out: the folder that holds it, and the page `latency.html`.
    """

    results: dict[str, Any]
    out: Path

    __repr__ = short_repr

    def _repr_html_(self) -> str:
        return latency_cell(self.results, self.out)


def latency(
    config: RunConfig | None = None,
    listen: Listen = shown,
    repeats: int = 500,
    budget: float = 30.0,
) -> LatencyResult:
    """Time requests of 1, 10 and 100 nodes and passes over all nodes, for the teacher and each form of the student.

    The same measurement as at the end of `run`, with more requests. Teachers come from the cache and students from the
    folder of the run with the same settings, where they are there; else they are trained.

    Args:
        config: whose models; default: the demonstration on the embedded data set.
        listen: gives the progress listener of each stage of each seed.
        repeats: requests of each size.
        budget: seconds for each model and size; a slow one is timed less often, at least ten times.

    Raises:
        ConfigError: for settings that cannot work, or if the folder holds another configuration's results.
        DataError: for data that cannot be learnt from. Both before any training.
    """
    config = (config or RunConfig()).resolve()
    folder = config.folder()
    with opened(config, folder, listen, guest=True) as job:
        scored = score_all(job, config.seeds)
        timed = latency_stage(job, scored, best_of(scored).seed, repeats, budget, keep=False).kept
        found = measured(scored, timed, job.environment)
        job.begin(config.seeds[-1], "report")
        results = {
            "format": FORMAT,
            **job.facts,
            **found,
            "seeds": [{key: record[key] for key in _OF_A_SEED if key in record} for record in found["seeds"]],
            "summary": summarise_scores([one.record for one in scored]),
            "latency": timed.value,
        }
    write_json(folder / "latency.json", results)
    write_latency_report(results, folder / "latency.html")
    refresh_report(folder)
    return LatencyResult(results, folder)


def latency_stage(
    job: Job, scored: Sequence[Scored], seed: int, repeats: int = REPEATS, budget: float = 2.0, keep: bool = True
) -> Stage[dict[str, Any]]:
    """What requests cost the models of one seed; it is measured again if any of the seeds has been trained anew.

    Args:
        job: of all seeds.
        scored: every seed; their students are scored on every back-end.
        seed: whose models are timed.
        repeats: requests of each size.
        budget: seconds for each model and size.
        keep: whether to keep the figures for the next time.
    """
    models = plan(job, seed)
    inputs = {
        "teacher": models.teacher,
        "mlp": models.mlp,
        "student": models.student,
        "graph": models.full.graph,
        "students": [one.student for one in scored],
        "splits": [one.split for one in scored],
        "seed": seed,
        "repeats": repeats,
        "budget": budget,
        "onnx": has_onnx(),
        "execution": job.execution,
    }
    storage = json_file(job.folder / "seeds" / "latency.json") if keep else unkept()
    if job.config.student.build(STUDENTS).needs_graph:
        inputs = {name: value for name, value in inputs.items() if name not in ("splits", "onnx", "students")}
        return Stage(measure_networks, inputs, storage, job.environment, job.context_of_timing(seed))
    return Stage(measure, inputs, storage, job.environment, job.context_of_timing(seed))

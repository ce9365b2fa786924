"""`run` where whole graphs are predicted: split, train, write down, distil, score, report. Resumable, seed by seed."""

from collections.abc import Sequence
from typing import Any

from gnn2mlp.core.listeners import Listener
from gnn2mlp.core.notebook import shown
from gnn2mlp.pipeline.config import RunConfig
from gnn2mlp.pipeline.graphs.job import GraphsJob
from gnn2mlp.pipeline.graphs.measuring import latency_stage
from gnn2mlp.pipeline.graphs.opening import opened_graphs
from gnn2mlp.pipeline.graphs.records import score_all, summarise_graphs
from gnn2mlp.pipeline.graphs.shipping import about_graphs
from gnn2mlp.pipeline.job import Listen
from gnn2mlp.pipeline.records import Scored, best_of
from gnn2mlp.pipeline.run import RunResult, content, sizes_of, written


def run_graphs(config: RunConfig, listen: Listen = shown, listeners: Sequence[Listener] = ()) -> RunResult:
    """Predict whole graphs, for every seed with a split and a teacher of its own; write results, report and students.

    The student in `student/` is the one with the best validation score, as it was scored.

    Args:
        config: resolved, of whole graphs.
        listen: gives the progress listener of each stage of each seed.
        listeners: told of every training.

    Raises:
        ConfigError: if the folder holds another configuration's results.
        DataError: for data that cannot be learnt from. Both before any training.
    """
    folder = config.folder()
    with opened_graphs(config, folder, listen, listeners) as job:
        scored = score_all(job, config.seeds)
        best = best_of(scored)
        shipped = ship_graphs(job, best)
        timed = latency_stage(job, best.seed).kept if config.latency else None
        job.begin(config.seeds[-1], "report")
        results = content(job, scored, summarise_graphs([one.record for one in scored]), shipped, timed)
    return written(results, folder)


def ship_graphs(job: GraphsJob, best: Scored) -> dict[str, Any]:
    """Write the student that ships into the run's folder; what the results say of it."""
    student = best.student.value
    student.save(job.folder / "student", about_graphs(job, best))
    about = {"seed": best.seed, "path": "student", "labels": best.record["split"]["train"]}
    return {**about, **sizes_of(student.module, job.folder / "student")}

"""`run` where links are predicted: split, train, write down, distil, score, report. Resumable, seed by seed."""

from collections.abc import Sequence
from typing import Any

from gnn2mlp.core.listeners import Listener
from gnn2mlp.core.notebook import shown
from gnn2mlp.pipeline.config import RunConfig
from gnn2mlp.pipeline.job import Job, Listen
from gnn2mlp.pipeline.links.measuring import latency_stage
from gnn2mlp.pipeline.links.opening import opened_links
from gnn2mlp.pipeline.links.records import score_all, summarise_links
from gnn2mlp.pipeline.links.shipping import about_links
from gnn2mlp.pipeline.records import Scored, best_of
from gnn2mlp.pipeline.run import RunResult, content, sizes_of, written


def run_links(config: RunConfig, listen: Listen = shown, listeners: Sequence[Listener] = ()) -> RunResult:
    """Predict links, for every seed with a split and a teacher of its own; write results, report and students.

    The student in `student/` is the one with the best validation score, as it was scored.

    Args:
        config: resolved, of links.
        listen: gives the progress listener of each stage of each seed.
        listeners: told of every training.

    Raises:
        ConfigError: if the folder holds another configuration's results.
        DataError: for data whose links cannot be predicted. Both before any training.
    """
    folder = config.folder()
    with opened_links(config, folder, listen, listeners) as job:
        scored = score_all(job, config.seeds)
        best = best_of(scored)
        shipped = ship_links(job, best)
        timed = latency_stage(job, best.seed).kept if config.latency else None
        job.begin(config.seeds[-1], "report")
        results = content(job, scored, summarise_links([one.record for one in scored]), shipped, timed)
    return written(results, folder)


def ship_links(job: Job, best: Scored) -> dict[str, Any]:
    """Write the student that ships into the run's folder; what the results say of it."""
    student = best.student.value
    student.save(job.folder / "student", about_links(job, best))
    about = {"seed": best.seed, "path": "student", "pairs": len(best.split.train)}
    return {**about, **sizes_of(student.module, job.folder / "student")}

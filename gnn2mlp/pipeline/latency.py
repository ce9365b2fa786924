"""`latency`: what a request costs teacher and student, at length; a report of its own."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gnn2mlp.core.files import write_json
from gnn2mlp.core.progress import silent
from gnn2mlp.pipeline.config import RunConfig
from gnn2mlp.pipeline.measuring import measure
from gnn2mlp.pipeline.opening import opened
from gnn2mlp.pipeline.records import MODELS, best_seed, score_all, summarise_scores
from gnn2mlp.pipeline.run import citations
from gnn2mlp.pipeline.stages import Listener
from gnn2mlp.report.latency_report import write_latency_report

FORMAT = 1


@dataclass(frozen=True, eq=False)
class LatencyResult:
    """What `latency` leaves behind.

    Args:
        results: the content of `latency.json`.
        out: the folder that holds it, and the page `latency.html`.
    """

    results: dict[str, Any]
    out: Path


def latency(
    config: RunConfig | None = None,
    listen: Listener = lambda seed, stage: silent,
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
    with opened(config, folder, listen) as job:
        records = score_all(job, config.seeds)
        results = {
            "format": FORMAT,
            **job.facts,
            "citations": citations(config),
            "seeds": [{key: record[key] for key in ("seed", "split", *MODELS)} for record in records],
            "summary": summarise_scores(records),
            "latency": measure(best_seed(job, records), map(job.seed, config.seeds), repeats, budget),
        }
    write_json(folder / "latency.json", results)
    write_latency_report(results, folder / "latency.html")
    return LatencyResult(results, folder)

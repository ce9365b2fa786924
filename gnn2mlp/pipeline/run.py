"""`run`: train, write down, distil, score, report. Resumable, and the same numbers for the same seed."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gnn2mlp.core.files import write_json
from gnn2mlp.core.progress import silent
from gnn2mlp.data.datasets import resolve_dataset
from gnn2mlp.deploy import Predictor
from gnn2mlp.methods import METHODS
from gnn2mlp.pipeline.config import RunConfig
from gnn2mlp.pipeline.forms import has_onnx
from gnn2mlp.pipeline.measuring import measure
from gnn2mlp.pipeline.opening import Opened, opened
from gnn2mlp.pipeline.records import best_seed, once, score_all, summarise_scores
from gnn2mlp.pipeline.stages import Listener, Seed
from gnn2mlp.report import write_report
from gnn2mlp.teachers import TEACHERS

FORMAT = 1


@dataclass(frozen=True)
class RunResult:
    """What a run leaves behind.

    Args:
        results: the content of `results.json`.
        out: the folder that holds it, the report, the configuration, students and knowledge.
    """

    results: dict[str, Any]
    out: Path

    @property
    def summary(self) -> dict[str, Any]:
        """Mean and std over seeds, by model and population."""
        summary: dict[str, Any] = self.results["summary"]
        return summary

    def predictor(self) -> Predictor:
        """The student of the seed with the best validation accuracy, ready to predict from features."""
        return Predictor.load(self.out / "student")


def run(config: RunConfig | None = None, listen: Listener = lambda seed, stage: silent) -> RunResult:
    """Run the main job for every seed and write results, report, students and knowledge.

    A run that was interrupted continues: seeds and stages that were finished are not repeated.

    Args:
        config: what to run; default: the demonstration on the embedded data set.
        listen: gives the progress listener of each stage (`"teacher"`, `"mlp"`, `"student"`) of each seed.

    Raises:
        ConfigError: for settings that cannot work, or if the folder holds another configuration's results.
        DataError: for data that cannot be learnt from. Both before any training.
    """
    config = (config or RunConfig()).resolve()  # wrong names and options fail before any data are read
    folder = config.folder()
    with opened(config, folder, listen) as job:
        records = score_all(job, config.seeds)
        best = best_seed(job, records)
        best.student("student").save(folder / "student")
        results = {
            "format": FORMAT,
            **job.facts,
            "citations": citations(config),
            "seeds": records,
            "summary": summarise_scores(records),
            "latency": _latency(job, best, config.seeds) if config.latency else None,
            "student": {"seed": best.seed, "path": "student"},
        }
    write_json(folder / "results.json", results)
    write_report(results, folder / "report.html")
    return RunResult(results, folder)


def _latency(job: Opened, best: Seed, numbers: Sequence[int]) -> dict[str, Any]:
    """The latency of the best seed's models: read if it was measured before, else measured and written."""
    identity = {**best.identity, "seed": best.seed, "seeds": list(numbers), "onnx": has_onnx()}
    return once(best.folder / "seeds" / "latency.json", identity, lambda: measure(best, map(job.seed, numbers)))


def citations(config: RunConfig) -> dict[str, str]:
    """Whom to cite for a run."""
    return {
        "dataset": resolve_dataset(config.dataset).citation,
        "teacher": TEACHERS.get(config.teacher.name).citation,
        "method": METHODS.get(config.method.name).citation,
    }

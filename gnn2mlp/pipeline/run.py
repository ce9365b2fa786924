"""`run`: train, write down, distil, score, report. Resumable, and the same numbers for the same seed."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gnn2mlp.core.environment import environment
from gnn2mlp.core.errors import ArtefactError
from gnn2mlp.core.files import read_json, write_json
from gnn2mlp.core.progress import silent
from gnn2mlp.data.datasets import resolve_dataset
from gnn2mlp.deploy import Predictor
from gnn2mlp.evaluate import summarise
from gnn2mlp.explore import write_report
from gnn2mlp.methods import METHODS
from gnn2mlp.pipeline.config import RunConfig
from gnn2mlp.pipeline.knowledge import summarise_codes, summarise_trust
from gnn2mlp.pipeline.latency import measure
from gnn2mlp.pipeline.opening import describe, opened
from gnn2mlp.pipeline.score import score_seed
from gnn2mlp.pipeline.stages import Listener, Seed
from gnn2mlp.teachers import TEACHERS

FORMAT = 1
MODELS = ("teacher", "mlp", "student")


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
        # A seed's models and views are let go as soon as its record is made: memory does not grow with their number.
        records = [_record(job.seed(number)) for number in config.seeds]
        best = job.seed(max(records, key=lambda record: record["history"]["student"]["valid_best"])["seed"])
        best.student("student").save(folder / "student")
        results = {
            "format": FORMAT,
            "config": job.used,
            "environment": environment(job.device),
            "graph": describe(job.graph),
            "citations": _citations(config),
            "seeds": records,
            "summary": _summary(records),
            "latency": _latency(best) if config.latency else None,
            "student": {"seed": best.seed, "path": "student"},
        }
    write_json(folder / "results.json", results)
    write_report(results, folder / "report.html")
    return RunResult(results, folder)


def _record(seed: Seed) -> dict[str, Any]:
    """The seed's part of the results: read if it was finished from the same inputs, else made and written."""
    return _once(seed.folder / "seeds" / f"{seed.label}.json", seed.identity, lambda: score_seed(seed))


def _latency(seed: Seed) -> dict[str, Any]:
    """The latency of this seed's models: read if it was measured before, else measured and written."""
    return _once(seed.folder / "latency.json", {**seed.identity, "seed": seed.seed}, lambda: measure(seed))


def _once(path: Path, identity: dict[str, Any], make: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """What `make` returns, kept at `path` for as long as `identity` stays the same."""
    try:
        saved = read_json(path)
        if saved["identity"] == identity:
            return dict(saved["record"])
    except (ArtefactError, KeyError):
        pass
    record = make()
    write_json(path, {"identity": identity, "record": record})
    return record


def _summary(records: list[dict[str, Any]]) -> dict[str, Any]:
    summary: dict[str, Any] = {model: summarise(record[model] for record in records) for model in MODELS}
    summary["fidelity"] = summarise(record["fidelity"] for record in records)
    summary["ece"] = {model: summarise(record["ece"][model] for record in records) for model in MODELS}
    summary["seconds"] = summarise(record["seconds"] for record in records)
    for part, summed in (("codes", summarise_codes), ("trust", summarise_trust)):
        if all(part in record for record in records):
            summary[part] = summed(record[part] for record in records)
    return summary


def _citations(config: RunConfig) -> dict[str, str]:
    return {
        "dataset": resolve_dataset(config.dataset).citation,
        "teacher": TEACHERS.get(config.teacher.name).citation,
        "method": METHODS.get(config.method.name).citation,
    }

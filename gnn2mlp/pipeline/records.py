"""Records of a run's seeds: made once, kept in its folder for as long as all that decides them stays the same."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from gnn2mlp.core.errors import ArtefactError
from gnn2mlp.core.files import read_json, write_json
from gnn2mlp.evaluate import summarise
from gnn2mlp.pipeline.knowledge import summarise_codes, summarise_trust
from gnn2mlp.pipeline.opening import Opened
from gnn2mlp.pipeline.score import score_seed
from gnn2mlp.pipeline.stages import Seed

MODELS = ("teacher", "mlp", "student")


def score_all(job: Opened, numbers: Sequence[int]) -> list[dict[str, Any]]:
    """The scores of each seed; what was not trained before is trained now.

    A seed's models and views are let go as soon as its record is made: memory does not grow with their number.
    """
    return [_scored(job.seed(number)) for number in numbers]


def best_seed(job: Opened, records: Sequence[Mapping[str, Any]]) -> Seed:
    """The seed whose student has the best validation accuracy."""
    return job.seed(max(records, key=lambda record: record["history"]["student"]["valid_best"])["seed"])


def summarise_scores(records: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Mean and std over seeds of all that `score_seed` found."""
    summary: dict[str, Any] = {model: summarise(record[model] for record in records) for model in MODELS}
    summary["fidelity"] = summarise(record["fidelity"] for record in records)
    summary["ece"] = {model: summarise(record["ece"][model] for record in records) for model in MODELS}
    summary["seconds"] = summarise(record["seconds"] for record in records)
    for part, summed in (("codes", summarise_codes), ("trust", summarise_trust)):
        if all(part in record for record in records):
            summary[part] = summed(record[part] for record in records)
    return summary


def once(path: Path, identity: dict[str, Any], make: Callable[[], dict[str, Any]]) -> dict[str, Any]:
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


def _scored(seed: Seed) -> dict[str, Any]:
    return once(seed.folder / "seeds" / f"{seed.label}.json", seed.identity, lambda: score_seed(seed))

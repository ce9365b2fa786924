"""Records of a run's seeds of links: made once, kept for as long as all that decides them stays the same."""

from collections.abc import Mapping, Sequence
from typing import Any

from gnn2mlp.evaluate import summarise
from gnn2mlp.pipeline.job import Job
from gnn2mlp.pipeline.links.scoring import LINK_MODELS
from gnn2mlp.pipeline.links.seed import LinkSeed, plan
from gnn2mlp.pipeline.records import Scored, place_knowledge

Scores = Mapping[str, Mapping[str, Mapping[str, float]]]


def score_all(job: Job, numbers: Sequence[int]) -> list[Scored]:
    """The scores of each seed; what was not trained before is trained now. Models and views are let go seed by seed."""
    return [_scored(job, plan(job, number)) for number in numbers]


def _scored(job: Job, seed: LinkSeed) -> Scored:
    kept = seed.record.kept
    if seed.knowledge is not None:
        place_knowledge(job, seed.number, seed.knowledge)
    return Scored(kept.value, kept.origin, seed.split, seed.student.reference())


def summarise_links(records: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Mean and std over seeds of all that `score_links` found; what is not defined in every seed is left out."""
    summary: dict[str, Any] = {model: _shared([one[model] for one in records]) for model in LINK_MODELS}
    summary["scores"] = _each([one["scores"] for one in records])
    summary["heuristics"] = _each([one["heuristics"] for one in records])
    summary["agreement"] = _shared([one["agreement"] for one in records])
    summary["seconds"] = _shared([one["seconds"] for one in records])
    return summary


def _each(rows: Sequence[Scores]) -> dict[str, Any]:
    """By model and population, mean and std of every metric."""
    return {
        model: {
            population: _shared([row[model][population] for row in rows])
            for population in rows[0][model]
            if all(population in row[model] for row in rows)
        }
        for model in rows[0]
    }


def _shared(rows: Sequence[Mapping[str, float]]) -> dict[str, dict[str, float]]:
    keys = [key for key in rows[0] if all(key in row for row in rows)]
    return summarise([{key: row[key] for key in keys} for row in rows])

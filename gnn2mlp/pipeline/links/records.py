"""Records of a run's seeds of links: made once, kept for as long as all that decides them stays the same."""

from collections.abc import Mapping, Sequence
from typing import Any

from gnn2mlp.pipeline.job import Job
from gnn2mlp.pipeline.links.scoring import LINK_MODELS
from gnn2mlp.pipeline.links.seed import LinkSeed, plan
from gnn2mlp.pipeline.records import Scored, place_knowledge, summarise_each, summarise_shared


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
    summary: dict[str, Any] = {model: summarise_shared([one[model] for one in records]) for model in LINK_MODELS}
    summary["scores"] = summarise_each([one["scores"] for one in records])
    summary["heuristics"] = summarise_each([one["heuristics"] for one in records])
    summary["agreement"] = summarise_shared([one["agreement"] for one in records])
    summary["seconds"] = summarise_shared([one["seconds"] for one in records])
    return summary

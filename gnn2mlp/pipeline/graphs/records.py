"""Records of a run's seeds of whole graphs: made once, kept while all that decides them stays the same."""

from collections.abc import Mapping, Sequence
from typing import Any

from gnn2mlp.pipeline.graphs.job import GraphsJob
from gnn2mlp.pipeline.graphs.scoring import GRAPH_MODELS
from gnn2mlp.pipeline.graphs.seed import GraphSeed, plan
from gnn2mlp.pipeline.records import Scored, place_knowledge, summarise_each, summarise_shared


def score_all(job: GraphsJob, numbers: Sequence[int]) -> list[Scored]:
    """The scores of each seed; what was not trained before is trained now. Models and views are let go seed by seed."""
    return [_scored(job, plan(job, number)) for number in numbers]


def _scored(job: GraphsJob, seed: GraphSeed) -> Scored:
    kept = seed.record.kept
    place_knowledge(job, seed.number, seed.knowledge)
    return Scored(kept.value, kept.origin, seed.split, seed.student.reference())


def summarise_graphs(records: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Mean and std over seeds of all that `score_graphs` found; what is not defined in every seed is left out."""
    summary: dict[str, Any] = {model: summarise_shared([one[model] for one in records]) for model in GRAPH_MODELS}
    summary["scores"] = summarise_each([one["scores"] for one in records])
    for part in ("fidelity", "seconds"):
        summary[part] = summarise_shared([one[part] for one in records])
    if all("ece" in one for one in records):
        summary["ece"] = {
            model: summarise_shared([one["ece"][model] for one in records]) for model in records[0]["ece"]
        }
    return summary

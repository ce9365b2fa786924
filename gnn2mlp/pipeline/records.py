"""Records of a run's seeds: made once, kept in its folder for as long as all that decides them stays the same."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gnn2mlp.core import artefact
from gnn2mlp.core.errors import ArtefactError
from gnn2mlp.core.files import link_or_copy
from gnn2mlp.core.identity import fingerprint
from gnn2mlp.data import Split
from gnn2mlp.data.links import LinkSplit
from gnn2mlp.evaluate import summarise
from gnn2mlp.knowledge import TeacherKnowledge
from gnn2mlp.pipeline.facts import summarise_codes, summarise_trust
from gnn2mlp.pipeline.job import Job, label
from gnn2mlp.pipeline.scoring import MODELS
from gnn2mlp.pipeline.seed import Seed, plan
from gnn2mlp.pipeline.stage import Kept, Origin, Reference, Stage


@dataclass(frozen=True, eq=False)
class Scored:
    """What is kept of a seed in memory once it has been scored.

    Args:
        record: its scores.
        origin: where they come from, and where the models come from that were scored.
        split: who was tested; or which pairs, of links.
        student: in the run's folder: a `Predictor`, a `LinkPredictor`, or a fitted `Teacher` that needs the graph.
    """

    record: dict[str, Any]
    origin: Origin
    split: Split | LinkSplit
    student: Reference[Any]

    @property
    def seed(self) -> int:
        """Its number."""
        return self.split.seed


def score_all(job: Job, numbers: Sequence[int]) -> list[Scored]:
    """The scores of each seed; what was not trained before is trained now.

    A seed's models and views are let go as soon as its record is made: memory does not grow with their number.
    """
    return [_scored(job, plan(job, number)) for number in numbers]


def _scored(job: Job, seed: Seed) -> Scored:
    kept = seed.record.kept
    place_knowledge(job, seed.number, seed.knowledge)
    return Scored(kept.value, kept.origin, seed.split, seed.student.reference())


def place_knowledge(job: Job, number: int, knowledge: Stage[TeacherKnowledge]) -> None:
    """Give a seed's knowledge, which lies in the cache, a second name in the run's folder."""
    target = job.folder / "knowledge" / f"{label(number)}.safetensors"
    try:
        made = artefact.read_card(target, "knowledge")["about"]["made"]["identity"]
    except (ArtefactError, KeyError, TypeError):
        made = None
    if made != knowledge.identity:
        _ = knowledge.kept
        link_or_copy(knowledge.storage.path(knowledge.identity), target)


def best_of(scored: Sequence[Scored]) -> Scored:
    """The seed whose student has the best validation score, by the run's metric."""
    return max(scored, key=lambda one: one.record["history"]["student"]["valid_best"])


def measured(scored: Sequence[Scored], timed: Kept[dict[str, Any]] | None, here: Mapping[str, Any]) -> dict[str, Any]:
    """The records, and in which environment each of their figures was measured.

    Returns:
        `seeds`: the records, each with the `identity` of all that decides it, and `measured`: by part of the record, a
        position in `environments`; `environments`: all that occur; `environment`: the only one, or the present one with
        a note that there are several; `latency_environment`: the position of that of the latency, if it was measured.
    """
    environments: list[Mapping[str, Any]] = []

    def position(environment: Mapping[str, Any]) -> int:
        if environment not in environments:
            environments.append(environment)
        return environments.index(environment)

    seeds = [
        {
            **one.record,
            "identity": fingerprint(one.origin.identity),
            "measured": {part: position(found) for part, found in _environments(one).items()},
        }
        for one in scored
    ]
    told = {"latency_environment": position(timed.origin.environment)} if timed else {}
    note = f"figures were measured in {len(environments)} environments; results.json says which in which"
    environment = dict(environments[0]) if len(environments) == 1 else {**here, "note": note}
    return {"environment": environment, "environments": environments, **told, "seeds": seeds}


def _environments(one: Scored) -> dict[str, Mapping[str, Any]]:
    """By part of a record: scores, and the seconds of each model."""
    models = ("teacher", "knowledge", "mlp", "student")
    given = {name: one.origin.given[name] for name in models if name in one.origin.given}
    return {"scores": one.origin.environment, **given}


def summarise_scores(records: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Mean and std over seeds of all that `score` found."""
    models = [model for model in MODELS if model in records[0]]
    summary: dict[str, Any] = {model: summarise(record[model] for record in records) for model in models}
    summary["fidelity"] = summarise(record["fidelity"] for record in records)
    if all("ece" in record for record in records):
        summary["ece"] = {model: summarise(record["ece"][model] for record in records) for model in models}
    if all("churn" in record for record in records):
        summary["churn"] = {model: summarise(record["churn"][model] for record in records) for model in models}
    if all("text_baselines" in record for record in records):
        names = records[0]["text_baselines"]
        summary["text_baselines"] = {n: summarise(record["text_baselines"][n] for record in records) for n in names}
    summary["seconds"] = summarise(record["seconds"] for record in records)
    for part, summed in (("codes", summarise_codes), ("trust", summarise_trust)):
        if all(part in record for record in records):
            summary[part] = summed(record[part] for record in records)
    return summary


def summarise_each(rows: Sequence[Mapping[str, Mapping[str, Mapping[str, float]]]]) -> dict[str, Any]:
    """By model and population, mean and std of every metric that is defined in every seed."""
    return {
        model: {
            population: summarise_shared([row[model][population] for row in rows])
            for population in rows[0][model]
            if all(population in row[model] for row in rows)
        }
        for model in rows[0]
    }


def summarise_shared(rows: Sequence[Mapping[str, float]]) -> dict[str, dict[str, float]]:
    """Mean and std of what every row has."""
    keys = [key for key in rows[0] if all(key in row for row in rows)]
    return summarise([{key: row[key] for key in keys} for row in rows])

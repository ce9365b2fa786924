"""What a run knows of the student that it ships, for the model directory."""

from collections.abc import Mapping, Sequence
from math import sqrt
from statistics import fmean, stdev
from typing import Any

import numpy as np
from scipy.special import stdtrit

from gnn2mlp.evaluate import POPULATIONS
from gnn2mlp.evaluate.intervals import CONFIDENCE, share_interval
from gnn2mlp.pipeline.job import Job
from gnn2mlp.pipeline.records import Scored
from gnn2mlp.pipeline.scoring import MODELS

NAMES = {
    "teacher": "teacher (reads the graph)",
    "mlp": "plain MLP",
    "plain": "its network on labels alone (reads the graph)",
    "student": "student",
}
SEVERAL = "mean over {} trainings, each with a test of its own"


def about_run(job: Job, scored: Sequence[Scored], best: Scored, labels: int, refit: bool) -> dict[str, Any]:
    """What `gnn2mlp.deploy.write_directory` is to say of the student.

    Args:
        job: of all seeds.
        scored: every seed.
        best: the one whose student ships, or whose settings were trained again.
        labels: how many trained what ships.
        refit: whether that was trained again on all labels: the seeds estimate its scores, all of them.
    """
    facts = job.facts
    records = [one.record for one in (scored if refit else [best])]
    graph = facts["graph"]
    return {
        "name": f"{graph['name']}, {job.config.method.name}",
        "summary": _summary(records, labels, refit),
        "metrics": [*_rows(records), *_calibration(records)],
        "data": {
            **{key: value for key, value in graph.items() if key not in ("notes", "class_counts")},
            "labels": labels,
        },
        "training": {
            **{part: facts["config"][part] for part in ("teacher", "method", "setting")},
            "trainings_that_were_tested": len(records),
            "then_trained_on_all_labels": refit,
        },
        "citations": [text for text in dict.fromkeys(facts["citations"].values()) if text],
    }


def _summary(records: Sequence[Mapping[str, Any]], labels: int, refit: bool) -> str:
    if not refit:
        return f"Trained on {labels:,} labels of its split; the figures are its own."
    return (
        f"Trained on all {labels:,} labels. No node was left to test it: {len(records)} trainings on a part of them "
        "estimate its figures."
    )


def _rows(records: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The metric of the run, of every model on every population."""
    metric = records[0]["metric"]["name"]
    found = [name for name in POPULATIONS if name in records[0]["student"]]
    return [
        {**_row(records, metric, population, [one[model][population] for one in records]), "model": NAMES[model]}
        for population in found
        for model in reversed(MODELS)
        if model in records[0]
    ]


def _calibration(records: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    if not all("ece" in one for one in records):
        return []
    errors = [one["ece"]["student"] for one in records]
    return [
        _row(records, "ece", population, [error[population] for error in errors])
        for population in errors[0]
        if population in ("seen", "unseen")
    ]


def _row(records: Sequence[Mapping[str, Any]], metric: str, population: str, values: Sequence[float]) -> dict[str, Any]:
    sizes = records[0]["split"]
    nodes = {"test": sizes["seen"] + sizes["unseen"], "cold": sizes["unseen"], **sizes}.get(population)
    means = POPULATIONS[population] + (f"; {SEVERAL.format(len(values))}" if len(values) > 1 else "")
    row = {"metric": metric, "value": fmean(values), "population": population, "means": means, "nodes": nodes}
    return {**row, **_interval(metric, values, nodes)}


def _interval(metric: str, values: Sequence[float], nodes: int | None) -> dict[str, float]:
    """Of one training over its nodes, where the metric is a share of them; of several over the trainings."""
    if len(values) > 1:
        reach = float(stdtrit(len(values) - 1, (1 + CONFIDENCE) / 2)) * stdev(values) / sqrt(len(values))
        return {"low": fmean(values) - reach, "high": fmean(values) + reach}
    if metric == "accuracy" and nodes:
        found = share_interval(np.arange(nodes) < round(values[0] * nodes))
        # Where all is right, rounding may leave the end of the interval below 1.
        return {"low": min(found.low, values[0]), "high": max(found.high, values[0])}
    return {}


def about_rows(name: str, counts: Mapping[str, Any], scores: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """What there is to say of a student that was distilled from tables.

    Args:
        name: of the method.
        counts: of the joined table.
        scores: of its roles, `"valid"` and `"test"`, where there are such rows.
    """
    means = {"test": "rows that neither trained nor chose the epoch", "valid": "rows that chose the epoch of training"}
    rows = []
    for role in ("test", "valid"):
        found = scores.get(role) or {}
        for model, key in (("student", "accuracy"), (NAMES["teacher"], "teacher_accuracy")):
            if found.get(key) is not None:
                row = {"metric": "accuracy", "value": found[key], "population": role, "means": means[role]}
                interval = _interval("accuracy", [found[key]], found["labelled"])
                rows.append({**row, "model": model, "nodes": found["labelled"], **interval})
    return {"name": f"Rows of tables, {name}", "metrics": rows, "data": dict(counts)}

"""All that a report says of how far a student can be trusted: calibration, sets, scores of answers, a cascade."""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from torch import Tensor

from gnn2mlp.core.errors import DataError
from gnn2mlp.data.view import Full
from gnn2mlp.deploy.calibration import COVERAGES, Calibration, calibrate
from gnn2mlp.deploy.predictor import Predictor
from gnn2mlp.evaluate.calibration import (
    calibration_error_by_chance,
    diagram_by_mass,
    expected_calibration_error,
)
from gnn2mlp.evaluate.cascade import cascade_curve, choose_threshold
from gnn2mlp.evaluate.conformal import conformal_sets, coverage
from gnn2mlp.evaluate.scores import populations
from gnn2mlp.knowledge.knowledge import TeacherKnowledge
from gnn2mlp.pipeline.scoring import student_logits
from gnn2mlp.pipeline.student_trust import advice_record, student_trust
from gnn2mlp.tasks.answers import softmax

# The share of requests that a cascade may defer, unless one is asked for.
DEFERRED = 0.2
# How sentences call the nodes of a population.
_NODES = {"seen": "seen test nodes", "unseen": "unseen test nodes", "test": "test nodes"}


def trust_figures(
    student: Predictor,
    full: Full,
    knowledge: TeacherKnowledge | None = None,
    teacher: Mapping[str, Tensor] | None = None,
    latency_ms: Mapping[str, float] | None = None,
    deferred: float = DEFERRED,
) -> dict[str, Any]:
    """Everything about trust that can be measured on the test nodes of a split, JSON-able; NaN is written as `None`.

    Args:
        student: with exclusive classes; its calibration is judged if it has one, else one is made of validation nodes.
        full: the graph with all labels, and the split.
        knowledge: of its teacher, for scores that rest on it.
        teacher: its logits (nodes, classes), `observed` and `full`, as `gnn2mlp.pipeline.scoring.teacher_logits` gives
            them, for the cascade.
        latency_ms: `student` and `teacher`, what a request for one node costs each.
        deferred: share of validation nodes that the cascade may defer.

    Returns:
        `calibration`: the facts of the one that is judged (`Calibration.facts`), and `by` population `nodes`,
        `accuracy`, the calibration error `before` and `after`, and what chance adds to the latter (`by_chance`);
        `diagrams` before and after, by population. `coverage`: by nominal coverage and population, the fields of
        `Coverage`, and whether it `falls_short`. `warnings`: sentences on promises that fail. `scores` and `advice`: as
        `advice_record` has them, and a sentence for each population. `cascade`: by population `curve` and `table`, and
        the chosen `threshold`; without a teacher absent.

    Raises:
        DataError: for a task without exclusive classes.
    """
    if not full.graph.task.exclusive:
        raise DataError("trust: expected one class for each node, got another task; right and wrong cannot be told")
    logits, labels = student_logits(student, full).double(), full.labels
    nodes = _labelled(full)
    made = student.calibration or calibrate(logits[full.split.valid].numpy(), labels[full.split.valid].numpy())
    scaled = logits / torch.as_tensor(made.temperature)
    advice = student_trust(student, knowledge, full)
    found: dict[str, Any] = {
        **calibration_figures(made, logits, labels, nodes),
        "scores": advice_record(advice),
        "advice": {name: one.sentence(_NODES[name]) for name, one in advice.items()},
    }
    if teacher is not None:
        found["cascade"] = _cascade(scaled, teacher, labels, nodes, full.split.valid, latency_ms or {}, deferred)
    plain: dict[str, Any] = _plain(found)
    return plain


def calibration_figures(
    made: Calibration,
    logits: Tensor,
    labels: Tensor,
    groups: Mapping[str, Tensor],
    called: Mapping[str, str] = _NODES,
) -> dict[str, Any]:
    """`calibration`, `coverage` and `warnings` of `trust_figures`, of whatever has one class each; JSON-able.

    Args:
        made: the calibration that is judged.
        logits: float64 (rows, classes), before it.
        labels: int64 (rows,), known in all groups.
        groups: rows by population.
        called: how sentences call those of a population.
    """
    scaled = logits / torch.as_tensor(made.temperature)
    found: dict[str, Any] = _plain(
        {
            "calibration": _calibration(made, logits, scaled, labels, groups),
            **_coverage(made, softmax(scaled.numpy()), labels.numpy(), groups, called),
        }
    )
    return found


def headline_population(figures: Mapping[str, Any]) -> str:
    """The nodes that a headline speaks of: unseen ones where there are any, else all test nodes."""
    scored: Mapping[str, Any] = figures["calibration"]["by"]
    return next(name for name in ("unseen", "test", "seen", *scored) if name in scored)


def calibration_sentence(figures: Mapping[str, Any]) -> str:
    """What scaling brought, in a sentence.

    Example:
        >>> by = {"unseen": {"before": 0.16, "after": 0.058, "by_chance": 0.048, "nodes": 427, "accuracy": 0.74}}
        >>> print(calibration_sentence({"calibration": {"temperature": 0.5, "rows": 210, "by": by}}))
        Calibration error on unseen test nodes: 16.0% before scaling, 5.8% after (chance alone: 4.8%, 427 nodes).
    """
    name = headline_population(figures)
    one = figures["calibration"]["by"][name]
    return (
        f"Calibration error on {_NODES[name]}: {one['before']:.1%} before scaling, {one['after']:.1%} after (chance "
        f"alone: {one['by_chance']:.1%}, {one['nodes']:,} nodes)."
    )


def _labelled(full: Full) -> dict[str, Tensor]:
    """Test nodes of known class, by population; the inductive `test` says nothing that its parts do not."""
    split = full.split
    names = ("test",) if split.setting == "transductive" else ("seen", "unseen")
    found = {name: ids[full.labels[ids] >= 0] for name, ids in populations(split).items() if name in names}
    return {name: ids for name, ids in found.items() if ids.numel()}


def _calibration(
    made: Calibration, logits: Tensor, scaled: Tensor, labels: Tensor, nodes: Mapping[str, Tensor]
) -> dict[str, Any]:
    by = {
        name: {
            "nodes": ids.numel(),
            "accuracy": (logits[ids].argmax(1) == labels[ids]).double().mean().item(),
            "before": expected_calibration_error(logits[ids], labels[ids]),
            "after": expected_calibration_error(scaled[ids], labels[ids]),
            "by_chance": calibration_error_by_chance(scaled[ids]),
        }
        for name, ids in nodes.items()
    }
    diagrams = {
        name: {
            when: diagram_by_mass(output[ids], labels[ids])._asdict()
            for when, output in (("before", logits), ("after", scaled))
        }
        for name, ids in nodes.items()
    }
    return {**made.facts(), "by": by, "diagrams": diagrams}


def _coverage(
    made: Calibration,
    probabilities: np.ndarray,
    labels: np.ndarray,
    nodes: Mapping[str, Tensor],
    called: Mapping[str, str],
) -> dict[str, Any]:
    nominal = [float(key) for key in made.conformal] or list(COVERAGES[:0])
    found = {
        f"{one:g}": {
            name: coverage(conformal_sets(probabilities[ids], made.threshold(one)), labels[ids], one)
            for name, ids in ((name, ids.numpy()) for name, ids in nodes.items())
        }
        for one in nominal
    }
    warnings = [
        text for by in found.values() for name, one in by.items() if (text := one.warning(called.get(name, name)))
    ]
    plain = {
        key: {name: {**one._asdict(), "falls_short": one.falls_short} for name, one in by.items()}
        for key, by in found.items()
    }
    return {"coverage": plain, "warnings": warnings}


def _cascade(
    scaled: Tensor,
    teacher: Mapping[str, Tensor],
    labels: Tensor,
    nodes: Mapping[str, Tensor],
    valid: Tensor,
    latency_ms: Mapping[str, float],
    deferred: float,
) -> dict[str, Any]:
    times = [float(latency_ms.get(model, math.nan)) for model in ("student", "teacher")]
    student = softmax(scaled.numpy())
    found = {}
    for name, ids in nodes.items():
        taught = softmax(teacher["observed" if name == "seen" else "full"][ids].double().numpy())
        curve = cascade_curve(student[ids], taught, labels[ids].numpy(), *times)
        plain = {key: values.tolist() for key, values in curve._asdict().items()}
        found[name] = {"curve": plain, "table": curve.rows()}
    threshold = choose_threshold(student[valid], labels[valid].numpy(), deferred=deferred) if valid.numel() else 0.0
    return {"threshold": threshold, "deferred_on_validation": deferred, "by": found}


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    return None if isinstance(value, float) and math.isnan(value) else value

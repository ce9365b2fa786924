"""How far the student's probabilities can be believed, where its sets keep their promise, and what a cascade brings."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from torch import Tensor

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.data.split import Split
from gnn2mlp.deploy.calibration import COVERAGES, Calibration, calibrate
from gnn2mlp.evaluate.calibration import calibration_error_by_chance, diagram_by_mass, expected_calibration_error
from gnn2mlp.evaluate.cascade import cascade_curve, choose_threshold
from gnn2mlp.evaluate.conformal import conformal_sets, coverage
from gnn2mlp.tasks._base import Task

# Points of the cascade's curve that are written down, and the share that is deferred where no threshold reaches more.
_POINTS, _SHARE = 41, 0.2


def trust_facts(
    task: Task,
    student: Mapping[str, tuple[Task, Tensor]],
    teacher: Mapping[str, Tensor],
    labels: Tensor,
    split: Split,
) -> dict[str, Any]:
    """What validation says of the student's probabilities, and whether that holds on test rows; plain types.

    Args:
        task: fitted.
        student: by population, its task and its outputs (rows, outputs) for all rows.
        teacher: by population, outputs likewise.
        labels: of all rows.
        split: whose validation rows calibrate, and whose test rows are measured.

    Returns:
        `calibration` (see `gnn2mlp.deploy.calibration.Calibration`), and of classes by population `ece` before and
        after scaling with what chance would show, `diagrams`, `coverage` by nominal coverage, and `cascade`. Nothing of
        numbers.
    """
    if task.answers.classes is None:
        return {}
    outputs = {population: output for population, (_, output) in student.items()}
    calibration = calibrate(outputs["seen"][split.valid].numpy(), labels[split.valid].numpy())
    facts: dict[str, Any] = {"calibration": calibration.facts()}
    if not task.exclusive:
        return facts
    groups = {"seen": split.seen, "unseen": split.unseen, "test": split.test}
    rows = {name: (outputs[name][ids], labels[ids]) for name, ids in groups.items()}
    scaled = {name: torch.from_numpy(calibration.scaled(z.numpy())) for name, (z, _) in rows.items()}
    facts["ece"] = {
        name: {
            "before": expected_calibration_error(z, y),
            "after": expected_calibration_error(scaled[name], y),
            "by_chance": calibration_error_by_chance(scaled[name]),
        }
        for name, (z, y) in rows.items()
    }
    before, after = (diagram_by_mass(z, rows["test"][1])._asdict() for z in (rows["test"][0], scaled["test"]))
    facts["diagrams"] = {"before": before, "after": after}
    facts["coverage"] = {
        f"{nominal:g}": {name: _coverage(calibration, nominal, scaled[name], y) for name, (_, y) in rows.items()}
        for nominal in COVERAGES
    }
    facts["cascade"] = _cascade(calibration, outputs, teacher, labels, split)
    return facts


def _coverage(calibration: Calibration, nominal: float, scaled: Tensor, labels: Tensor) -> dict[str, Any]:
    """Whether sets hold what was promised, on some rows, and a sentence where they do not."""
    sets = conformal_sets(scaled.double().softmax(1).numpy(), calibration.threshold(nominal))
    found = coverage(sets, labels.numpy(), nominal)
    return {**found._asdict(), "falls_short": found.falls_short}


def _cascade(
    calibration: Calibration,
    student: Mapping[str, Tensor],
    teacher: Mapping[str, Tensor],
    labels: Tensor,
    split: Split,
) -> dict[str, Any]:
    """What it brings to ask the teacher where the student is not sure; the threshold is chosen by validation rows."""
    p = {name: _probabilities(torch.from_numpy(calibration.scaled(z.numpy()))) for name, z in student.items()}
    t = {name: _probabilities(z) for name, z in teacher.items()}
    valid, y = split.valid.numpy(), labels.numpy()
    best = float((t["seen"][valid].argmax(1) == y[valid]).mean())
    try:
        threshold = choose_threshold(p["seen"][valid], y[valid], t["seen"][valid], accuracy=best)
    except ConfigError:  # no threshold reaches the teacher
        threshold = choose_threshold(p["seen"][valid], y[valid], deferred=_SHARE)
    found: dict[str, Any] = {"threshold": threshold, "teacher_on_validation": best}
    for name, ids in (("seen", split.seen), ("unseen", split.unseen)):
        rows = ids.numpy()
        asked = p[name][rows].max(1) < threshold
        answers = np.where(asked, t[name][rows].argmax(1), p[name][rows].argmax(1))
        found[name] = {"deferred": float(asked.mean()), "accuracy": float((answers == y[rows]).mean())}
    test = split.test.numpy()
    curve = cascade_curve(p["test"][test], t["test"][test], y[test])
    places = np.unique(np.linspace(0, len(curve.deferred) - 1, _POINTS).round().astype(np.int64))
    kept = ("threshold", "deferred", "accuracy")
    found["curve"] = {key: getattr(curve, key)[places].tolist() for key in kept}
    return found


def _probabilities(outputs: Tensor) -> np.ndarray:
    return np.asarray(outputs.double().softmax(1).numpy())

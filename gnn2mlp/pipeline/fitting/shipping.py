"""What ships of a fit: the student with its columns and calibration, and a directory that says how good it is."""

import importlib.util
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.data.split import Split
from gnn2mlp.deploy import Predictor
from gnn2mlp.deploy.calibration import Calibration
from gnn2mlp.deploy.directory_writing import write_directory
from gnn2mlp.methods import METHODS
from gnn2mlp.pipeline.citing import parts_cited
from gnn2mlp.pipeline.fitting.config import FitConfig
from gnn2mlp.pipeline.fitting.encoding import Encoded
from gnn2mlp.pipeline.fitting.tables import Tables
from gnn2mlp.pipeline.scoring import parameters
from gnn2mlp.report.fit_report import render_fit_report
from gnn2mlp.teachers import TEACHERS

MEANINGS = {
    "seen": "labelled rows that existed in training, without their labels",
    "unseen": "labelled rows that did not exist in training",
}
_REFITTED = (
    "The model was trained once more on all labelled rows, for as long as validation had chosen. No row is left to "
    "test that one: the figures are those of the same training on a part of the labels, and so is the calibration."
)


def shipped_predictor(
    student: Predictor, scored: Predictor, encoded: Encoded, results: Mapping[str, Any], config: FitConfig
) -> Predictor:
    """The student that answers tables, with the calibration of the one that was scored.

    Args:
        student: that ships.
        scored: the one whose validation rows chose thresholds and calibration.
        encoded: with the encoders that made the rows which `student` learnt from.
        results: with `trust`.
        config: resolved.
    """
    # Numbers are answered in units of the labels that trained; classes and labels by thresholds that validation chose.
    answers = student.answers if student.answers.classes is None else scored.answers
    card = {**student.card, "scored": {key: results[key] for key in ("metric", "scores", "verdict")}}
    if config.refit:
        card["refit"] = {"labels": results["data"]["nodes"]["labelled"], "score": "none of its own"}
    made = Predictor(
        student.student, student.module, student.num_features, answers, card, None, student.inputs,
        columns=encoded.encoder,
    )  # fmt: skip
    facts = results["trust"].get("calibration")
    return made if facts is None else made.calibrated(Calibration.of(facts))


def ship(
    out: Path,
    predictor: Predictor,
    config: FitConfig,
    tables: Tables,
    split: Split,
    results: dict[str, Any],
    further: Mapping[str, bytes] | None = None,
) -> dict[str, Any]:
    """Write the model directory, with its report, scores and `further` files; the results, with what became of ONNX."""
    files = dict(further or {})
    content, note = onnx_of(predictor)
    if content is not None:
        files["model.onnx"] = content
    shipped = {**_shipped(config, tables, split), "parameters": parameters(predictor.module), "path": out.name}
    results = {
        "date": datetime.now(UTC).date().isoformat(),
        **results,
        "citations": parts_cited({"teacher": (config.teacher, TEACHERS), "method": (config.method, METHODS)}),
        "onnx": note or "model.onnx",
        "shipped": shipped,
    }
    files["scores.json"] = (json.dumps(results, indent=2, allow_nan=False) + "\n").encode()
    files["report.html"] = render_fit_report(results).encode("utf-8", "replace")
    write_directory(out, predictor, about_of(config, tables, results), files)
    return results


def importance(scored: Predictor, encoded: Encoded, tables: Tables, split: Split) -> list[dict[str, Any]]:
    """What each column contributes to the answers of the student that was scored, on test rows; not of several labels.

    Args:
        scored: trained on the split.
        encoded: with the encoders that made its rows.
        tables: as they were read.
        split: whose test rows are taken.
    """
    from gnn2mlp.evaluate.importance import column_importance

    if tables.task.num_outputs > 1 and not tables.task.exclusive:
        return []
    columns = Predictor(
        scored.student, scored.module, scored.num_features, scored.answers, {}, None, scored.inputs,
        columns=encoded.encoder,
    )  # fmt: skip
    rows = split.test
    known = rows[tables.task.known(tables.labels[rows])]
    labels = tables.labels[known].numpy()
    right = scored.answers.classes[labels] if scored.answers.classes is not None else labels[:, 0]
    return column_importance(columns, tables.features.take(known.numpy()), right).records()


def onnx_of(predictor: Predictor) -> tuple[bytes | None, str]:
    """The model as one ONNX file; without one, the reason."""
    if not all(importlib.util.find_spec(package) for package in ("onnx", "onnxruntime")):
        return None, "not written: the extra is not installed: pip install 'gnn2mlp[onnx]'"
    from gnn2mlp.deploy.onnx_file import onnx_bytes

    try:
        return onnx_bytes(predictor), ""
    except (ConfigError, ValueError) as error:
        return None, f"not written: {error}"


def about_of(config: FitConfig, tables: Tables, results: Mapping[str, Any]) -> dict[str, Any]:
    """What the directory says beside what the model knows."""
    data = results["data"]
    return {
        "name": f"{', '.join(config.label)} from {config.nodes.name}",
        "summary": results["verdict"]["sentence"],
        "limits": _limits(config, results),
        "citations": list(dict.fromkeys(results["citations"].values())),
        "data": {
            "name": config.nodes.name,
            "rows": data["nodes"]["rows"],
            "labels": data["nodes"]["labelled"],
            "edges": data["edges"]["kept"],
            "digest": tables.digests["nodes"],
            "edges_digest": tables.digests["edges"],
            "split": data["split"],
        },
        "training": {
            "teacher": config.teacher.to_dict(),
            "method": config.method.to_dict(),
            "student": config.student.to_dict(),
            "distill": config.distill,
            "seed": config.seed,
            "refit": config.refit,
        },
        "calibrated": calibrated_facts(results["trust"]),
        "columns": {config.id: "id", **dict.fromkeys(config.label, "label")},
        "metrics": _metrics(results),
    }


def calibrated_facts(trust: Mapping[str, Any]) -> dict[str, Any] | None:
    """The calibration error and the coverage of sets, by population; what falls short is told among the limits."""
    by = trust.get("calibration", {}).get("by")
    if not by:
        return None
    kept = ("before", "after", "by_chance")
    return {
        "calibration error": {name: {key: one[key] for key in kept} for name, one in by.items()},
        "coverage": {
            nominal: {name: {key: one[key] for key in one if key != "falls_short"} for name, one in groups.items()}
            for nominal, groups in trust["coverage"].items()
        },
    }


def _metrics(results: Mapping[str, Any]) -> list[dict[str, Any]]:
    """A line for each model and population, with its interval."""
    return [
        {
            "metric": results["metric"]["title"],
            "model": model,
            "population": population,
            "means": MEANINGS[population],
            **{key: one[key] for key in ("value", "low", "high", "nodes")},
        }
        for model, by in results["scores"].items()
        for population, one in by.items()
    ]


def _limits(config: FitConfig, results: Mapping[str, Any]) -> list[str]:
    told = [_REFITTED] if config.refit else []
    told.append(
        "Intervals are of rows like those that were tested, of this one graph, and of models that were trained once."
    )
    return [*told, *results["trust"].get("warnings", [])]


def _shipped(config: FitConfig, tables: Tables, split: Split) -> dict[str, Any]:
    known = int(tables.task.known(tables.labels).sum())
    return {"refit": config.refit, "labels": known if config.refit else split.train.numel(), "digests": tables.digests}

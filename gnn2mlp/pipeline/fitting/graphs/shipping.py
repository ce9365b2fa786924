"""What ships of a fit of whole graphs: the calibrated student, and a directory that says how good it is."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.deploy.calibration import Calibration
from gnn2mlp.deploy.directory_writing import write_directory
from gnn2mlp.deploy.graph_predictor import GraphPredictor
from gnn2mlp.methods import METHODS
from gnn2mlp.pipeline.citing import parts_cited
from gnn2mlp.pipeline.fitting.graphs.config import GraphFitConfig
from gnn2mlp.pipeline.fitting.graphs.tables import GraphFitTables
from gnn2mlp.pipeline.fitting.shipping import calibrated_facts
from gnn2mlp.pipeline.graphs.scoring import TEST
from gnn2mlp.pipeline.scoring import parameters
from gnn2mlp.students import STUDENTS
from gnn2mlp.teachers import TEACHERS

MEANING = "graphs that trained nothing and chose no epoch"
_REFITTED = (
    "The model was trained once more on all labelled graphs, for as long as validation had chosen. No graph is left to "
    "test that one: the figures are those of the same training on a part of them, and so is the calibration."
)
_INTERVALS = "Intervals are of graphs like those that were tested, and of models that were trained once."


def shipped_graph_predictor(
    student: GraphPredictor, scored: GraphPredictor, results: Mapping[str, Any], config: GraphFitConfig
) -> GraphPredictor:
    """The student with the thresholds and the calibration of the one that was scored.

    Args:
        student: that ships, and reads numbers as they are in the tables.
        scored: the one whose validation graphs chose thresholds and calibration.
        results: with the scores.
        config: resolved.
    """
    card = {**student.card, "scored": {key: results[key] for key in ("metric", "scores", "verdict")}}
    if config.refit:
        card["refit"] = {"labels": results["data"]["graphs"]["labelled"], "score": "none of its own"}
    made = GraphPredictor(student.student, student.module, student.fields, scored.answers, card)
    return made.calibrated(Calibration.of(results["trust"]["calibration"]))


def ship_graph_fit(
    out: Path, predictor: GraphPredictor, config: GraphFitConfig, tables: GraphFitTables, results: dict[str, Any]
) -> dict[str, Any]:
    """Write the model directory, with its report and scores; the results, with what became of ONNX."""
    from gnn2mlp.report.graph_fit_report import render_graph_fit_report

    files: dict[str, bytes] = {}
    content, note = _onnx_of(predictor)
    if content is not None:
        files["model.onnx"] = content
    data = results["data"]
    parts = {"teacher": (config.teacher, TEACHERS), "method": (config.method, METHODS)}
    results = {
        "date": datetime.now(UTC).date().isoformat(),
        **results,
        "citations": parts_cited({**parts, "student": (config.student, STUDENTS)}),
        "onnx": note or "model.onnx",
        "shipped": {
            "refit": config.refit,
            "labels": data["graphs"]["labelled"] if config.refit else data["split"]["train"],
            "digests": tables.digests,
            "parameters": parameters(predictor.module),
            "path": out.name,
        },
    }
    files["scores.json"] = (json.dumps(results, indent=2, allow_nan=False) + "\n").encode()
    files["report.html"] = render_graph_fit_report(results).encode("utf-8", "replace")
    write_directory(out, predictor, about_graph_fit(config, tables, results), files)
    return results


def about_graph_fit(config: GraphFitConfig, tables: GraphFitTables, results: Mapping[str, Any]) -> dict[str, Any]:
    """What the directory says beside what the model knows."""
    data = results["data"]
    return {
        "name": f"{', '.join(config.label)} of {config.files.graphs.name}",
        "summary": results["verdict"]["sentence"],
        "limits": [*([_REFITTED] if config.refit else []), _INTERVALS, *results["trust"].get("warnings", [])],
        "citations": list(dict.fromkeys(results["citations"].values())),
        "data": {
            "name": config.files.graphs.name,
            "graphs": data["graphs"]["rows"],
            "labels": data["graphs"]["labelled"],
            "nodes": data["nodes"]["rows"],
            "edges": data["edges"]["kept"],
            "digests": tables.digests,
            "split": data["split"],
        },
        "training": {
            "task": config.task.to_dict(),
            "teacher": config.teacher.to_dict(),
            "method": config.method.to_dict(),
            "student": config.student.to_dict(),
            "distill": config.distill,
            "seed": config.seed,
            "refit": config.refit,
        },
        "calibrated": calibrated_facts(results["trust"]),
        "columns": {config.id: "id", **dict.fromkeys(config.label, "label")},
        "metrics": [
            {
                "metric": results["metric"]["title"],
                "model": model,
                "population": TEST,
                "means": MEANING,
                **{key: by[TEST][key] for key in ("value", "low", "high")},
                "graphs": by[TEST]["nodes"],
            }
            for model, by in results["scores"].items()
        ],
    }


def _onnx_of(predictor: GraphPredictor) -> tuple[bytes | None, str]:
    """The model for ONNX Runtime; without it, the reason."""
    from gnn2mlp.deploy.onnx_graphs import graph_onnx_bytes

    try:
        return graph_onnx_bytes(predictor), ""
    except (ConfigError, ValueError) as error:
        return None, f"not written: {error}"

"""What ships of a fit of links: the student with its columns, and a directory that says how good it is."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.deploy.directory_writing import write_directory
from gnn2mlp.deploy.link_predictor import LinkPredictor
from gnn2mlp.deploy.monitoring import PROFILE, profile_of
from gnn2mlp.evaluate import LINK_POPULATIONS
from gnn2mlp.methods import METHODS
from gnn2mlp.pipeline.citing import parts_cited
from gnn2mlp.pipeline.fitting.encoding import Encoded
from gnn2mlp.pipeline.fitting.links.config import LinkFitConfig
from gnn2mlp.pipeline.fitting.links.tables import LinkTables
from gnn2mlp.pipeline.scoring import parameters
from gnn2mlp.teachers import TEACHERS

_REFITTED = (
    "The model was trained once more on all edges, for as long as validation had chosen. No edge is left to test that "
    "one: the figures are those of the same training on a part of the edges."
)
_RANKS = (
    "A score is the probability of a link among as many random pairs as there are links: it ranks candidates. Where "
    "links are rare, far fewer of such pairs are linked than it says."
)
_INTERVALS = (
    "Intervals are of pairs like those that were tested, each as if drawn by itself, of this one graph, and of models "
    "that were trained once; pairs share nodes, so that they are rather too narrow."
)


def shipped_links(
    student: LinkPredictor, encoded: Encoded, results: Mapping[str, Any], config: LinkFitConfig
) -> LinkPredictor:
    """The student that reads the columns of tables.

    Args:
        student: that ships.
        encoded: with the encoders that made the rows which it learnt from.
        results: with the scores.
        config: resolved.
    """
    kept = {key: results[key] for key in ("metric", "intervals", "verdict")}
    card = {**student.card, "scored": kept}
    if config.refit:
        card["refit"] = {"links": results["data"]["edges"]["linked_pairs"], "score": "none of its own"}
    return LinkPredictor(
        student.student, student.module, student.num_features, card, None, student.inputs, columns=encoded.encoder
    )


def ship_links(
    out: Path, predictor: LinkPredictor, config: LinkFitConfig, tables: LinkTables, results: dict[str, Any]
) -> dict[str, Any]:
    """Write the model directory, with its report and scores; the results, with what became of ONNX."""
    from gnn2mlp.report.link_fit_report import render_link_fit_report

    profile = profile_of(predictor.embedder, tables.features, [config.id, *_dropped(predictor), *config.taken])
    files = {PROFILE: profile.encode()}
    onnx, note = _onnx_of(predictor)
    files |= onnx
    linked = results["data"]["edges"]["linked_pairs"]
    results = {
        "date": datetime.now(UTC).date().isoformat(),
        **results,
        "citations": parts_cited({"teacher": (config.teacher, TEACHERS), "method": (config.method, METHODS)}),
        "onnx": note or ", ".join(onnx),
        "shipped": {
            "refit": config.refit,
            "links": linked if config.refit else results["data"]["split"]["train"],
            "digests": tables.digests,
            "parameters": parameters(predictor.module),
            "path": out.name,
        },
    }
    files["scores.json"] = (json.dumps(results, indent=2, allow_nan=False) + "\n").encode()
    files["report.html"] = render_link_fit_report(results).encode("utf-8", "replace")
    write_directory(out, predictor, about_links_of(config, tables, results), files)
    return results


def about_links_of(config: LinkFitConfig, tables: LinkTables, results: Mapping[str, Any]) -> dict[str, Any]:
    """What the directory says beside what the model knows."""
    data = results["data"]
    return {
        "name": f"links of {config.nodes.name}",
        "summary": results["verdict"]["sentence"],
        "limits": [*([_REFITTED] if config.refit else []), _RANKS, _INTERVALS],
        "citations": list(dict.fromkeys(results["citations"].values())),
        "data": {
            "name": config.nodes.name,
            "rows": data["nodes"]["rows"],
            "edges": data["edges"]["kept"],
            "digest": tables.digests["nodes"],
            "edges_digest": tables.digests["edges"],
            "split": data["split"],
        },
        "training": {
            "task": config.task.to_dict(),
            "setting": config.setting,
            "teacher": config.teacher.to_dict(),
            "method": config.method.to_dict(),
            "student": config.student.to_dict(),
            "decoder": config.decoder.to_dict(),
            "distill": config.distill,
            "seed": config.seed,
            "refit": config.refit,
        },
        "columns": {config.id: "id"},
        "metrics": [
            {
                "metric": metric,
                "model": model,
                "population": population,
                "means": LINK_POPULATIONS[population],
                **{key: one[key] for key in ("value", "low", "high")},
                "pairs": one["nodes"],
            }
            for population, by in results["intervals"].items()
            for metric, models in by.items()
            for model, one in models.items()
        ],
    }


def _dropped(predictor: LinkPredictor) -> list[str]:
    assert predictor.columns is not None, "of tables"
    return [column.name for column in predictor.columns.columns if column.dropped]


def _onnx_of(predictor: LinkPredictor) -> tuple[dict[str, bytes], str]:
    """The model as two ONNX files; without them, the reason."""
    from gnn2mlp.deploy.onnx_links import onnx_files

    try:
        return onnx_files(predictor), ""
    except (ConfigError, ValueError) as error:
        return {}, f"not written: {error}"

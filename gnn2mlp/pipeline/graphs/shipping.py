"""What a run of whole graphs knows of the student that it ships, for the model directory."""

from collections.abc import Mapping
from typing import Any

from gnn2mlp.pipeline.graphs.job import GraphsJob
from gnn2mlp.pipeline.graphs.scoring import GRAPH_MODELS, TEST
from gnn2mlp.pipeline.records import Scored

_NAMES = {"teacher": "teacher (reads edges)", "mlp": "mlp", "student": "student"}


def about_graphs(job: GraphsJob, best: Scored) -> dict[str, Any]:
    """What the directory of the student of `best` is to say of it, as `gnn2mlp.deploy.about.checked` takes it."""
    facts, record = job.facts, best.record
    graph, sizes = facts["graph"], record["split"]
    return {
        "name": f"{graph['name']}, {job.config.method.name}",
        "summary": f"Answers for whole graphs from what their nodes are. It learnt from {sizes['train']:,} labelled "
        f"graphs; the figures are its own, on {sizes['test']:,} graphs that trained nothing.",
        "metrics": _rows(record),
        "data": {key: value for key, value in graph.items() if key not in ("notes", "class_counts", "task_names")},
        "training": {part: facts["config"][part] for part in ("task", "teacher", "method", "split")},
        "citations": [text for text in dict.fromkeys(facts["citations"].values()) if text],
    }


def _rows(record: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Every metric of every model on the test graphs, the student first and baselines last."""
    means = "graphs that trained nothing and chose no epoch"
    return [
        {
            "metric": metric,
            "value": value,
            "population": TEST,
            "means": means,
            "model": _NAMES.get(model, model),
            "graphs": record["split"]["test"],
        }
        for metric in record["scores"]["student"][TEST]
        for model in ("student", *(name for name in reversed(GRAPH_MODELS) if name != "student"))
        if (value := record["scores"][model][TEST].get(metric)) is not None
    ]

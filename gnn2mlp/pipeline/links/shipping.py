"""What a run of links knows of the student that it ships, for the model directory."""

from collections.abc import Mapping
from typing import Any

from gnn2mlp.evaluate import LINK_POPULATIONS
from gnn2mlp.pipeline.job import Job
from gnn2mlp.pipeline.links.scoring import LINK_MODELS
from gnn2mlp.pipeline.records import Scored
from gnn2mlp.pipeline.shipping import NAMES

# One figure alone tells half of it: how well all pairs are ordered, and what stands at the top.
TOLD = ("auc", "hits@20")


def about_links(job: Job, best: Scored) -> dict[str, Any]:
    """What the directory of the student of `best` is to say of it, as `gnn2mlp.deploy.about.checked` takes it."""
    facts, record = job.facts, best.record
    graph, sizes = facts["graph"], record["split"]
    return {
        "name": f"{graph['name']}, {job.config.method.name}",
        "summary": f"Tells which nodes are linked, from their features alone. It learnt from {sizes['train']:,} links; "
        f"the figures are its own, on {sizes['test']:,} links that trained nothing, against "
        f"{sizes['test_negatives']:,} pairs without a link.",
        "metrics": _rows(record),
        "data": {key: value for key, value in graph.items() if key not in ("notes", "labelled")}
        | {"links": sizes["train"]},
        "training": {part: facts["config"][part] for part in ("task", "teacher", "method", "setting")},
        "citations": [text for text in dict.fromkeys(facts["citations"].values()) if text],
    }


def _rows(record: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Of every population and model the two metrics of which neither is told alone, and the one that was chosen."""
    names = {**NAMES, "heuristic": f"heuristic {record['heuristic_name']} (reads the graph)"}
    metrics = list(dict.fromkeys((*TOLD, record["metric"]["name"])))
    return [
        {
            "metric": metric,
            "value": found[metric],
            "population": population,
            "means": LINK_POPULATIONS[population],
            "model": names[model],
            "pairs": record["split"]["pairs"][population],
        }
        for population in record["scores"]["student"]
        for metric in metrics
        for model in reversed(LINK_MODELS)
        if metric in (found := record["scores"][model].get(population, {}))
    ]

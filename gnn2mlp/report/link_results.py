"""What pages and tables take out of the results of a run that predicts links."""

from collections.abc import Mapping
from typing import Any

from gnn2mlp.evaluate import LINK_POPULATIONS
from gnn2mlp.explore.theme import MODEL_STYLES
from gnn2mlp.report.results import Judged, Results

# How a sentence calls the pairs of a population.
PAIRS = {
    "overall": "test pairs",
    "old-old": "pairs of two old nodes",
    "old-new": "pairs of a new node and an old one",
    "new-new": "pairs of two new nodes",
}
# The two figures that are told together, the one of the whole ranking and the one of its top, and the others.
WHOLE, TOP = "auc", "hits@20"
METRICS = {
    "auc": Judged("AUC"),
    "hits@20": Judged("Hits@20"),
    "hits@50": Judged("Hits@50"),
    "mrr": Judged("MRR"),
    "average_precision": Judged("average precision"),
}
HEURISTICS = {"cn": "Common neighbours", "aa": "Adamic-Adar", "ra": "Resource allocation"}


def is_link(results: Results) -> bool:
    """Whether a run predicted links.

    Example:
        >>> is_link({"config": {"task": {"name": "link"}}}), is_link({"config": {"task": {"metric": "accuracy"}}})
        (True, False)
    """
    task = results["config"].get("task")
    return (task.get("name") if isinstance(task, Mapping) else task) == "link"


def link_models(results: Results) -> list[str]:
    """The models that were scored: teacher, heuristic, plain MLP, student."""
    scored = results["summary"].get("scores") or {}
    return [name for name in MODEL_STYLES if scored.get(name)]


def link_populations(results: Results) -> list[str]:
    """The populations that were scored, in their usual order."""
    scored = results["summary"].get("scores") or {}
    found = {population for model in link_models(results) for population in scored[model]}
    return [*(name for name in LINK_POPULATIONS if name in found), *sorted(found - LINK_POPULATIONS.keys())]


def link_metrics(results: Results) -> list[str]:
    """The metrics by which any model was scored, the two that are told together in front."""
    scored = results["summary"].get("scores") or {}
    found = {metric for by_population in scored.values() for one in by_population.values() for metric in one}
    return [*(name for name in METRICS if name in found), *sorted(found - METRICS.keys())]


def entry(results: Results, model: str, population: str, metric: str) -> Mapping[str, float] | None:
    """Mean and deviation over seeds; `None` where it was not scored."""
    found: Mapping[str, Any] = (results["summary"].get("scores") or {}).get(model, {}).get(population, {})
    return found.get(metric)


def by_metric(results: Results, metric: str) -> dict[str, dict[str, Mapping[str, float]]]:
    """Mean and deviation by model and population, of one metric."""
    found = {
        model: {p: one for p in link_populations(results) if (one := entry(results, model, p, metric)) is not None}
        for model in link_models(results)
    }
    return {model: scores for model, scores in found.items() if scores}


def metric_title(metric: str) -> str:
    """How a sentence calls a metric."""
    return METRICS[metric].title if metric in METRICS else metric


def chosen_by(results: Results) -> str:
    """The metric on validation pairs that chose epochs and the best heuristic."""
    name: str = results["seeds"][0].get("metric", {}).get("name", WHOLE) if results["seeds"] else WHOLE
    return name


def heuristic_name(results: Results) -> str:
    """The heuristic that stands for the others, or those of them that different seeds chose; empty if unknown."""
    names = dict.fromkeys(r["heuristic_name"] for r in results["seeds"] if r.get("heuristic_name"))
    return ", ".join(HEURISTICS.get(name, name) for name in names)


def hits_curves(results: Results) -> dict[str, dict[str, dict[str, list[float]]]]:
    """Hits@K by K, by population and model, mean over seeds; as far as all seeds have so many negatives."""
    curves: dict[str, dict[str, dict[str, list[float]]]] = {}
    for population in link_populations(results):
        for model in link_models(results):
            rows = [c for r in results["seeds"] if (c := r.get("curves", {}).get(model, {}).get(population))]
            if rows:
                columns = list(zip(*(row["hits"] for row in rows), strict=False))
                means = [sum(column) / len(rows) for column in columns]
                curves.setdefault(population, {})[model] = {"k": rows[0]["k"][: len(means)], "hits": means}
    return curves


def histograms(results: Results) -> dict[str, dict[str, list[float]]]:
    """Counts of probabilities of positives and negatives by model, summed over seeds, of all test pairs."""
    found: dict[str, dict[str, list[float]]] = {}
    for model in link_models(results):
        rows = [h for r in results["seeds"] if (h := r.get("histograms", {}).get(model, {}).get("overall"))]
        if rows and all({"positives", "negatives"} <= row.keys() for row in rows):
            sides = ("positives", "negatives")
            found[model] = {
                s: [float(sum(column)) for column in zip(*(row[s] for row in rows), strict=True)] for s in sides
            }
    return found


def pair_counts(results: Results) -> dict[str, float]:
    """Links that are tested in a seed by population, on average."""
    rows = [record["split"].get("pairs") or {} for record in results["seeds"] if "split" in record]
    return {
        population: sum(row[population] for row in rows) / len(rows)
        for population in LINK_POPULATIONS
        if rows and all(population in row for row in rows)
    }


def negatives(results: Results) -> float | None:
    """Pairs that are no links, among which each seed ranks its links, on average; `None` if results do not say."""
    rows = [r["split"]["test_negatives"] for r in results["seeds"] if "test_negatives" in r.get("split", {})]
    return sum(rows) / len(rows) if rows else None

"""What pages and tables take out of the results of a run that predicts whole graphs."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from gnn2mlp.evaluate import Outcome, Paired, paired
from gnn2mlp.report.results import Judged, Results

# The models in the order in which they are told: what costs nothing first.
GRAPH_MODELS = ("size_only", "bag_of_labels", "mlp", "student", "teacher")
# Whom the student is compared with, and how a sentence calls it.
GRAPH_RIVALS = {
    "mlp": "the same network on labels alone",
    "teacher": "its teacher",
    "bag_of_labels": "a bag of labels",
    "size_only": "the size alone",
}
TEST = "test"
_METRICS = {
    "accuracy": Judged("accuracy"),
    "roc_auc": Judged("ROC-AUC"),
    "balanced_accuracy": Judged("balanced accuracy"),
    "macro_f1": Judged("macro F1"),
    "micro_f1": Judged("micro F1"),
    "average_precision": Judged("average precision"),
}
# Told beside the run's own metric where they are defined, as the field reports them.
_USUAL = ("accuracy", "roc_auc")


def is_graph(results: Results) -> bool:
    """Whether a run predicted whole graphs.

    Example:
        >>> is_graph({"config": {"task": {"name": "graph"}}}), is_graph({"config": {}})
        (True, False)
    """
    task = results["config"].get("task")
    return (task.get("name") if isinstance(task, Mapping) else task) == "graph"


def graph_models(results: Results) -> list[str]:
    """The models that were scored, baselines first."""
    scored = results["summary"].get("scores") or {}
    return [name for name in GRAPH_MODELS if scored.get(name, {}).get(TEST)]


def chosen_metric(results: Results) -> str:
    """The metric that chose the epochs."""
    return next((str(seed["metric"]["name"]) for seed in results["seeds"] if "metric" in seed), "accuracy")


def graph_metrics(results: Results) -> list[str]:
    """The metrics that are told: the run's own, then accuracy and ROC-AUC, then all others."""
    found = {m for model in graph_models(results) for m in results["summary"]["scores"][model][TEST]}
    first = dict.fromkeys([chosen_metric(results), *_USUAL, *_METRICS])
    return [*(name for name in first if name in found), *sorted(found - first.keys())]


def headline_metrics(results: Results) -> list[str]:
    """Those of which a sentence and a picture speak: the run's own, and accuracy or ROC-AUC beside it."""
    metrics = graph_metrics(results)
    return [name for name in metrics if name == chosen_metric(results) or name in _USUAL]


def judged(metric: str) -> Judged:
    """How tables and sentences write a metric."""
    return _METRICS.get(metric, Judged(metric))


def graph_entry(results: Results, model: str, metric: str) -> Mapping[str, float] | None:
    """Mean and deviation over seeds on test graphs; `None` where it was not scored."""
    found: Mapping[str, Any] = (results["summary"].get("scores") or {}).get(model, {}).get(TEST, {})
    return found.get(metric)


def scores_by_metric(results: Results) -> dict[str, dict[str, dict[str, Mapping[str, float]]]]:
    """Mean and deviation on test graphs by model, of each metric of the headline."""
    return {
        metric: {m: {TEST: found} for m in graph_models(results) if (found := graph_entry(results, m, metric))}
        for metric in headline_metrics(results)
    }


class GraphComparison(NamedTuple):
    """The student minus `rival`, a key of `GRAPH_RIVALS`, by one metric."""

    metric: str
    rival: str
    found: Paired


def compared_graphs(results: Results, metric: str) -> list[GraphComparison]:
    """The student against each rival, paired by seed, by the corrected test; rivals without a score are left out."""
    found = []
    for rival in GRAPH_RIVALS:
        records = [one for one in results["seeds"] if _score(one, "student", metric) is not None]
        records = [one for one in records if _score(one, rival, metric) is not None]
        if records:
            ours, theirs = ([_outcome(one, model, metric) for one in records] for model in ("student", rival))
            found.append(GraphComparison(metric, rival, paired(ours, theirs)))
    return found


def _score(record: Results, model: str, metric: str) -> float | None:
    value: float | None = record.get("scores", {}).get(model, {}).get(TEST, {}).get(metric)
    return value


def _outcome(record: Results, model: str, metric: str) -> Outcome:
    split, value = record["split"], _score(record, model, metric)
    assert value is not None, "chosen for having one"
    return Outcome(record["seed"], split["digest"], value, split["test"] / (split["train"] + split["valid"]))

"""What plots and tables take out of the results of a run, whatever they hold beside it."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from gnn2mlp.evaluate import POPULATIONS
from gnn2mlp.explore.theme import MODEL_STYLES, style_of

Results = Mapping[str, Any]

UNNAMED = "(not given)"


class Judged(NamedTuple):
    """The metric by which a run judged its models, as plots and tables write it.

    Args:
        title: what a sentence calls it.
        share: whether it is a share of 1, which is written in per cent.
        greater_is_better: whether the best model is the one with the greatest value.
    """

    title: str = "accuracy"
    share: bool = True
    greater_is_better: bool = True

    @property
    def heading(self) -> str:
        """The title with a capital letter in front; the others stay as they are."""
        return self.title[:1].upper() + self.title[1:]

    @property
    def scale(self) -> int:
        """What a value is multiplied with before it is written."""
        return 100 if self.share else 1

    @property
    def unit(self) -> str:
        """What stands behind a heading: `", %"` or nothing."""
        return ", %" if self.share else ""


ACCURACY = Judged()


def judged_by(results: Results) -> Judged:
    """The metric of a run; accuracy where results do not say.

    Example:
        >>> told = {"name": "mae", "title": "mean absolute error", "greater_is_better": False, "share": False}
        >>> judged_by({"seeds": [{"seed": 0, "metric": told}]}).heading
        'Mean absolute error'
    """
    told: Mapping[str, Any] = next((seed["metric"] for seed in results["seeds"] if "metric" in seed), {})
    return Judged(**{field: told[field] for field in Judged._fields if field in told})


def models(results: Results) -> list[str]:
    """The models that were scored: teacher, plain MLP (or network), student."""
    return [name for name in MODEL_STYLES if results["summary"].get(name)]


def needs_graph(results: Results) -> bool:
    """Whether the student of a run is a network that needs the graph when it answers.

    Example:
        >>> needs_graph({"student": {"needs_graph": True}}), needs_graph({})
        (True, False)
    """
    return bool((results.get("student") or {}).get("needs_graph", False))


def label_of(results: Results, model: str) -> str:
    """What tables call a model: a student that needs the graph is marked.

    Example:
        >>> label_of({"student": {"needs_graph": True}}, "student"), label_of({}, "student")
        ('Student (needs the graph)', 'Student')
    """
    marked = model == "student" and needs_graph(results)
    return f"{style_of(model).label} (needs the graph)" if marked else style_of(model).label


def populations(results: Results) -> list[str]:
    """The populations that were scored, in their usual order; one that this release does not know comes last."""
    found = [name for model in models(results) for name in results["summary"][model]]
    return list(dict.fromkeys([*(name for name in POPULATIONS if name in found), *found]))


def has_spread(results: Results) -> bool:
    """Whether there are several seeds; the deviation of a single one is not worth a word."""
    return len(results["seeds"]) > 1


def histories(results: Results) -> dict[str, list[Mapping[str, Any]]]:
    """Training histories by model, one for each seed; a model without any is left out."""
    found = {m: [s["history"][m] for s in results["seeds"] if m in s.get("history", {})] for m in models(results)}
    return {model: rows for model, rows in found.items() if any(row["valid"] for row in rows)}


def reliability(results: Results) -> dict[str, dict[str, list[float]]]:
    """Reliability diagrams by model, mean over seeds: of parts of equally many nodes, else of bins of equal width.

    Their `count` is that of one seed: nodes are tested in several, and together they would look like more.
    """
    found = {m: [d for s in results["seeds"] if (d := _diagram(s, m))] for m in models(results)}
    pooled = {model: pool(rows) for model, rows in found.items() if rows}
    return {
        model: {**diagram, "count": [n / len(found[model]) for n in diagram["count"]]}
        for model, diagram in pooled.items()
    }


def _diagram(seed: Mapping[str, Any], model: str) -> Mapping[str, Sequence[float]] | None:
    """Older releases knew bins of equal width alone."""
    diagram: Mapping[str, Sequence[float]] | None = (seed.get("calibration") or seed.get("reliability", {})).get(model)
    return diagram


def pool(
    diagrams: Sequence[Mapping[str, Sequence[float]]], keys: Sequence[str] = ("confidence", "accuracy")
) -> dict[str, list[float]]:
    """One reliability diagram of the nodes of several: each bin is weighted by how many nodes it holds.

    Args:
        diagrams: each with `count` and the `keys`, one value per bin; all with the same bins.
        keys: of the values that are averaged.
    """
    counts = [sum(column) for column in zip(*(d["count"] for d in diagrams), strict=True)]
    pooled: dict[str, list[float]] = {"count": counts}
    for key in keys:
        columns = zip(*([n * v for n, v in zip(d["count"], d[key], strict=True)] for d in diagrams), strict=True)
        pooled[key] = [sum(column) / max(1, total) for column, total in zip(columns, counts, strict=True)]
    return pooled


def code_ranks(results: Results) -> list[float]:
    """Nodes per code, from the most used codes to the least, mean over seeds; none for a teacher without codes."""
    rows = [seed["codes"]["ranks"] for seed in results["seeds"] if seed.get("codes", {}).get("ranks")]
    return [sum(column) / len(rows) for column in zip(*rows, strict=False)]


def trust_bins(results: Results, scores: Sequence[str]) -> dict[str, dict[str, list[float]]]:
    """Accuracy of the teacher by bins of each score, pooled over seeds; none if it was not measured."""
    rows = [seed["trust"] for seed in results["seeds"] if seed.get("trust")]
    names = [name for name in scores if rows and all(name in row for row in rows)]
    return {name: pool([row[name] for row in rows], ("score", "accuracy")) for name in names}


def best_score(results: Results, of: str = "trust", population: str | None = None) -> str | None:
    """The score with the highest AUROC on validation nodes, mean over the seeds in which it is defined.

    Where that was not measured, as in results of older releases, it is the one with the highest on test nodes; `None`
    without any score.

    Args:
        results: of a run or of `trust`.
        of: whose answers: `"trust"`, the teacher's, or `"student_trust"`.
        population: of the student's answers.

    Example:
        >>> trust = {"reliability": {"valid_auroc": 0.55}, "confidence": {"valid_auroc": 0.8}}
        >>> best_score({"seeds": [{"seed": 0, "trust": trust}]})
        'confidence'
    """
    rows = [
        seed[of] if population is None else seed[of].get(population, {}) for seed in results["seeds"] if seed.get(of)
    ]
    names: list[str] = list(rows[0]) if rows else []
    for key in ("valid_auroc", "auroc"):
        values = {name: [row[name].get(key) for row in rows if name in row] for name in names}
        found = {name: [v for v in column if v is not None] for name, column in values.items()}
        means = {name: sum(column) / len(column) for name, column in found.items() if column}
        if means:
            return max(means, key=lambda name: means[name])
    return next(iter(names), None)


def student_bins(results: Results, population: str) -> dict[str, dict[str, list[float]]]:
    """Accuracy of the student by bins of each score on one population, pooled over seeds; none if not measured."""
    rows = [seed["student_trust"].get(population, {}) for seed in results["seeds"] if seed.get("student_trust")]
    names = [name for name in (rows[0] if rows else ()) if all(name in row for row in rows)]
    return {name: pool([row[name] for row in rows], ("score", "accuracy")) for name in names}


def latency_rows(results: Results) -> list[Mapping[str, Any]]:
    """Measured requests; none if latency was not measured."""
    return list((results.get("latency") or {}).get("rows") or [])


def latency_by_model(rows: Sequence[Mapping[str, Any]]) -> dict[str, dict[int, Mapping[str, Any]]]:
    """The same rows by model and by nodes per request; known models come first."""
    names = dict.fromkeys([name for name in MODEL_STYLES if any(r["model"] == name for r in rows)])
    names.update(dict.fromkeys(row["model"] for row in rows))
    return {name: {row["nodes"]: row for row in rows if row["model"] == name} for name in names}


def speedup(rows: Sequence[Mapping[str, Any]], nodes: int, model: str = "student") -> float | None:
    """How many times faster than the teacher `model` answers a request of `nodes` nodes; `None` if not measured."""
    by_model = latency_by_model(rows)
    teacher, other = by_model.get("teacher", {}).get(nodes), by_model.get(model, {}).get(nodes)
    if not teacher or not other or not other["median_ms"]:
        return None
    return float(teacher["median_ms"] / other["median_ms"])


def throughput(results: Results) -> dict[str, Mapping[str, Any]]:
    """Passes over all nodes by model; none if they were not measured."""
    return {row["model"]: row for row in (results.get("latency") or {}).get("throughput") or []}


def tradeoff(results: Results) -> list[dict[str, Any]]:
    """Each model that was timed and scored: `model`, `median_ms` of the smallest request, and `accuracy` on test nodes.

    In place of accuracy it is whatever the run was judged by, see `judged_by`.
    """
    forms = (results.get("latency") or {}).get("accuracy") or {}
    points = []
    for model, requests in latency_by_model(latency_rows(results)).items():
        accuracy = forms.get(model) or (results["summary"].get(model) or {}).get("test")
        if accuracy:
            points.append({"model": model, "median_ms": requests[min(requests)]["median_ms"], "accuracy": accuracy})
    return points


def data_name(results: Results) -> str:
    """What the data are called: by the file where they are one's own, whose kind alone the configuration names.

    Example:
        >>> data_name({"config": {"dataset": {"name": "npz", "path": "pages.npz"}}, "graph": {"name": "pages"}})
        'pages'
    """
    return str(results.get("graph", {}).get("name") or option_name(results, "dataset"))


def option_name(results: Results, key: str) -> str:
    """The name of the component chosen for `key` (`"dataset"`, `"teacher"`, ...), as the configuration has it."""
    chosen = results["config"].get(key, UNNAMED)
    return str(chosen["name"] if isinstance(chosen, Mapping) else chosen)

"""The tables of a run as plain strings, for the terminal and the page alike."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from gnn2mlp.explore.formatting import (
    MISSING,
    count,
    factor,
    measure,
    p_value,
    percent,
    plural,
    points_interval,
    signed_points,
    significant,
)
from gnn2mlp.explore.theme import MODEL_STYLES, style_of
from gnn2mlp.report.claims import comparisons
from gnn2mlp.report.results import (
    Results,
    has_spread,
    judged_by,
    label_of,
    latency_by_model,
    latency_rows,
    models,
    populations,
    speedup,
    throughput,
    tradeoff,
)


class Grid(NamedTuple):
    """A table: title, column heads, rows; `groups` are heads over several columns each, as (label, columns)."""

    title: str
    head: Sequence[str]
    rows: Sequence[Sequence[str]]
    groups: Sequence[tuple[str, int]] = ()


def result_grids(results: Results) -> list[Grid]:
    """Accuracy with fidelity, differences, calibration, and seconds per stage."""
    grids = [
        accuracy_grid(results),
        text_grid(results),
        difference_grid(results),
        churn_grid(results),
        calibration_grid(results),
        seconds_grid(results),
    ]
    return [grid for grid in grids if grid.rows]


def accuracy_grid(results: Results) -> Grid:
    """Accuracy, or whatever metric the task has in its place, of each model and fidelity, a row for each population."""
    summary, spread = results["summary"], has_spread(results)
    fidelity = summary.get("fidelity", {})
    judged = judged_by(results)
    rows = [
        [p, *(measure(one.get(p), spread, judged.scale) for one in (*(summary[m] for m in models(results)), fidelity))]
        for p in populations(results)
    ]
    heads = [label_of(results, model) for model in models(results)]
    rows = join_rows(rows)
    return Grid(judged.heading + judged.unit, ["Nodes", *heads, "Fidelity"], rows)


def text_grid(results: Results) -> Grid:
    """Beside a teacher that reads texts, what reads less: its encoder alone, words, and a GNN without the encoder."""
    baselines, judged = results["summary"].get("text_baselines") or {}, judged_by(results)
    known = {**baselines, **{model: results["summary"][model] for model in models(results) if model != "mlp"}}
    rows = [
        [population, *(measure(one.get(population), has_spread(results), judged.scale) for one in known.values())]
        for population in populations(results)
        if baselines
    ]
    heads = [style_of(model).label for model in known]
    return Grid("What text and graph bring" + judged.unit, ["Nodes", *heads], join_rows(rows))


def join_rows(rows: Sequence[Sequence[str]]) -> list[list[str]]:
    """Rows that say the same of several groups of nodes as one row, which names them all.

    Example:
        >>> join_rows([["seen", "81.3"], ["production", "80.1"], ["test", "80.1"]])
        [['seen', '81.3'], ['production, test', '80.1']]
    """
    joined: dict[tuple[str, ...], list[str]] = {}
    for first, *rest in rows:
        joined.setdefault(tuple(rest), []).append(first)
    return [[", ".join(names), *rest] for rest, names in joined.items()]


def difference_grid(results: Results) -> Grid:
    """The student minus teacher and plain MLP, a row for each population and rival; none for a single seed."""
    rows = [
        [
            population,
            style_of(rival).label,
            signed_points(found.difference),
            points_interval(found.low, found.high),
            p_value(found.p),
            f"{found.wins} of {found.n}",
        ]
        for population in populations(results)
        for rival, found in comparisons(results, population)
        if found.n > 1
    ]
    head = ["Nodes", "Minus", "Points", "95% interval", "p", "Ahead"]
    return Grid("Student minus another, points", head, join_rows(rows))


def churn_grid(results: Results) -> Grid:
    """How many answers of the student that was deployed are others now, by model, a row for each population."""
    churn = results["summary"].get("churn", {})
    names = [model for model in models(results) if model in churn]
    rows = [
        [population, *(percent(churn[model].get(population), has_spread(results)) for model in names)]
        for population in populations(results)
        if names
    ]
    title = "Answers of the deployed student that changed, %"
    return Grid(title, ["Nodes", *(style_of(model).label for model in names)], join_rows(rows))


def calibration_grid(results: Results) -> Grid:
    """Expected calibration error of each model, a row for each population."""
    ece = results["summary"].get("ece", {})
    names = [model for model in models(results) if model in ece]
    rows = [
        [population, *(percent(ece[model].get(population), has_spread(results)) for model in names)]
        for population in populations(results)
        if names
    ]
    head = ["Nodes", *(style_of(model).label for model in names)]
    return Grid("Expected calibration error, %", head, join_rows(rows))


def seconds_grid(results: Results) -> Grid:
    """Mean seconds that each stage took for one seed."""
    seconds = results["summary"].get("seconds", {})
    # A stage is called after the model that it trains, or has a name of its own.
    rows = [
        [style_of(stage).label if stage in MODEL_STYLES else stage.capitalize(), measure(entry, has_spread(results))]
        for stage, entry in seconds.items()
    ]
    return Grid("Seconds per seed", ["Stage", "Seconds"], rows)


def codes_grid(results: Results) -> Grid:
    """How the codebook of the teacher is used."""
    codes, spread = results["summary"].get("codes") or {}, has_spread(results)
    told = {"used": "Codes used", "utilisation": "Codes used, %", "perplexity": "Perplexity", "truncated": "Cut off, %"}
    shares = ("utilisation", "truncated")
    rows = [
        [text, percent(codes[key], spread) if key in shares else count(codes[key], spread)]
        for key, text in told.items()
        if key in codes
    ]
    return Grid("Codebook of the teacher", ["", "Mean" if spread else "Value"], rows)


def trust_grid(results: Results) -> Grid:
    """How well each score tells the teacher's right answers from its wrong ones."""
    rows = _score_rows(results["summary"].get("trust") or {}, has_spread(results))
    return Grid("Accuracy of the teacher by score", _SCORE_HEAD, rows)


def student_trust_grids(results: Results) -> list[Grid]:
    """How well each score tells the student's right answers from its wrong ones, a table for each population."""
    measured = results["summary"].get("student_trust") or {}
    names = {"seen": "seen test nodes", "unseen": "unseen test nodes", "test": "test nodes"}
    return [
        Grid(
            f"Accuracy of the student by score, {names.get(name, name)}",
            _SCORE_HEAD,
            _score_rows(scores, has_spread(results)),
        )
        for name, scores in measured.items()
    ]


_SCORE_HEAD = ["Score", "AUROC", "Top half, %", "Last tenth, %", "Area, %"]


def _score_rows(scores: Mapping[str, Mapping[str, Any]], spread: bool) -> list[list[str]]:
    """The best first."""
    ordered = sorted(scores.items(), key=lambda item: -(item[1].get("auroc") or {"mean": -1.0})["mean"])
    return [
        [
            style_of(score).label,
            _area_under(entry, spread),
            *(percent(entry.get(key), spread) for key in ("top_half", "bottom_tenth", "area")),
        ]
        for score, entry in ordered
    ]


def _area_under(entry: Mapping[str, Any], spread: bool) -> str:
    """With its interval over nodes, which results of older releases do not know: they have the deviation over seeds."""
    if not {"auroc", "low", "high"} <= entry.keys():
        return measure(entry.get("auroc"), spread)
    value, low, high = (f"{entry[key]['mean']:.2f}" for key in ("auroc", "low", "high"))
    return f"{value} ({low} to {high})"


def latency_grid(results: Results) -> Grid:
    """Median and 95th percentile per request, a row for each model and a column for each request size."""
    rows = latency_rows(results)
    return timed_grid(
        "Milliseconds per request, median (p95)",
        {label_of(results, model): requests for model, requests in latency_by_model(rows).items()},
        "node",
        [speedup(rows, min(row["nodes"] for row in rows), model) for model in latency_by_model(rows)],
    )


def timed_grid(
    title: str, by_model: Mapping[str, Mapping[int, Mapping[str, Any]]], noun: str, faster: Sequence[float | None]
) -> Grid:
    """What requests of some sizes took, a row for each model.

    Args:
        title: of the grid.
        by_model: by the model's name and the size, `median_ms` and `p95_ms`.
        noun: what sizes count.
        faster: of each model how many times faster than the teacher it is; `None` where that was not measured.
    """
    sizes = sorted({size for requests in by_model.values() for size in requests})
    body = [
        [name, *(_times(requests.get(size)) for size in sizes), factor(times) if times else MISSING]
        for (name, requests), times in zip(by_model.items(), faster, strict=True)
    ]
    return Grid(title, ["Model", *(plural(size, noun) for size in sizes), "Speed-up"], body)


def _times(row: Mapping[str, Any] | None) -> str:
    return f"{significant(row['median_ms'])} ({significant(row['p95_ms'])})" if row else MISSING


def throughput_grid(results: Results) -> Grid:
    """Seconds of a pass over all nodes, and nodes a second, a row for each model."""
    body = [
        [label_of(results, model), significant(row["seconds"]), f"{row['nodes_per_second']:,.0f}", str(row["repeats"])]
        for model, row in throughput(results).items()
    ]
    return Grid("All nodes at once", ["Model", "Seconds", "Nodes a second", "Repeats"], body)


def requests_grid(results: Results) -> Grid:
    """Percentiles and repeats of every model and request size."""
    body = [
        [
            style_of(row["model"]).label,
            f"{row['nodes']:,}",
            *(significant(row[key]) for key in ("median_ms", "p95_ms", "p99_ms")),
            f"{row['repeats']:,}",
        ]
        for row in latency_rows(results)
    ]
    return Grid("Milliseconds per request", ["Model", "Nodes", "Median", "p95", "p99", "Repeats"], body)


def forms_grid(results: Results) -> Grid:
    """Score on test nodes, by the run's metric, of each model that was timed, and its time for the smallest request."""
    judged, spread = judged_by(results), has_spread(results)
    body = [
        [label_of(results, p["model"]), measure(p["accuracy"], spread, judged.scale), significant(p["median_ms"])]
        for p in tradeoff(results)
    ]
    return Grid(f"{judged.heading} and time", ["Model", f"On test nodes{judged.unit}", "Milliseconds"], body)


def seeds_grid(results: Results) -> Grid:
    """Accuracy, or the run's metric, of each seed by population and model, and the beginning of its split's digest."""
    names = models(results)
    # Production follows from seen and unseen.
    scored = [population for population in populations(results) if population != "production"]
    judged = judged_by(results)
    rows = []
    for seed in results["seeds"]:
        scores = [seed.get(model, {}).get(population) for population in scored for model in names]
        cells = [MISSING if score is None else f"{judged.scale * score:.2f}" for score in scores]
        rows.append([str(seed["seed"]), str(seed.get("split", {}).get("digest", MISSING))[:8], *cells])
    heads = ["Seed", "Split", *(style_of(model).label for _ in scored for model in names)]
    groups = [("", 2), *((population, len(names)) for population in scored)]
    return Grid(f"{judged.heading} of each seed{judged.unit}", heads, rows, groups)

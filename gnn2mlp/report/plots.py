"""The plots of a run: each takes plain values and returns a matplotlib `Figure`, so that notebooks can use them."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from gnn2mlp.core.errors import DataError
from gnn2mlp.evaluate.conformal import share_interval
from gnn2mlp.explore.drawing import SIZE, TEXT, clean_axes, legend, log_scale, new_figure
from gnn2mlp.explore.figure import ShownFigure
from gnn2mlp.explore.formatting import plural, significant
from gnn2mlp.explore.theme import GRID, INK, MUTED, PAPER, style_of
from gnn2mlp.report.results import ACCURACY, Judged, latency_by_model

# A curve is drawn with at most this many points: more than its width in the report can show.
CURVE_POINTS = 300
# Nodes of a bin of a reliability diagram.
FEWEST = 20
# Inches of a model's line, and marks that tell models apart where colours do not.
_LINE = 0.2
MARKS = {"teacher": "s", "heuristic": "^", "mlp": "D", "student": "o", "size_only": "v", "bag_of_labels": "P"}


def plot_accuracy(summary: Mapping[str, Mapping[str, Mapping[str, float]]], metric: Judged = ACCURACY) -> Figure:
    """A dot for the mean score of each model, grouped by population; lines are the standard deviation over seeds.

    Args:
        summary: `{model: {population: {"mean": m, "std": s}}}`, in units of the metric. Where every std is 0 no
            line is drawn.
        metric: what the scores are, as `judged_by` reads it from results; shares are drawn in per cent.
    """
    groups = list(dict.fromkeys(population for scores in summary.values() for population in scores))
    figure, axes = new_figure((SIZE[0], 0.9 + _LINE * max(1, len(summary)) * max(1, len(groups))))
    for index, (model, scores) in enumerate(summary.items()):
        places = [groups.index(population) + _within_group(index, len(summary)) for population in scores]
        means, stds = ([metric.scale * entry[key] for entry in scores.values()] for key in ("mean", "std"))
        style = style_of(model)
        axes.errorbar(means, places, xerr=stds if any(stds) else None, fmt="none", ecolor=style.colour, elinewidth=2)
        _dots(axes, means, places, model)
        for y, mean, std in zip(places, means, stds, strict=True):
            _write_beside(axes, mean + std, y, f"{mean:.1f}" if metric.share else significant(mean))
    _finish_rows(axes, groups, metric.title + metric.unit)
    return figure


def plot_training(
    histories: Mapping[str, Sequence[Mapping[str, Any]]],
    what: Literal["valid", "loss"] = "valid",
    metric: Judged = ACCURACY,
) -> Figure:
    """Validation scores or training loss by epoch: mean over seeds, with a band of one standard deviation.

    A curve ends where fewer than half of its seeds are still training. In the plot of validation scores a dot marks
    the epoch that each seed kept.

    Args:
        histories: `{model: [{"valid": [...], "loss": [...], "best_epoch": counted from 1}, ...]}`, one per
            seed; in `valid` higher is better: errors are negative there, and drawn without that sign.
        what: which of the two values.
        metric: what the validation scores are.
    """
    figure, axes = new_figure()
    scale = metric.scale * (1.0 if metric.greater_is_better else -1.0) if what == "valid" else 1.0
    for model, rows in histories.items():
        epochs, mean, std = _mean_curve([scale * np.asarray(row[what], float) for row in rows])
        colour, line = style_of(model).colour, style_of(model).line
        axes.plot(epochs, mean, line, color=colour, lw=1.7, label=style_of(model).label, gid=f"curve-{model}")
        if len(rows) > 1:
            axes.fill_between(epochs, mean - std, mean + std, color=colour, alpha=0.16, lw=0)
        if what == "valid":
            kept = [row["best_epoch"] for row in rows if row[what]]
            best = [scale * row[what][row["best_epoch"] - 1] for row in rows if row[what]]
            axes.plot(kept, best, "o", color=colour, ms=4.5, mec=PAPER, mew=0.8)
    if what == "loss" and all(min(row["loss"], default=1) > 0 for rows in histories.values() for row in rows):
        log_scale(axes)
    axes.set_xlabel("epoch")
    axes.set_ylabel(f"validation {metric.title}{metric.unit}" if what == "valid" else "training loss")
    axes.xaxis.set_major_locator(MaxNLocator(6, integer=True))
    legend(axes)
    return figure


def plot_reliability(diagrams: Mapping[str, Mapping[str, Sequence[float]]]) -> Figure:
    """Accuracy by confidence, one panel a model: a dot for each bin, with its 95 % interval, beside the diagonal.

    Bins of fewer nodes than `FEWEST` are joined to their neighbours, so that none rests on a node or two.

    Args:
        diagrams: `{model: {"confidence": [...], "accuracy": [...], "count": [...]}}`, one value per bin.
    """
    figure = ShownFigure(figsize=(3.5 * max(1, len(diagrams)), 3.2), layout="constrained")
    panels = figure.subplots(1, max(1, len(diagrams)), squeeze=False)[0]
    for axes, (model, diagram) in zip(panels, diagrams.items(), strict=False):
        joined, colour = join_bins(diagram), style_of(model).colour
        count, x, y = (np.asarray(joined[key], float) for key in ("count", "confidence", "accuracy"))
        ends = np.array([share_interval(round(a * n), int(n)) for a, n in zip(y, count, strict=True)]).reshape(-1, 2)
        axes.plot([0, 100], [0, 100], "--", color=MUTED, lw=1, zorder=1)
        axes.vlines(100 * x, 100 * ends[:, 0], 100 * ends[:, 1], color=colour, lw=1.6, zorder=2)
        axes.plot(100 * x, 100 * y, "o", color=colour, ms=5.5, mec=PAPER, mew=0.8, zorder=3, gid=f"bins-{model}")
        clean_axes(axes)
        axes.set(ylim=(0, 101), xlim=(0, 101), xlabel="confidence, %", ylabel="accuracy, %")
        if len(diagrams) > 1:
            axes.set_title(style_of(model).label, color=INK, size=TEXT + 1)
    return figure


def join_bins(diagram: Mapping[str, Sequence[float]], fewest: int = FEWEST) -> dict[str, list[float]]:
    """The diagram with neighbouring bins joined until each holds `fewest` nodes, as far as there are so many.

    Args:
        diagram: `confidence`, `accuracy` and `count`, one value per bin; a bin without nodes vanishes.
        fewest: nodes of a bin.

    Example:
        >>> join_bins({"confidence": [0.1, 0.5, 0.9], "accuracy": [0.0, 0.5, 1.0], "count": [1, 3, 40]}, fewest=4)
        {'confidence': [0.4, 0.9], 'accuracy': [0.375, 1.0], 'count': [4, 40]}
    """
    parts: list[list[tuple[float, float, float]]] = [[]]
    for one in zip(diagram["count"], diagram["confidence"], diagram["accuracy"], strict=True):
        if sum(n for n, *_ in parts[-1]) >= fewest:
            parts.append([])
        parts[-1].append(one)
    if len(parts) > 1 and sum(n for n, *_ in parts[-1]) < fewest:
        rest = parts.pop()
        parts[-1] += rest
    counts = [sum(n for n, *_ in part) for part in parts]
    kept = [(n, part) for n, part in zip(counts, parts, strict=True) if n]
    return {
        "confidence": [sum(n * c for n, c, _ in part) / total for total, part in kept],
        "accuracy": [sum(n * a for n, _, a in part) / total for total, part in kept],
        "count": [total for total, _ in kept],
    }


def plot_latency(rows: Sequence[Mapping[str, Any]], noun: str = "node") -> Figure:
    """A dot for the median time per request on a logarithmic scale; its line reaches to the 95th percentile.

    Teacher and student alone: other forms of the student differ too little, see `plot_tradeoff`.

    Args:
        rows: `{"model": name, "nodes": per request, "median_ms": ..., "p95_ms": ...}`, milliseconds above 0.
        noun: what a request asks of, where it is not of nodes.

    Raises:
        DataError: if there is no row, or a time is not above 0: a logarithmic axis has no place for it.
    """
    rows = [row for row in rows if row["model"] in ("teacher", "student")]
    if not rows or min(row["median_ms"] for row in rows) <= 0:
        raise DataError(f"expected requests with times above 0 ms, got {list(rows)}; measure the latency first")
    by_model = latency_by_model(rows)
    groups = sorted({row["nodes"] for row in rows})
    figure, axes = new_figure((SIZE[0], 1.1 + 1.3 * _LINE * len(by_model) * len(groups)))
    for index, (model, requests) in enumerate(by_model.items()):
        places = [groups.index(nodes) + _within_group(index, len(by_model)) for nodes in requests]
        median = [row["median_ms"] for row in requests.values()]
        slow = [max(row["median_ms"], row["p95_ms"]) for row in requests.values()]
        style = style_of(model)
        axes.hlines(places, median, slow, color=style.colour, lw=2)
        _dots(axes, median, places, model)
        for x, y in zip(median, places, strict=True):
            _write_beside(axes, x, y, significant(x), left=True)
    times = [time for row in rows for time in (row["median_ms"], row["p95_ms"])]
    # Room for the numbers on the left, as a share of the whole on a logarithmic axis.
    axes.set_xlim(min(times) / (max(times) / min(times)) ** 0.25 / 1.3, 1.3 * max(times))
    log_scale(axes, "x")
    _finish_rows(axes, [plural(nodes, noun) for nodes in groups], "milliseconds per request")
    return figure


def _within_group(index: int, count: int) -> float:
    """Where a model lies around the middle of its group; a fifth of the room parts groups."""
    return (index - (count - 1) / 2) * 0.8 / max(1, count)


def _dots(axes: Axes, x: Sequence[float], y: Sequence[float], model: str) -> None:
    style, mark = style_of(model), MARKS.get(model, "o")
    axes.plot(x, y, mark, color=style.colour, ms=6, label=style.label, gid=f"dots-{model}")


def _write_beside(axes: Axes, x: float, y: float, text: str, left: bool = False) -> None:
    axes.annotate(
        text, (x, y), (-7 if left else 7, 0), textcoords="offset points", ha="right" if left else "left", va="center",
        fontsize=TEXT - 1, color=INK, annotation_clip=False,
    )  # fmt: skip


def _finish_rows(axes: Axes, groups: Sequence[str], unit: str) -> None:
    """Names of the groups from top to bottom, lines between them, and room for numbers on the right."""
    axes.set_yticks(range(len(groups)), groups)
    axes.tick_params(axis="y", colors=INK)
    axes.set_ylim(len(groups) - 0.45, -0.55)
    axes.grid(axis="x", color=GRID, lw=0.8)
    axes.grid(axis="y", visible=False)
    axes.hlines(np.arange(len(groups) - 1) + 0.5, 0, 1, transform=axes.get_yaxis_transform(), color=GRID, lw=0.8)
    if axes.get_xscale() == "linear":
        low, high = axes.get_xlim()
        axes.set_xlim(low, high + 0.12 * (high - low))
    axes.set_xlabel(unit)
    legend(axes)


def _mean_curve(curves: Sequence[np.ndarray]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Epochs (from 1), mean and population std over the seeds still training, while at least half of them are."""
    lengths = sorted((len(curve) for curve in curves), reverse=True)
    stop = lengths[(len(lengths) - 1) // 2] if lengths else 0
    table = np.full((len(curves), stop), np.nan)
    for row, curve in zip(table, curves, strict=True):
        row[: len(curve)] = curve[:stop]
    epochs = np.unique(np.linspace(0, stop - 1, min(stop, CURVE_POINTS)).round().astype(int))
    table = table[:, epochs]
    return epochs + 1, np.nanmean(table, axis=0), np.nanstd(table, axis=0)

"""The plots of a run: each takes plain values and returns a matplotlib `Figure`, so that notebooks can use them."""

import math
from collections.abc import Mapping, Sequence
from typing import Any, Literal

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from gnn2mlp.core.errors import DataError
from gnn2mlp.explore.drawing import TEXT, clean_axes, legend, log_scale, new_figure, write_value
from gnn2mlp.explore.figure import ShownFigure
from gnn2mlp.explore.formatting import significant
from gnn2mlp.explore.theme import INK, MUTED, PAPER, style_of
from gnn2mlp.report.results import ACCURACY, Judged, latency_by_model

# A curve is drawn with at most this many points: more than its width in the report can show.
CURVE_POINTS = 300


def plot_accuracy(summary: Mapping[str, Mapping[str, Mapping[str, float]]], metric: Judged = ACCURACY) -> Figure:
    """Bars of mean scores, grouped by population; error bars are the standard deviation over seeds.

    Args:
        summary: `{model: {population: {"mean": m, "std": s}}}`, in units of the metric. Where every std is 0 no
            error bar is drawn.
        metric: what the scores are, as `judged_by` reads it from results; shares are drawn in per cent.
    """
    figure, axes = new_figure()
    groups = list(dict.fromkeys(population for scores in summary.values() for population in scores))
    spread = any(entry["std"] > 0 for scores in summary.values() for entry in scores.values())
    width = _bar_width(len(summary))
    for index, (model, scores) in enumerate(summary.items()):
        x_of = {p: groups.index(p) + (index - (len(summary) - 1) / 2) * width for p in scores}
        means, stds = ([metric.scale * entry[key] for entry in scores.values()] for key in ("mean", "std"))
        axes.bar(list(x_of.values()), means, 0.92 * width, label=style_of(model).label, color=style_of(model).colour)
        if spread:
            axes.errorbar(list(x_of.values()), means, stds, fmt="none", ecolor=INK, elinewidth=1, capsize=2.5)
        for x, mean, std in zip(x_of.values(), means, stds, strict=True):
            write_value(
                axes,
                x,
                mean + std,
                f"{mean:.1f}" if metric.share else significant(mean),
                size=TEXT - 2 if len(groups) > 2 else TEXT,
            )
    if metric.share:
        axes.set_ylim(0, 109)
        axes.set_yticks(range(0, 101, 20))
    else:
        axes.margins(y=0.12)  # room for the values above the bars
    _finish_bars(axes, groups, metric.title + metric.unit)
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
    """Accuracy by confidence, one panel a model; a stem from accuracy to mean confidence is the gap of a bin.

    Below, the share of nodes in each bin. Panels have titles where there are several.

    Args:
        diagrams: `{model: {"confidence": [...], "accuracy": [...], "count": [...]}}`, one value per bin of equal width.
    """
    figure = ShownFigure(figsize=(3.6 * max(1, len(diagrams)), 3.9), layout="constrained")
    panels = figure.subplots(2, max(1, len(diagrams)), sharex=True, squeeze=False, height_ratios=(5, 1))
    for column, (model, diagram) in enumerate(diagrams.items()):
        top, bottom = panels[0, column], panels[1, column]
        edges = np.linspace(0, 1, len(diagram["count"]) + 1) * 100
        confidence, accuracy = 100 * np.asarray(diagram["confidence"]), 100 * np.asarray(diagram["accuracy"])
        count = np.asarray(diagram["count"], float)
        bar = {"align": "edge", "width": 0.9 * edges[1]}
        top.bar(edges[:-1], accuracy, color=style_of(model).colour, alpha=0.85, label="accuracy", **bar)
        filled = count > 0
        middle = (edges[:-1] + 0.45 * edges[1])[filled]
        top.vlines(middle, accuracy[filled], confidence[filled], color=INK, lw=1.4)
        top.plot(middle, confidence[filled], "o", color=INK, ms=3.5, label="mean confidence")
        top.plot([0, 100], [0, 100], "--", color=MUTED, lw=1, label="perfect")
        bottom.bar(edges[:-1], 100 * count / max(1.0, count.sum()), color=style_of(model).colour, alpha=0.55, **bar)
        for axes in (top, bottom):
            clean_axes(axes)
        top.set(ylim=(0, 100), xlim=(0, 100), ylabel="accuracy, %")
        if len(diagrams) > 1:
            top.set_title(style_of(model).label, color=INK, size=TEXT + 1)
        top.legend(frameon=False, fontsize=TEXT - 1, labelcolor=INK, loc="upper left", handlelength=1.1)
        bottom.set(xlabel="confidence, %", ylabel="nodes, %")
        bottom.yaxis.set_major_locator(MaxNLocator(2, integer=True))
    return figure


def plot_latency(rows: Sequence[Mapping[str, Any]]) -> Figure:
    """Bars of the median time per request on a logarithmic scale; the whisker reaches to the 95th percentile.

    Teacher and student alone: other forms of the student differ too little for bars, see `plot_tradeoff`.

    Args:
        rows: `{"model": name, "nodes": per request, "median_ms": ..., "p95_ms": ...}`, milliseconds above 0.

    Raises:
        DataError: if there is no row, or a time is not above 0: a logarithmic axis has no place for it.
    """
    rows = [row for row in rows if row["model"] in ("teacher", "student")]
    if not rows or min(row["median_ms"] for row in rows) <= 0:
        raise DataError(f"expected requests with times above 0 ms, got {list(rows)}; measure the latency first")
    figure, axes = new_figure()
    by_model = latency_by_model(rows)
    groups = sorted({row["nodes"] for row in rows})
    width = _bar_width(len(by_model))
    floor = 10.0 ** math.floor(math.log10(min(row["median_ms"] for row in rows)) - 0.3)
    for index, (model, requests) in enumerate(by_model.items()):
        xs = [groups.index(nodes) + (index - (len(by_model) - 1) / 2) * width for nodes in requests]
        median = np.array([row["median_ms"] for row in requests.values()])
        p95 = np.maximum(median, [row["p95_ms"] for row in requests.values()])
        # From the floor of the axis: a logarithmic axis has no zero to start from.
        axes.bar(xs, median - floor, 0.92 * width, floor, label=style_of(model).label, color=style_of(model).colour)
        axes.errorbar(xs, median, [0 * p95, p95 - median], fmt="none", ecolor=INK, elinewidth=1, capsize=2.5)
        for x, value, top in zip(xs, median, p95, strict=True):
            write_value(axes, x, top, significant(value))
    axes.set_ylim(floor, 3 * max(max(row["median_ms"], row["p95_ms"]) for row in rows))
    log_scale(axes)
    _finish_bars(axes, [f"{nodes:,}" for nodes in groups], "milliseconds")
    axes.set_xlabel("nodes per request")
    return figure


def _finish_bars(axes: Axes, groups: Sequence[str], unit: str) -> None:
    axes.set_xticks(range(len(groups)), groups)
    axes.tick_params(axis="x", colors=INK)
    # A single group keeps slim bars.
    margin = 0.55 if len(groups) > 1 else 1.0
    axes.set_xlim(-margin, len(groups) - 1 + margin)
    axes.set_ylabel(unit)
    legend(axes)


def _bar_width(count: int) -> float:
    return 0.84 / max(1, count)


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

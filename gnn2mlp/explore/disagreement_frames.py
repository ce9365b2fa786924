"""What `Disagreement` finds as frames of pandas, which is imported when one is asked for."""

import importlib
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.evaluate.intervals import Interval

if TYPE_CHECKING:
    import pandas

    from gnn2mlp.explore.disagreements import Disagreement
    from gnn2mlp.explore.group_scores import GroupScore
    from gnn2mlp.explore.group_search import FoundSlice

_NAN = float("nan")


def pandas_module() -> Any:
    """Pandas.

    Raises:
        ConfigError: if it is not installed.
    """
    try:
        return importlib.import_module("pandas")
    except ImportError as error:
        raise ConfigError("a frame takes pandas, which is not installed: pip install pandas") from error


def class_frame(found: "Disagreement", population: str) -> "pandas.DataFrame":
    """A row for each class and model."""
    table = found.answered
    lines = []
    for model in table.answers:
        for name, score in zip(table.classes, found.class_scores(model, population), strict=True):
            ends = {**_ends("recall", score.recall), **_ends("precision", score.precision)}
            lines.append({"class": name, "model": model, "nodes": score.nodes, **ends, "f1": score.f1})
    frame: pandas.DataFrame = pandas_module().DataFrame(lines)
    return frame


def confusion_frame(found: "Disagreement", model: str, population: str, normalised: bool) -> "pandas.DataFrame":
    """True classes as rows, answers as columns."""
    counts: Any = found.confusion_counts(model, population)
    if normalised:
        counts = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    names = found.answered.classes
    made = pandas_module()
    index, columns = made.Index(names, name="class"), made.Index(names, name="answer")
    frame: pandas.DataFrame = made.DataFrame(counts, index=index, columns=columns)
    return frame


def groups_frame(found: "Disagreement", scores: Sequence["GroupScore"], name: str) -> "pandas.DataFrame":
    """A row for each group."""
    lines = [{name: score.text, "nodes": score.nodes, **_score(found, score)} for score in scores]
    frame: pandas.DataFrame = pandas_module().DataFrame(lines)
    return frame


def slices_frame(found: "Disagreement", slices: Sequence["FoundSlice"]) -> "pandas.DataFrame":
    """A row for each group that was proposed, indexed by its number."""
    lines = [
        {
            "slice": one.slice.text,
            "population": one.population,
            "gap": one.gap,
            "nodes": one.slice.nodes,
            "holds": one.slice.holds,
            "inside": one.slice.inside,
            "outside": one.slice.outside,
            "difference": one.slice.difference,
            "low": one.slice.low,
            "high": one.slice.high,
            "p": one.slice.p,
            "p_adjusted": one.slice.p_adjusted,
            "needs_truth": one.needs_truth,
            **{model: _value(found, interval) for model, interval in one.score.errors.items()},
        }
        for one in slices
    ]
    made = pandas_module()
    index = made.Index([one.number for one in slices], name="number")
    frame: pandas.DataFrame = made.DataFrame(lines, index=index)
    return frame


def rows_frame(found: "Disagreement", rows: np.ndarray) -> "pandas.DataFrame":
    """A row for each answered node."""
    table = found.answered
    node = table.node[rows]
    columns: dict[str, Any] = {"id": [table.ids[k] for k in node]}
    if len(table.seeds) > 1:
        columns["seed"] = table.seed[rows]
    columns["population"] = [table.populations[k] for k in table.population[rows]]
    if table.classes:
        names = np.array([*table.classes, ""], dtype=object)
        columns["class"] = names[table.label[node]]
        columns |= {model: names[table.answers[model][rows]] for model in table.models if model in table.answers}
    else:
        columns |= {f"{model}_error": table.errors[model][rows] for model in table.models}
    if table.confidence is not None:
        columns["confidence"] = table.confidence[rows]
    for name in ("degree", "homophily", "distance", "code"):
        if name in table.groups:
            texts = np.array([*table.groups[name].texts, ""], dtype=object)
            columns[name] = texts[table.groups[name].group[rows]]
    if len(table.texts):
        columns["features"] = [table.texts[k] for k in node]
    frame: pandas.DataFrame = pandas_module().DataFrame(columns)
    return frame


def _score(found: "Disagreement", score: "GroupScore") -> dict[str, float]:
    """The score of each model with its interval, and how far the student is behind it."""
    columns: dict[str, float] = {}
    for model, interval in score.errors.items():
        value, low, high = interval.value, interval.low, interval.high
        if found.answered.is_share:
            value, low, high = 1 - value, 1 - high, 1 - low
        columns |= {model: value, f"{model}_low": low, f"{model}_high": high}
    for model, interval in score.behind.items():
        columns |= {f"behind_{model}": interval.value, f"behind_{model}_low": interval.low}
        columns[f"behind_{model}_high"] = interval.high
    return columns


def _value(found: "Disagreement", interval: Interval) -> float:
    return 1 - interval.value if found.answered.is_share else interval.value


def _ends(name: str, interval: Interval | None) -> dict[str, float]:
    if interval is None:
        return {name: _NAN, f"{name}_low": _NAN, f"{name}_high": _NAN}
    return {name: interval.value, f"{name}_low": interval.low, f"{name}_high": interval.high}

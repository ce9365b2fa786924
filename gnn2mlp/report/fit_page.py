"""What the page of every fit says, whatever is predicted: the verdict, the training, how to load what ships."""

import json
from collections.abc import Mapping
from pathlib import PurePath
from typing import Any

from gnn2mlp.report.page import Plot, draw, environment_facts, plain_yaml
from gnn2mlp.report.plots import plot_training
from gnn2mlp.report.results import Judged

Results = Mapping[str, Any]


def fit_content(results: Results) -> dict[str, Any]:
    """What the templates of all fits read by the same names."""
    return {
        "date": results.get("date", ""),
        "sentence": results["verdict"]["sentence"],
        "warnings": results["data"]["warnings"],
        "training": training_plots(results),
        "refit": results.get("shipped", {}).get("refit", False),
        "onnx": results.get("onnx", ""),
        "notes": results.get("notes", []),
        "citations": results.get("citations") or {},
        "environment": environment_facts(results),
        "config": plain_yaml(results["config"]),
    }


def learnt_by(config: Results, teacher: str | None = None) -> str:
    """Who taught whom, and how.

    Args:
        config: of the fit.
        teacher: what it is called; default: its name in the configuration.

    Example:
        >>> learnt_by({"teacher": {"name": "sage"}, "method": {"name": "glnn"}, "student": {"name": "mlp"}})
        'teacher sage, method glnn, student mlp'
    """
    names = {part: config[part]["name"] for part in ("teacher", "method", "student")}
    if teacher is not None:
        names["teacher"] = teacher
    return ", ".join(f"{part} {name}" for part, name in names.items())


def loading(results: Results, kind: str, *asked: str) -> str:
    """Lines of Python that load what ships and ask it; empty for results that do not say where it is.

    Args:
        results: of the fit.
        kind: the class in `gnn2mlp.deploy` that loads it.
        asked: what is asked of `model`, a line each.

    Example:
        >>> print(loading({"shipped": {"path": "pages"}}, "Predictor", "model.predict(frame)"))
        from gnn2mlp.deploy import Predictor
        model = Predictor.load("pages")
        model.predict(frame)
    """
    path = results.get("shipped", {}).get("path")
    if not path:
        return ""
    load = f"model = {kind}.load({json.dumps(PurePath(path).as_posix())})"
    return "\n".join([f"from gnn2mlp.deploy import {kind}", load, *asked])


def training_plots(results: Results) -> list[Plot]:
    """The score on validation by epoch of every model that knows epochs; none of a teacher that trains nothing."""
    found = {model: [history] for model, history in results["history"].items()}
    if not found:
        return []
    metric = results["metric"]
    judged = Judged(metric["title"], metric["share"], metric["greater_is_better"])
    note = "A dot marks the epoch that was kept."
    return [draw(plot_training(found, "valid", judged), "valid", f"Validation {metric['title']} in training", note)]

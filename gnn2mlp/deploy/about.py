"""What a model directory says of a model beside what the model knows: figures, data, papers. Imports no torch."""

import json
from collections.abc import Mapping
from typing import Any

from gnn2mlp.core.errors import ConfigError, nearest

TEXTS = ("name", "summary", "license")
LISTS = ("tags", "limits", "citations")
FACTS = ("data", "training", "calibrated", "columns")
KEYS = (*TEXTS, *LISTS, *FACTS, "metrics")

_METRIC = {
    "metric": str,
    "value": float,
    "low": float,
    "high": float,
    "population": str,
    "means": str,
    "model": str,
    "nodes": int,
    "pairs": int,
    "graphs": int,
    "coverage": float,
}
_NEEDED = ("metric", "value", "population")


def checked(about: Mapping[str, Any]) -> dict[str, Any]:
    """`about` as JSON can hold it.

    Args:
        about: any of

            - `name`, `summary` (a sentence or two, such as a verdict), `license` (as the Hugging Face Hub spells it,
              `"apache-2.0"`),
            - `tags`, `limits` (sentences beside those that hold of every model), `citations` (papers of teacher and
              method, or of the data),
            - `data` (`name`, `rows`, `labels`, `edges`, `digest` and what else there is to say of them), `training`
              (how it was trained), `calibrated` (what calibrating brought, such as errors before and after): facts by
              name; `columns`: roles of columns that are no features, such as `{"page_id": "id", "kind": "label"}`,
            - `metrics`: a list of mappings with `metric`, `value` and `population`, where known with `low` and `high`
              (an interval that covers `coverage` of all repetitions; default: 0.95), `means` (who the population is),
              `model` (`"student"` where it is missing) and `nodes`, or `pairs` of a model of links, or `graphs`
              of one of whole graphs (how many were tested).

    Raises:
        ConfigError: for another key, or a value of another kind.

    Example:
        >>> row = {"metric": "accuracy", "value": 0.83, "low": 0.82, "high": 0.84, "population": "unseen"}
        >>> checked({"summary": "Tells pages apart.", "metrics": [row]})["metrics"][0]["value"]
        0.83
    """
    from gnn2mlp.core.spec import plain

    found = {key: plain(value) for key, value in about.items() if value is not None}
    for key, value in found.items():
        if key not in KEYS:
            raise ConfigError(f"about: unknown key {key!r}{nearest(key, KEYS)} (known: {', '.join(KEYS)})")
        if key in TEXTS and not isinstance(value, str):
            raise ConfigError(f"about.{key}: expected a text, got {value!r}")
        if key in LISTS and not (isinstance(value, list) and all(isinstance(one, str) for one in value)):
            raise ConfigError(f"about.{key}: expected a list of texts, got {value!r}")
        if key in FACTS and not isinstance(value, dict):
            raise ConfigError(f"about.{key}: expected facts by name, got {value!r}")
    if not isinstance(metrics := found.get("metrics", []), list):
        raise ConfigError(f"about.metrics: expected a list of mappings, got {metrics!r}")
    for number, row in enumerate(metrics):
        _check_metric(row, f"about.metrics[{number}]")
    try:
        json.dumps(found, allow_nan=False)
    except (TypeError, ValueError) as error:
        raise ConfigError(f"about: expected texts, finite numbers, lists and mappings of them, got: {error}") from error
    return found


def _check_metric(row: Any, where: str) -> None:
    if not isinstance(row, dict):
        raise ConfigError(f"{where}: expected a mapping, got {row!r}")
    for key, value in row.items():
        if key not in _METRIC:
            raise ConfigError(f"{where}: unknown key {key!r}{nearest(key, _METRIC)} (known: {', '.join(_METRIC)})")
        kinds = (int, float) if _METRIC[key] is float else (_METRIC[key],)
        if value is not None and (not isinstance(value, kinds) or isinstance(value, bool)):
            raise ConfigError(f"{where}.{key}: expected a {_METRIC[key].__name__}, got {value!r}")
    if missing := [key for key in _NEEDED if row.get(key) is None]:
        raise ConfigError(f"{where}: expected {', '.join(_NEEDED)}, without {missing[0]} nobody knows what it says")
    if (row.get("low") is None) != (row.get("high") is None):
        raise ConfigError(f"{where}: expected low and high of an interval, got one of them")

"""What `config.json` says of a model: what it reads, what it answers, where it comes from. Imports no torch."""

import importlib.metadata
import platform
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from gnn2mlp import __version__
from gnn2mlp.core.spec import Configurable
from gnn2mlp.tasks.answers import EmbeddingAnswers

if TYPE_CHECKING:
    from gnn2mlp.deploy.predictor import Predictor

# By the kind of answers: what the model does, in the field's words.
TASKS = {
    "classes": "node classification",
    "labels": "multi-label node classification",
    "values": "node regression",
    "embeddings": "link prediction",
}
OF_GRAPHS = {"classes": "graph classification", "labels": "multi-task graph classification"}
_PACKAGES = ("torch", "numpy", "scikit-learn", "safetensors")
_LOAD = ("from gnn2mlp.deploy import Predictor", "", 'model = Predictor.load("FOLDER")')
# Of the card of a student, what tells how it was trained; histories and the like stay with the weights.
_TRAINING = ("teacher", "method", "dataset", "seed", "distill")


def describe(predictor: "Predictor", about: Mapping[str, Any]) -> dict[str, Any]:
    """The facts of a model, JSON-able, in the order in which a person reads them.

    Args:
        predictor: the model.
        about: from `gnn2mlp.deploy.about.checked`.
    """
    facts = predictor.facts()
    answers, fields = dict(facts["answers"]), facts.get("fields")
    return {
        "name": " ".join(about.get("name", "gnn2mlp student").split()),
        "summary": about.get("summary"),
        "task": (OF_GRAPHS if fields else TASKS).get(answers["kind"], answers["kind"]),
        "classes": answers.pop("classes", None),
        "threshold": answers.pop("threshold", answers.pop("thresholds", None)),
        "answers": answers,
        "num_features": predictor.num_features,
        "feature_names": None if predictor.feature_names is None else list(predictor.feature_names),
        "columns": columns_of(predictor, about.get("columns", {})),
        **({"fields": fields} if fields else {}),
        "metrics": about.get("metrics") or _validation(predictor.card),
        "calibration": facts.get("calibration"),
        "calibrated": about.get("calibrated"),
        "data": _data(predictor.card, about.get("data", {})),
        "training": {
            **_of_card(predictor.card),
            **about.get("training", {}),
        },
        "student": facts["student"],
        "inputs": facts["inputs"],
        **({"needs_graph": True} if predictor.inputs.needs_graph else {}),
        **({"reads_texts": True} if predictor.inputs.reads_texts else {}),
        "limits": about.get("limits", []),
        "citations": _citations(predictor, about.get("citations", [])),
        "license": about.get("license"),
        "tags": about.get("tags", []),
        "load": _load(predictor, about),
        "versions": versions(),
    }


def _load(predictor: "Predictor", about: Mapping[str, Any]) -> list[str]:
    """Lines of Python that load the model and ask it."""
    if isinstance(predictor.answers, EmbeddingAnswers):
        ids = [name for name, role in about.get("columns", {}).items() if role == "id"]
        return _links("table" if getattr(predictor, "columns", None) is not None else "rows", bool(ids))
    if predictor.student.unit == "graph":
        loading = [line.replace("Predictor", "GraphPredictor") for line in _LOAD]
        asking = "model.predict(graphs)  # a list with an array of nodes for each graph, or a GraphSet"
        return [*loading, asking, *_asking_tables(predictor, about)]
    return [*_LOAD, *_answering(predictor)]


def _asking_tables(predictor: "Predictor", about: Mapping[str, Any]) -> list[str]:
    """How a table of nodes is asked about, if columns have names."""
    if not predictor.facts()["fields"]["names"] and not predictor.facts()["fields"]["feature_names"]:
        return []
    ids = [name for name, role in about.get("columns", {}).items() if role == "id"]
    graph = f", graph={ids[0]!r}" if ids and ids[0] != "graph" else ""
    return [f"model.predict_table(nodes{graph})  # a table of nodes with the id of its graph for each"]


def _links(rows: str, by_id: bool) -> list[str]:
    return [
        *(line.replace("Predictor", "LinkPredictor") for line in _LOAD),
        f"model.score_pairs({rows}, pairs)  # pairs of {'ids' if by_id else 'row numbers'}",
        f"index = model.index({rows})",
        f"index.top(node, k=10)  # of {'an id' if by_id else 'a row number'}",
    ]


def _answering(predictor: "Predictor") -> list[str]:
    """Lines of Python that ask the model."""
    if predictor.inputs.needs_graph:
        return ["rows = model.inputs.rows(graph)  # of all nodes, with every edge that is known", "model.predict(rows)"]
    if predictor.inputs.reads_texts:
        asked = '{"texts": texts, "features": rows}' if getattr(predictor.inputs, "features", False) else "texts"
        return ['texts = ["what one node says", "what another says"]', f"model.predict({asked})"]
    return [f"model.predict({'rows' if getattr(predictor, 'columns', None) is None else 'table'})"]


def about_of(config: Mapping[str, Any]) -> dict[str, Any]:
    """What a `config.json` was told by its writer's caller, so that a model that is loaded and saved keeps it."""
    keys = ("name", "summary", "metrics", "calibrated", "data", "training", "limits", "citations", "license", "tags")
    columns = config.get("columns") or []
    others = {row["name"]: row["role"] for row in columns if row["role"] not in _ROLES}
    found = {**{key: config.get(key) for key in keys}, "columns": others}
    return {key: value for key, value in found.items() if value}


_ROLES = ("feature", "dropped")


def columns_of(predictor: "Predictor", others: Mapping[str, str]) -> list[dict[str, Any]] | None:
    """The columns of the tables that the model reads, and those of `others` (name to role); `None` without any.

    Each with `name`, `dtype`, `role`, and what becomes of it.
    """
    encoders = getattr(predictor, "columns", None)
    if encoders is None and predictor.student.unit == "graph":  # whose fields say what is read of a node
        return [{"name": name, "dtype": None, "role": role} for name, role in others.items()] or None
    if encoders is None:
        return None
    rows = [
        {
            "name": column.name,
            "dtype": column.dtype,
            "role": "dropped" if column.encoder.name == "drop" else "feature",
            "kind": column.kind,
            "encoder": column.encoder.name,
            "width": column.width,
            "reason": column.reason,
        }
        for column in encoders.columns
    ]
    known = {row["name"] for row in rows}
    return rows + [{"name": name, "dtype": None, "role": role} for name, role in others.items() if name not in known]


def versions() -> dict[str, str]:
    """Of Python, this package and what it computes with."""
    found = {"python": platform.python_version(), "gnn2mlp": __version__}
    for package in _PACKAGES:
        try:
            found[package] = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            continue
    return found


def _of_card(card: Mapping[str, Any]) -> dict[str, Any]:
    return {key: card[key] for key in _TRAINING if key in card}


def _validation(card: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Where nobody tested a model, the figure by which its epoch was chosen, called what it is."""
    found = card.get("validation")
    if not found:
        return []
    means = "labelled nodes that chose the epoch of training, so that the figure flatters the model"
    return [
        {
            "metric": found["metric"],
            "value": found["value"],
            "population": "validation",
            "means": means,
            "nodes": found["nodes"],
        }
    ]


def _data(card: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """What trained the model: what the caller says, and else what the card does."""
    counted = card.get("validation") or {}
    own = {
        "rows": counted.get("all"),
        "labels": counted and counted["training"] + counted["nodes"],
        "edges": card.get("edges"),
        "digest": card.get("observed"),
    }
    return {**{key: value for key, value in own.items() if value}, **given}


def _citations(predictor: "Predictor", given: Iterable[str]) -> list[str]:
    """Papers: those that the caller names, those on the student's card, and those of its parts; each once."""
    encoders = getattr(predictor, "columns", None)
    parts = [predictor.student, *([] if predictor.inputs.name == "features" else [predictor.inputs])]
    parts += [] if encoders is None else [column.encoder for column in encoders.columns]
    named = [*given, *predictor.card.get("citations", []), *(part.citation for part in parts)]
    return [citation for citation in dict.fromkeys(named) if citation != Configurable.citation]

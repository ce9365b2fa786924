"""The description of a server's addresses, with an example of the model's own columns."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from gnn2mlp.serving.columns import ServedColumn
from gnn2mlp.serving.infer import datatype, shape_of
from gnn2mlp.serving.model import ServedModel

_KINDS: dict[str, dict[str, Any]] = {
    "number": {"type": ["number", "null"]},
    "boolean": {"type": ["boolean", "null"]},
    "date": {"type": ["string", "null"], "description": "a date or a moment, as ISO 8601 writes it"},
    "text": {"type": ["string", "null"]},
    "list": {"type": ["array", "null"], "items": {"type": ["string", "number"]}},
}
_ERRORS = {
    "400": "no JSON",
    "401": "no token, or another",
    "408": "it came too slowly",
    "413": "too many bytes or rows",
    "422": "rows that cannot be read; the sentence says why",
    "503": "too many requests at once; Retry-After says when to come again",
}


class Parts(NamedTuple):
    """What is said of the requests of a kind of model.

    Args:
        schemas: of JSON, by name.
        bodies: schema and example, by path.
    """

    schemas: Mapping[str, Any]
    bodies: Mapping[str, tuple[Mapping[str, Any], Any]]


def described(schema: dict[str, Any], name: str, parts: Parts) -> dict[str, Any]:
    """A description that a framework made of its routes, with what it cannot know of the model.

    Args:
        schema: of OpenAPI; it is changed.
        name: of the model.
        parts: what is to be said of its requests.
    """
    error = {"type": "object", "properties": {"error": {"type": "string"}}, "required": ["error"]}
    schema.setdefault("components", {}).setdefault("schemas", {}).update(parts.schemas, Error=error)
    paths = {path.replace("{name}", name): told for path, told in schema["paths"].items()}
    for path, (body, example) in parts.bodies.items():
        told = paths[path]["post"]
        told["requestBody"] = {
            "required": True,
            "content": {"application/json": {"schema": body, "example": example}},
        }
        told["parameters"] = [one for one in told.get("parameters", []) if one["in"] != "path"]
        told["responses"].pop("422", None)
        told["responses"].update({code: _error(reason) for code, reason in _ERRORS.items()})
    return {**schema, "paths": paths}


def row_parts(model: ServedModel) -> Parts:
    """Of a model of rows: the row, and the bodies of `/predict`, `/explain` and the Open Inference Protocol."""
    row = {"$ref": "#/components/schemas/Row"}
    bodies: dict[str, tuple[Mapping[str, Any], Any]] = {
        "/predict": ({"oneOf": [row, {"type": "array", "items": row}]}, model.example),
        "/explain": (row, model.example),
        f"/v2/models/{model.name}/infer": ({"type": "object"}, tensors_example(model)),
    }
    return Parts({"Row": row_schema(model)}, bodies)


def row_schema(model: ServedModel) -> dict[str, Any]:
    """A row as JSON Schema."""
    return {
        "type": "object",
        "title": f"A row of {model.name}",
        "properties": {column.name: _property(column, model) for column in model.columns},
        "required": [column.name for column in model.columns],
        "example": model.example,
    }


def _property(column: ServedColumn, model: ServedModel) -> dict[str, Any]:
    if column.kind == "nodes":
        # Numbers have to be there, categories may be missing.
        node = {one.name: _property(one, model) if one.choices else {"type": "number"} for one in column.columns}
        found: dict[str, Any] = {"type": "object", "properties": node, "required": list(node)}
        return {"type": "array", "minItems": 1, "items": found}
    if column.kind == "vector":
        found = {"type": "array", "items": {"type": "number"}}
        if column.width is not None:
            found |= {"minItems": column.width, "maxItems": column.width}
    elif model.predictor.columns is None:
        found = {"type": "number"}
    else:
        found = dict(_KINDS[column.kind])
        if column.choices and type(column.example) is str:
            found["examples"] = list(column.choices[:20])
    return found


def tensors_example(model: ServedModel) -> dict[str, Any]:
    """A request of the Open Inference Protocol for the example row."""
    inputs: Sequence[Mapping[str, Any]] = [
        {"name": one.name, "datatype": datatype(one), "shape": _one_row(one), "data": _data(one)}
        for one in model.columns
    ]
    return {"inputs": inputs}


def _one_row(column: ServedColumn) -> list[int]:
    width = [len(column.example)] if column.kind in ("list", "vector") else []
    return [1, *width] if len(shape_of(column)) > 1 else [1]


def _data(column: ServedColumn) -> list[Any]:
    if column.kind == "nodes":
        return [json.dumps(column.example)]
    return column.example if isinstance(column.example, list) else [column.example]


def _error(reason: str) -> dict[str, Any]:
    schema = {"$ref": "#/components/schemas/Error"}
    return {"description": reason, "content": {"application/json": {"schema": schema}}}

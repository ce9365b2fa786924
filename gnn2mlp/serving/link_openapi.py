"""What requests to a model of links look like, with examples that it answers."""

from typing import Any

from gnn2mlp.serving.link_questions import SOURCE, TARGET
from gnn2mlp.serving.links import ServedLinks
from gnn2mlp.serving.openapi import Parts, row_schema

_ID = {"type": ["string", "integer"], "description": "the id of a node that the server holds"}


def link_parts(model: ServedLinks) -> Parts:
    """Schemas of nodes and pairs, and the bodies of `/top` and `/predict`."""
    new = row_schema(model.reader) | {"title": f"A new node of {model.name}, by its columns"}
    nodes: list[dict[str, Any]] = [{"$ref": "#/components/schemas/NewNode"}]
    if model.nodes is not None:
        key = model.nodes.id_column
        known = {"type": "object", "properties": {key: _ID}, "required": [key], "example": model.known_node}
        nodes = [_ID, known, *nodes]
    pair = {"type": "object", "properties": dict.fromkeys((SOURCE, TARGET), _ref("Node")), "required": [SOURCE, TARGET]}
    schemas = {"NewNode": new, "Node": {"anyOf": nodes}, "Pair": pair | {"example": model.example}}
    bodies = {"/predict": (_one_or_many("Pair"), model.example), "/top": (_one_or_many("Node"), model.known_node)}
    return Parts(schemas, bodies)


def _ref(name: str) -> dict[str, Any]:
    return {"$ref": f"#/components/schemas/{name}"}


def _one_or_many(name: str) -> dict[str, Any]:
    return {"oneOf": [_ref(name), {"type": "array", "items": _ref(name)}]}

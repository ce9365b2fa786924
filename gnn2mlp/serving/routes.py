"""What the addresses of a kind of model are made of. Needs FastAPI."""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from gnn2mlp.core.errors import nearest
from gnn2mlp.serving.gate import VERSION
from gnn2mlp.serving.openapi import Parts
from gnn2mlp.serving.page import Kind
from gnn2mlp.serving.refusal import UNKNOWN, UNREADABLE, RefusalError
from gnn2mlp.serving.service import Service

if TYPE_CHECKING:
    from fastapi import Response

JSON = "application/json"
Handler = Callable[..., Any]
_written = json.JSONEncoder(allow_nan=False, separators=(",", ":")).encode


class Routes(NamedTuple):
    """What a kind of model answers at, beyond the addresses that every server has.

    Args:
        get: what answers at each path.
        post: likewise.
        parts: says what bodies look like, for the description.
        page: the name of its page to try it on.
    """

    get: Mapping[str, Handler]
    post: Mapping[str, Handler]
    parts: Callable[[], Parts]
    page: Kind


def answer(content: Any, status: int = 200, version: str | None = None) -> "Response":
    """A response of JSON, with the version of the model that answered."""
    from fastapi import Response

    headers = None if version is None else {VERSION.decode(): version}
    return Response(_written(content), status, headers, JSON)


def check_name(name: str, service: Service[Any]) -> None:
    """Raise `RefusalError` unless this is the model's name."""
    if name != service.model.name:
        raise RefusalError(UNKNOWN, f"expected the model {service.model.name!r}, got {name!r:.80}")


def check_query(query: Mapping[str, str], known: Sequence[str]) -> None:
    """Raise `RefusalError` for a word after an address that says nothing there."""
    for name in query:
        if name not in known:
            expected = f"expected {' or '.join(known)}" if known else "expected nothing after the address"
            raise RefusalError(UNREADABLE, f"query: {expected}, got {name!r:.40}{nearest(name, known)}")

"""The addresses of a model of links: `/top` and `/predict`. Needs FastAPI."""

from collections.abc import Mapping
from typing import NoReturn

from gnn2mlp.serving.link_openapi import link_parts
from gnn2mlp.serving.link_service import LinkService
from gnn2mlp.serving.refusal import UNREADABLE, RefusalError
from gnn2mlp.serving.routes import Handler, Routes, answer, check_name, check_query
from gnn2mlp.serving.rows import parsed

_NOT_THERE = 501


def link_routes(service: LinkService) -> Routes:
    """What answers at each address of a model of links."""
    from fastapi import Request, Response

    # Annotations of what is made within a function are looked up among the module's names.
    async def top(request: Request) -> Response:
        """Find the best candidates of a node, or of a list of nodes, best first.

        A node is asked by its id, or by its columns if it is a new one; it is no candidate of itself, and links that
        are known are left out. `?k=10` says how many are wanted.
        """
        k = _count(request.query_params)
        model, found = await service.top(parsed(await request.body()), k)
        content = {"model": model.name, "model_version": model.version, "candidates": found}
        return answer(content, version=model.version)

    async def predict(request: Request) -> Response:
        """Score a pair of nodes, or a list of pairs; nodes are given as to /top."""
        check_query(request.query_params, ())
        model, found = await service.predict(parsed(await request.body()))
        content = {"model": model.name, "model_version": model.version, "predictions": found}
        return answer(content, version=model.version)

    async def model_metadata(name: str) -> Response:
        """Refused: the Open Inference Protocol has no words for links."""
        _elsewhere(name, service)

    async def model_infer(name: str) -> Response:
        """Refused: the Open Inference Protocol has no words for links."""
        _elsewhere(name, service)

    get = {"/v2/models/{name}": model_metadata}
    post: dict[str, Handler] = {"/top": top, "/predict": predict, "/v2/models/{name}/infer": model_infer}
    return Routes(get, post, lambda: link_parts(service.model), "links")


def _count(query: Mapping[str, str]) -> int | None:
    """How many candidates the words after an address ask for."""
    check_query(query, ("k",))
    if (given := query.get("k")) is None:
        return None
    if not given.removeprefix("-").isdecimal() or len(given) > 9:
        raise RefusalError(
            UNREADABLE, f"query: expected a whole number of candidates as k, such as 10, got {given!r:.40}"
        )
    return int(given)


def _elsewhere(name: str, service: LinkService) -> NoReturn:
    check_name(name, service)
    raise RefusalError(
        _NOT_THERE,
        "the Open Inference Protocol has tensors of rows, and a link is between two of them: ask for the best "
        "candidates of nodes at /top, and for pairs at /predict; GET /openapi.json describes both",
    )

"""The addresses of a model of rows: `/predict`, `/explain`, and the Open Inference Protocol. Needs FastAPI."""

from collections.abc import Mapping
from typing import Any

from gnn2mlp.serving import infer
from gnn2mlp.serving.openapi import row_parts
from gnn2mlp.serving.predictions import Wanted
from gnn2mlp.serving.refusal import UNREADABLE, RefusalError
from gnn2mlp.serving.routes import Handler, Routes, answer, check_name, check_query
from gnn2mlp.serving.row_service import RowService
from gnn2mlp.serving.rows import parsed

_FALSE, _TRUE = ("false", "0", "no"), ("true", "1", "yes")


def row_routes(service: RowService) -> Routes:
    """What answers at each address of a model of rows."""
    from fastapi import Request, Response

    # Annotations of what is made within a function are looked up among the module's names.
    async def predict(request: Request) -> Response:
        """Answer a row, or a list of rows.

        `?coverage=0.95` names the coverage of sets, `?probabilities=false` spares probabilities.
        """
        wanted = _wanted(request.query_params, service)
        found = await service.predict(parsed(await request.body()), wanted)
        content = {"model": found.model.name, "model_version": found.model.version, "predictions": found.predictions}
        return answer(content, version=found.model.version)

    async def explain(request: Request) -> Response:
        """Say which columns drove the answer for a row."""
        model, found = await service.explain(parsed(await request.body()))
        return answer({"model_version": model.version, **found}, version=model.version)

    async def model_metadata(name: str) -> Response:
        """What the model takes and gives, in the Open Inference Protocol."""
        check_name(name, service)
        return answer(infer.metadata(service.model))

    async def model_infer(name: str, request: Request) -> Response:
        """Answer tensors, in the Open Inference Protocol."""
        check_name(name, service)
        content, version = await _infer(parsed(await request.body()), service)
        return answer(content, version=version)

    get = {"/v2/models/{name}": model_metadata}
    post: dict[str, Handler] = {"/predict": predict, "/explain": explain, "/v2/models/{name}/infer": model_infer}
    return Routes(get, post, lambda: row_parts(service.model), "rows")


def _wanted(query: Mapping[str, str], service: RowService) -> Wanted:
    """What the words after an address ask for."""
    check_query(query, ("coverage", "probabilities"))
    wish = query.get("probabilities", "true").lower()
    if wish not in (*_FALSE, *_TRUE):
        raise RefusalError(UNREADABLE, f"query: expected true or false of probabilities, got {wish!r:.40}")
    coverages = service.model.coverages
    given = query.get("coverage", coverages[0] if coverages else None)
    try:
        return Wanted(wish in _TRUE, None if given is None else float(given))
    except ValueError as error:
        raise RefusalError(
            UNREADABLE, f"query: expected a share as coverage, such as 0.9, got {given!r:.40}"
        ) from error


async def _infer(request: Any, service: RowService) -> tuple[dict[str, Any], str]:
    rows = infer.rows_of_tensors(request, service.model.columns, service.settings.rows)
    coverage = _coverage(request.get("parameters"))
    chosen = _chosen(request.get("outputs"))
    identity = request.get("id")
    if identity is not None and not isinstance(identity, str):
        raise RefusalError(UNREADABLE, "infer: expected a text as id")
    found = await service.predict(rows, Wanted(False, coverage))
    made = infer.tensors(found.model, found.judged, coverage, chosen)
    content = {"model_name": found.model.name, "model_version": found.model.version}
    return {**content, **({"id": identity} if identity else {}), "outputs": made}, found.model.version


def _coverage(parameters: Any) -> float | None:
    if parameters is not None and not isinstance(parameters, Mapping):
        raise RefusalError(UNREADABLE, "infer: expected parameters as an object")
    found = (parameters or {}).get("coverage")
    if found is not None and type(found) not in (int, float):
        raise RefusalError(UNREADABLE, "infer: expected a share as the parameter coverage, such as 0.9")
    return None if found is None else float(found)


def _chosen(outputs: Any) -> list[str] | None:
    if outputs is None:
        return None
    names = (
        [one.get("name") if isinstance(one, Mapping) else None for one in outputs]
        if isinstance(outputs, list)
        else [None]
    )
    if not all(isinstance(name, str) for name in names):
        raise RefusalError(UNREADABLE, "infer: expected outputs as a list of objects with a name")
    return [str(name) for name in names]

"""The addresses of a server: what each of them takes and gives. Needs FastAPI."""

import json
import logging
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from gnn2mlp import __version__
from gnn2mlp.core.errors import ConfigError, DataError, nearest
from gnn2mlp.serving import infer
from gnn2mlp.serving.gate import VERSION, Gate
from gnn2mlp.serving.openapi import described
from gnn2mlp.serving.page import page
from gnn2mlp.serving.predictions import Wanted
from gnn2mlp.serving.refusal import UNKNOWN, UNREADABLE, RefusalError
from gnn2mlp.serving.rows import parsed
from gnn2mlp.serving.service import Service, Settings

_LOG = logging.getLogger("gnn2mlp.serving")
_JSON = "application/json"
_written = json.JSONEncoder(allow_nan=False, separators=(",", ":")).encode
_FALSE, _TRUE = ("false", "0", "no"), ("true", "1", "yes")


def create_app(model: str | Path, settings: Settings | None = None) -> Any:
    """A FastAPI application that serves a model directory.

    Args:
        model: the directory.
        settings: how it is served.

    Raises:
        ConfigError: if FastAPI is not installed, or the model cannot be served like this.
        ArtefactError: if the model is not whole.

    Example:
        >>> import tempfile
        >>> from gnn2mlp.deploy import Predictor
        >>> from gnn2mlp.students.mlp import MLPStudent
        >>> student = MLPStudent(hidden=4)
        >>> pets = Predictor(student, student.build(2, 2), 2, ["cat", "dog"], feature_names=["age", "size"])
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     _ = pets.save(f"{folder}/pets")
        ...     app = create_app(f"{folder}/pets")
        >>> app.state.service.model.example
        {'age': 0.0, 'size': 0.0}
    """
    fastapi = _fastapi()
    service = Service(model, settings)

    @asynccontextmanager
    async def lifespan(_: Any) -> AsyncIterator[None]:
        await service.start()
        yield
        await service.stop()

    # Its own pages of the description load scripts from elsewhere; the description itself has an address here.
    app = fastapi.FastAPI(
        title=f"{service.model.name}: gnn2mlp serve",
        version=__version__,
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        redirect_slashes=False,
    )
    app.state.service = service
    known = _add_routes(app, service)
    _add_refusals(app, known)
    app.add_middleware(Gate, service=service, known=known)
    return app


def _fastapi() -> Any:
    try:
        import fastapi
    except ImportError as error:
        raise ConfigError("serve: FastAPI is not installed; install the extra: pip install 'gnn2mlp[serve]'") from error
    return fastapi


def _add_routes(app: Any, service: Service) -> frozenset[str]:
    """Add every address, and name those that are there."""
    from fastapi import Request, Response

    def answer(content: Any, status: int = 200, version: str | None = None) -> Response:
        headers = None if version is None else {VERSION.decode(): version}
        return Response(_written(content), status, headers, _JSON)

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

    async def about() -> Response:
        """Say what the model reads and answers, with an example."""
        return answer(_about(service), version=service.model.version)

    async def live() -> Response:
        """Whether the process is there."""
        return answer({"live": True})

    async def ready() -> Response:
        """Whether requests are answered."""
        return answer({"ready": service.ready, "model_version": service.model.version}, 200 if service.ready else 503)

    async def metrics() -> Response:
        """Counters for Prometheus."""
        content, kind = service.metrics.text()
        return Response(content, headers={"content-type": kind})

    async def description() -> Response:
        """This description."""
        return answer(described(_openapi(app), service.model))

    async def form() -> Response:
        """A page to try the model on."""
        content, headers = page()
        return Response(content, headers=headers, media_type="text/html")

    async def server() -> Response:
        """What this server is, in the Open Inference Protocol."""
        return answer({"name": "gnn2mlp", "version": __version__, "extensions": []})

    async def model_metadata(name: str) -> Response:
        """What the model takes and gives, in the Open Inference Protocol."""
        _check_name(name, service)
        return answer(infer.metadata(service.model))

    async def model_ready(name: str) -> Response:
        """Whether the model answers, in the Open Inference Protocol."""
        _check_name(name, service)
        return answer({"name": name, "ready": service.ready}, 200 if service.ready else 503)

    async def model_infer(name: str, request: Request) -> Response:
        """Answer tensors, in the Open Inference Protocol."""
        _check_name(name, service)
        content, version = await _infer(parsed(await request.body()), service)
        return answer(content, version=version)

    get = {
        "/": form,
        "/live": live,
        "/ready": ready,
        "/metrics": metrics,
        "/model": about,
        "/openapi.json": description,
        "/v2": server,
        "/v2/health/live": live,
        "/v2/health/ready": ready,
        "/v2/models/{name}": model_metadata,
        "/v2/models/{name}/ready": model_ready,
    }
    post = {"/predict": predict, "/explain": explain, "/v2/models/{name}/infer": model_infer}
    for path, function in post.items():  # first, as routes are tried in their order
        app.add_api_route(path, function, methods=["POST"], operation_id=_id("post", path))
    for path, function in get.items():
        app.add_api_route(path, function, methods=["GET"], operation_id=_id("get", path))
    return frozenset(path.replace("{name}", service.model.name) for path in [*get, *post])


def _id(method: str, path: str) -> str:
    return f"{method}_{path.strip('/').replace('/', '_').replace('{', '').replace('}', '').replace('.', '_') or 'form'}"


def _openapi(app: Any) -> dict[str, Any]:
    from fastapi.openapi.utils import get_openapi

    schema: dict[str, Any] = get_openapi(title=app.title, version=app.version, routes=app.routes)
    return schema


def _wanted(query: Mapping[str, str], service: Service) -> Wanted:
    """What the words after an address ask for."""
    known = ("coverage", "probabilities")
    for name in query:
        if name not in known:
            raise RefusalError(
                UNREADABLE, f"query: expected coverage or probabilities, got {name!r:.40}{nearest(name, known)}"
            )
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


def _check_name(name: str, service: Service) -> None:
    if name != service.model.name:
        raise RefusalError(UNKNOWN, f"expected the model {service.model.name!r}, got {name!r:.80}")


async def _infer(request: Any, service: Service) -> tuple[dict[str, Any], str]:
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


def _about(service: Service) -> dict[str, Any]:
    model, answers = service.model, service.model.predictor.answers
    return {
        "name": model.name,
        "version": model.version,
        "title": model.config.get("name"),
        "task": model.config.get("task"),
        "classes": None if answers.classes is None else answers.classes.tolist(),
        "coverages": list(model.coverages),
        "columns": [column.told() for column in model.columns],
        "example": model.example,
        "gaps": model.gaps,
        "most_rows": service.settings.rows,
    }


def _add_refusals(app: Any, known: frozenset[str]) -> None:
    """Every answer that is none is one sentence."""
    from fastapi import Request, Response
    from starlette.exceptions import HTTPException

    def told(status: int, message: str, headers: Mapping[str, str] | None = None) -> Response:
        return Response(json.dumps({"error": message}).encode(), status, dict(headers or {}), _JSON)

    async def refused(_: Request, error: RefusalError) -> Response:
        return told(error.status, str(error), error.headers)

    async def unreadable(_: Request, error: DataError | ConfigError) -> Response:
        return told(UNREADABLE, str(error))

    async def unknown(request: Request, error: HTTPException) -> Response:
        if error.status_code == UNKNOWN:
            path = request.url.path[:200]
            return told(
                UNKNOWN, f"there is nothing at {path!r}; GET /openapi.json lists what is there{nearest(path, known)}"
            )
        allowed = dict(error.headers or {})
        return told(error.status_code, f"{error.detail}; {request.method[:20]} is not for this address", allowed)

    async def failed(_: Request, error: Exception) -> Response:
        return told(500, f"a fault of the server ({type(error).__name__}); its log says more")

    app.add_exception_handler(Exception, failed)
    app.add_exception_handler(RefusalError, refused)
    app.add_exception_handler(DataError, unreadable)
    app.add_exception_handler(ConfigError, unreadable)
    app.add_exception_handler(HTTPException, unknown)

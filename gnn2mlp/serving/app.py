"""The addresses of a server: what each of them takes and gives. Needs FastAPI."""

import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, NamedTuple

from gnn2mlp import __version__
from gnn2mlp.core.errors import ConfigError, DataError, nearest
from gnn2mlp.core.files import user_path
from gnn2mlp.deploy.directory import read_directory
from gnn2mlp.deploy.unit import Unit, unit_of
from gnn2mlp.serving.gate import Gate
from gnn2mlp.serving.link_routes import link_routes
from gnn2mlp.serving.link_service import LinkService
from gnn2mlp.serving.openapi import described
from gnn2mlp.serving.page import page
from gnn2mlp.serving.refusal import UNKNOWN, UNREADABLE, RefusalError
from gnn2mlp.serving.routes import JSON, Handler, Routes, answer, check_name
from gnn2mlp.serving.row_routes import row_routes
from gnn2mlp.serving.row_service import RowService
from gnn2mlp.serving.service import Service
from gnn2mlp.serving.settings import Settings


class _Kind(NamedTuple):
    """How models of a unit are served."""

    service: Callable[[Any, Settings | None], Service[Any]]
    routes: Callable[[Any], Routes]


_ROWS = _Kind(RowService, row_routes)
_KINDS: Mapping[Unit, _Kind] = {"node": _ROWS, "graph": _ROWS, "pair": _Kind(LinkService, link_routes)}


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
    kind = _KINDS[unit_of(read_directory(user_path(model, "model"), ()).config)]
    service = kind.service(model, settings)
    routes = kind.routes(service)

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
    known = _add_routes(app, service, routes)
    _add_refusals(app, known)
    app.add_middleware(Gate, service=service, known=known)
    return app


def _fastapi() -> Any:
    try:
        import fastapi
    except ImportError as error:
        raise ConfigError("serve: FastAPI is not installed; install the extra: pip install 'gnn2mlp[serve]'") from error
    return fastapi


def _add_routes(app: Any, service: Service[Any], routes: Routes) -> frozenset[str]:
    """Add every address, those that every server has and those of its kind, and name those that are there."""
    from fastapi import Response

    # Annotations of what is made within a function are looked up among the module's names.
    async def about() -> Response:
        """Say what the model reads and answers, with an example."""
        return answer(service.about(), version=service.model.version)

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
        return answer(described(_openapi(app), service.model.name, routes.parts()))

    async def form() -> Response:
        """A page to try the model on."""
        content, headers = page(routes.page)
        return Response(content, headers=headers, media_type="text/html")

    async def server() -> Response:
        """What this server is, in the Open Inference Protocol."""
        return answer({"name": "gnn2mlp", "version": __version__, "extensions": []})

    async def model_ready(name: str) -> Response:
        """Whether the model answers, in the Open Inference Protocol."""
        check_name(name, service)
        return answer({"name": name, "ready": service.ready}, 200 if service.ready else 503)

    get: dict[str, Handler] = {
        "/": form,
        "/live": live,
        "/ready": ready,
        "/metrics": metrics,
        "/model": about,
        "/openapi.json": description,
        "/v2": server,
        "/v2/health/live": live,
        "/v2/health/ready": ready,
        "/v2/models/{name}/ready": model_ready,
        **routes.get,
    }
    for path, function in routes.post.items():  # first, as routes are tried in their order
        app.add_api_route(path, function, methods=["POST"], operation_id=_id("post", path))
    for path, function in get.items():
        app.add_api_route(path, function, methods=["GET"], operation_id=_id("get", path))
    return frozenset(path.replace("{name}", service.model.name) for path in [*get, *routes.post])


def _id(method: str, path: str) -> str:
    return f"{method}_{path.strip('/').replace('/', '_').replace('{', '').replace('}', '').replace('.', '_') or 'form'}"


def _openapi(app: Any) -> dict[str, Any]:
    from fastapi.openapi.utils import get_openapi

    schema: dict[str, Any] = get_openapi(title=app.title, version=app.version, routes=app.routes)
    return schema


def _add_refusals(app: Any, known: frozenset[str]) -> None:
    """Every answer that is none is one sentence."""
    from fastapi import Request, Response
    from starlette.exceptions import HTTPException

    def told(status: int, message: str, headers: Mapping[str, str] | None = None) -> Response:
        return Response(json.dumps({"error": message}).encode(), status, dict(headers or {}), JSON)

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

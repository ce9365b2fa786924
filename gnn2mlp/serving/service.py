"""What a server does, whatever protocol asks: answers rows, with the version of the model that did."""

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from gnn2mlp.core.errors import ConfigError, DataError
from gnn2mlp.core.files import user_path
from gnn2mlp.core.limits import check_at_least
from gnn2mlp.deploy.cascade import Cascade, Route
from gnn2mlp.serving.batching import Batcher
from gnn2mlp.serving.explain import blanked, contributions
from gnn2mlp.serving.metrics import Metrics
from gnn2mlp.serving.model import ServedModel, load_model
from gnn2mlp.serving.predictions import Judged, Wanted, corrected, judged, predictions
from gnn2mlp.serving.refusal import UNREADABLE, RefusalError, busy
from gnn2mlp.serving.rows import Rows, rows_of
from gnn2mlp.serving.teacher import TeacherEndpoint
from gnn2mlp.serving.watching import Watcher

_LOG = logging.getLogger("gnn2mlp.serving")


@dataclass(frozen=True)
class Settings:
    """How a model is served.

    Args:
        name: of the model in addresses; default: its folder's.
        threads: that one batch may use.
        queue: requests that are in the server at most; further ones are answered 503.
        batch_rows: that go through the network at once.
        batch_wait: seconds that a batch waits for more rows.
        body_bytes: of a request at most; larger ones are answered 413.
        rows: of a request at most.
        seconds: that a request may take; later it is answered 503.
        token: that a request has to bring as `Authorization: Bearer`.
        watch: seconds between looks for a new version; 0: none.
        teacher: address of what is asked about rows that the model is not sure of.
        teacher_below: the confidence below which it is, as `Cascade.chosen` finds one.
        teacher_timeout: seconds that its answer may take.
        teacher_token: that it is sent.
        router: file of a `NodeRouter`, as `gnn2mlp explain` writes it: what is compared with `teacher_below` is then
            how likely the model is to answer as its teacher. Reading it loads torch, as nothing else here does.
        router_id: what in a row names its node, for the router.
    """

    name: str | None = None
    threads: int = 1
    queue: int = 256
    batch_rows: int = 64
    batch_wait: float = 0.0
    body_bytes: int = 2**20
    rows: int = 1000
    seconds: float = 30.0
    token: str | None = None
    watch: float = 1.0
    teacher: str | None = None
    teacher_below: float = 0.8
    teacher_timeout: float = 2.0
    teacher_token: str | None = None
    router: str | None = None
    router_id: str = "id"

    def __post_init__(self) -> None:
        check_at_least(
            "serve",
            1,
            threads=self.threads,
            queue=self.queue,
            batch_rows=self.batch_rows,
            body_bytes=self.body_bytes,
            rows=self.rows,
        )
        for name in ("batch_wait", "watch"):
            if not 0 <= (value := getattr(self, name)) < float("inf"):
                raise ConfigError(f"serve: expected {name} of 0 seconds or more, got {value}")
        if not 0 < self.seconds < float("inf"):
            raise ConfigError(f"serve: expected seconds above 0, got {self.seconds}")
        if self.router is not None and self.teacher is None:
            raise ConfigError("serve: expected a teacher with a router, which tells when to ask it; add --teacher")
        if self.token is not None and not self.token:
            raise ConfigError("serve: expected a token of some letters, got an empty one")

    def __repr__(self) -> str:  # tokens belong into no log
        return f"Settings(name={self.name!r}, queue={self.queue}, batch_rows={self.batch_rows})"


class Answered(NamedTuple):
    """Answers, and the model that gave them."""

    model: ServedModel
    predictions: list[dict[str, Any]]
    judged: Judged


class Service:
    """A model that answers requests, watches its directory, and asks a teacher where it is not sure.

    Args:
        folder: of the model.
        settings: how it is served.

    Raises:
        ArtefactError: if the model, or the file of its router, is not whole.
        ConfigError: if it cannot be served like this.
    """

    def __init__(self, folder: Any, settings: Settings | None = None):
        self.settings = settings or Settings()
        self._folder = user_path(folder, "model")
        model = self._load()
        self.inside = 0  # requests that are in the server
        self.ready = False
        self.metrics = Metrics(lambda: self.inside)
        self.metrics.model(model)
        self._watcher = Watcher(self._folder, self._load, model, self.metrics.reload)
        self._batcher: Batcher | None = None
        self._watching: asyncio.Task[None] | None = None
        chosen = self.settings.teacher
        limits = self.settings.teacher_timeout, self.settings.teacher_token
        self._teacher = None if chosen is None else TeacherEndpoint(chosen, *limits)
        self._router = None if self.settings.router is None else _loaded_router(self.settings.router)
        if self._teacher is not None:
            self._cascade(model)  # which refuses what has no single classes

    @property
    def model(self) -> ServedModel:
        """The version that answers now."""
        return self._watcher.current

    def _load(self) -> ServedModel:
        return load_model(self._folder, self.settings.name, self.settings.threads)

    async def start(self) -> None:
        """Begin to answer, in the event loop that runs."""
        self._batcher = Batcher(
            self.settings.batch_rows, self.settings.batch_wait, self.settings.seconds, self.metrics.batch
        )
        self._batcher.start()
        if self.settings.watch:
            self._watching = asyncio.get_running_loop().create_task(self._watch())
        self.ready = True

    async def stop(self) -> None:
        """Answer no more."""
        self.ready = False
        if self._watching is not None:
            self._watching.cancel()
        if self._batcher is not None:
            await self._batcher.stop()
        if self._teacher is not None:
            self._teacher.stop()

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(self.settings.watch)
            try:
                if await asyncio.to_thread(self._watcher.look):
                    self.metrics.model(self.model)
            except Exception:  # whatever it is, the next look may go well
                _LOG.exception("could not look for a new version")

    async def predict(self, value: Any, wanted: Wanted) -> Answered:
        """Answers for the rows of parsed JSON.

        Raises:
            RefusalError: for what are no rows, and where it takes too long.
            DataError: for rows that cannot be read.
            ConfigError: for a coverage that the model cannot tell.
        """
        model = self.model
        if wanted.coverage is not None:
            model.predictor.threshold(wanted.coverage)
        rows = rows_of(value, model.predictor, self.settings.rows)
        if not rows.size:
            nothing = np.empty((0, model.predictor.answers.num_outputs), np.float32)
            return Answered(model, [], judged(model.predictor, nothing))
        found = await self._network(model, rows)
        if self._teacher is not None:
            found = await self._deferred(model, rows, found)
        made = predictions(model.predictor, found, wanted)
        self.metrics.predicted(made)
        return Answered(model, made, found)

    async def explain(self, row: Any) -> tuple[ServedModel, dict[str, Any]]:
        """What drove the answer for one row; see `gnn2mlp.serving.explain`.

        Raises:
            RefusalError: if it is no row, or has too many columns.
            DataError: if it cannot be read.
        """
        model = self.model
        if not isinstance(row, Mapping):
            raise RefusalError(UNREADABLE, "explain: expected one row as an object of its columns, got something else")
        rows_of(dict(row), model.predictor, 1)
        names, rows = blanked(model, dict(row))
        found = await self._network(model, rows_of(rows, model.predictor, len(rows)))
        return model, contributions(model, names, found)

    async def _network(self, model: ServedModel, rows: Rows) -> Judged:
        if self._batcher is None:
            raise busy("the server does not answer yet, or no more; try again later")
        return await self._batcher.ask(model, rows)

    async def _deferred(self, model: ServedModel, rows: Rows, found: Judged) -> Judged:
        """With the teacher's answers where the student is not sure; where it has none, the student's stay."""
        assert self._teacher is not None
        cascade = self._cascade(model)
        ids = None if self._router is None else [row.get(self.settings.router_id) for row in rows.given]
        unsure = cascade.unsure(found.logits, ids)
        places = unsure.nonzero()[0]
        found = found._replace(deferred=unsure, taught=np.zeros(len(unsure), bool))
        if not places.size:
            return found
        if self._teacher.rests:
            self.metrics.taught("spared", int(places.size))
            return found._replace(failed="not asked, as the teacher did not answer lately")
        try:
            names = [str(name) for name in cascade.classes_.tolist()]
            said = await self._teacher.ask([rows.given[place] for place in places.tolist()], names)
            probabilities = cascade.checked(said, int(places.size))
        except DataError as error:
            self.metrics.taught("failed", int(places.size))
            _LOG.warning("%s", error)
            return found._replace(failed=str(error))
        self.metrics.taught("answered", int(places.size))
        return corrected(model.predictor, found, places, probabilities)._replace(taught=unsure)

    def _cascade(self, model: ServedModel) -> Cascade:
        """The model with its threshold; the teacher itself is asked in `_deferred`."""
        return Cascade(model.predictor, _elsewhere, self.settings.teacher_below, self._router)


def _loaded_router(path: str) -> Route:
    from gnn2mlp.deploy.node_router import NodeRouter  # which loads torch

    return NodeRouter.load(path)


def _elsewhere(rows: Any) -> Any:
    raise AssertionError("the teacher of a server is asked over HTTP")

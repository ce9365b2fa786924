"""What a server does, whatever its model answers for: it holds one version, batches requests, and watches for the next.

`RowService` answers rows of nodes, texts and whole graphs, `LinkService` pairs of nodes and their best candidates.
"""

import asyncio
import logging
from abc import ABC, abstractmethod
from pathlib import Path
from typing import Any, Generic, TypeVar

from gnn2mlp.core.files import user_path
from gnn2mlp.serving.batching import Batcher
from gnn2mlp.serving.metrics import Metrics
from gnn2mlp.serving.refusal import busy
from gnn2mlp.serving.settings import Settings
from gnn2mlp.serving.version import Version
from gnn2mlp.serving.watching import Watcher

_LOG = logging.getLogger("gnn2mlp.serving")
M = TypeVar("M", bound=Version)


class Service(ABC, Generic[M]):
    """A model that answers requests, and whose directory is watched.

    Args:
        folder: of the model.
        settings: how it is served.

    Attributes:
        beside: whether every batch is computed in a thread, as it may take long.

    Raises:
        ArtefactError: if the model, or another file that it needs, is not whole.
        ConfigError: if it cannot be served like this.
    """

    beside = False

    def __init__(self, folder: Any, settings: Settings | None = None):
        self.settings = settings or Settings()
        self._folder: Path = user_path(folder, "model")
        model = self._load()
        self.inside = 0  # requests that are in the server
        self.ready = False
        self.metrics = Metrics(lambda: self.inside)
        self.metrics.model(model)
        also = () if self.settings.nodes is None else self.settings.nodes.paths
        self._watcher: Watcher[M] = Watcher(self._folder, self._load, model, self.metrics.reload, also)
        self._batcher: Batcher | None = None
        self._watching: asyncio.Task[None] | None = None

    @property
    def model(self) -> M:
        """The version that answers now."""
        return self._watcher.current

    @abstractmethod
    def _load(self) -> M:
        """Read the version that lies in the folder."""

    @abstractmethod
    def about(self) -> dict[str, Any]:
        """What the model reads and answers, with an example."""

    async def start(self) -> None:
        """Begin to answer, in the event loop that runs."""
        limits = self.settings.batch_rows, self.settings.batch_wait, self.settings.seconds
        self._batcher = Batcher(*limits, self.metrics.batch, self.beside)
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

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(self.settings.watch)
            try:
                if await asyncio.to_thread(self._watcher.look):
                    self.metrics.model(self.model)
            except Exception:  # whatever it is, the next look may go well
                _LOG.exception("could not look for a new version")

    async def _network(self, model: M, request: Any) -> Any:
        """What the model makes of a request that was read, together with whatever else waits."""
        if self._batcher is None:
            raise busy("the server does not answer yet, or no more; try again later")
        return await self._batcher.ask(model, request)

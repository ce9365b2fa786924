"""A model directory that may be replaced while it is served."""

import logging
import os
from collections.abc import Callable
from pathlib import Path

from gnn2mlp.core.errors import Gnn2mlpError
from gnn2mlp.serving.model import ServedModel

_LOG = logging.getLogger("gnn2mlp.serving")


class Watcher:
    """Looks at a model directory, and loads what is new in it, once it is whole.

    Args:
        folder: of the model.
        load: reads and checks a version.
        current: the one that is served.
        told: is called with `"loaded"` or `"refused"` for each version that was looked at.
    """

    def __init__(
        self,
        folder: Path,
        load: Callable[[], ServedModel],
        current: ServedModel,
        told: Callable[[str], object] = lambda outcome: None,
    ):
        self._folder, self._load, self._told = folder, load, told
        self.current = current
        self._seen = self._moment()
        self._reason = ""

    def look(self) -> bool:
        """Whether there is a new version, which is `current` then. It may take seconds: not for an event loop.

        The version is the digest of the directory's manifest, and is asked for where a file of the directory has
        changed. A directory that is not whole is refused, with a line in the log, and looked at again when it changes.
        """
        moment = self._moment()
        if moment == self._seen:
            return False
        try:
            found = self._load()
        except Exception as error:  # whatever it is, the version that is served goes on
            self._seen = moment
            says_why = isinstance(error, Gnn2mlpError | OSError)
            self._refuse(str(error) if says_why else f"{type(error).__name__}: {error}")
            return False
        self._seen, self._reason = moment, ""
        if found.version == self.current.version:
            return False
        _LOG.info("serving version %s of %s, after %s", found.version, found.name, self.current.version)
        self.current = found
        self._told("loaded")
        return True

    def _refuse(self, reason: str) -> None:
        self._told("refused")
        if reason != self._reason:
            _LOG.warning("still serving version %s: %s", self.current.version, reason)
        self._reason = reason

    def _moment(self) -> tuple[tuple[str, int, int, int], ...]:
        """Differs where a file of the directory does."""
        found = []
        try:
            with os.scandir(self._folder) as entries:
                for entry in entries:
                    if not entry.name.startswith("."):
                        status = entry.stat()
                        found.append((entry.name, status.st_ino, status.st_size, status.st_mtime_ns))
        except OSError:  # absent for a moment, as between two renames
            return ()
        return tuple(sorted(found))

"""A model directory that may be replaced while it is served."""

import logging
import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Generic, TypeVar

from gnn2mlp.core.errors import Gnn2mlpError
from gnn2mlp.serving.version import Version

_LOG = logging.getLogger("gnn2mlp.serving")
M = TypeVar("M", bound=Version)


class Watcher(Generic[M]):
    """Looks at a model directory, and loads what is new in it, once it is whole.

    Args:
        folder: of the model.
        load: reads and checks a version.
        current: the one that is served.
        told: is called with `"loaded"` or `"refused"` for each version that was looked at.
        also: further files, or folders of files, that a version is made of.
    """

    def __init__(
        self,
        folder: Path,
        load: Callable[[], M],
        current: M,
        told: Callable[[str], object] = lambda outcome: None,
        also: Sequence[Path] = (),
    ):
        self._folder, self._load, self._told, self._also = folder, load, told, also
        self.current = current
        self._seen = self._moment()
        self._reason = ""

    def look(self) -> bool:
        """Whether there is a new version, which is `current` then. It may take seconds: not for an event loop.

        A version is asked for where a file has changed, and told from the others by the digest of its manifest, and by
        whatever else it is made of. A directory that is not whole is refused, with a line in the log, and looked at
        again when it changes.
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
        if found.edition == self.current.edition:
            return False
        before = self.current.version
        after = "with other tables" if found.version == before else f"after {before}"
        _LOG.info("serving version %s of %s, %s", found.version, found.name, after)
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
        try:
            return tuple(sorted(found for path in (self._folder, *self._also) for found in moments(path)))
        except OSError:  # absent for a moment, as between two renames
            return ()


def moments(path: Path) -> Iterator[tuple[str, int, int, int]]:
    """What tells a file, or each file of a folder, from another in its place.

    Raises:
        OSError: if there is none.
    """
    if not path.is_dir():
        yield _told(str(path), path.stat())
        return
    with os.scandir(path) as entries:
        yield from [_told(entry.path, entry.stat()) for entry in entries if not entry.name.startswith(".")]


def _told(name: str, status: os.stat_result) -> tuple[str, int, int, int]:
    return name, status.st_ino, status.st_size, status.st_mtime_ns

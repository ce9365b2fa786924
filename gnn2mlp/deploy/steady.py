"""Reading what writers may replace meanwhile. Imports no torch."""

import random
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from gnn2mlp.core.errors import ArtefactError
from gnn2mlp.core.folders import PENDING
from gnn2mlp.deploy.sealed import CONFIG

# Seconds: a writer moves its files in less, and a reader tries again while writers are at work for no longer.
_MOVING, _PATIENCE = 1.0, 10.0

T = TypeVar("T")


def steady(folder: Path, read: Callable[[], T]) -> T:
    """What `read` finds, which a writer may disturb: it is asked again as long as files change under its hands.

    Args:
        folder: of a model.
        read: what reads it.

    Raises:
        ArtefactError: that of `read`, if no writer is to blame for it.
    """
    begin = changed = time.monotonic()
    still = 0
    while True:
        before = _moment(folder)
        try:
            return read()
        except ArtefactError:
            now, pending = time.monotonic(), (folder / PENDING).exists()
            if before != _moment(folder):
                changed, still = now, 0
            elif not pending:  # else a writer is at work, or was killed at it
                still += 1
            # Two looks in vain: the clock of a file system may be too coarse to tell two writers apart.
            if still > 1 or now - changed > _MOVING or now - begin > _PATIENCE:
                raise
            time.sleep(random.uniform(0.001, 0.005))


def _moment(folder: Path) -> list[tuple[int, int] | None]:
    """Differs before and after a model was replaced."""
    found: list[tuple[int, int] | None] = []
    for path in (folder / CONFIG, folder / PENDING / CONFIG):
        try:
            status = path.stat()
            found.append((status.st_ino, status.st_mtime_ns))
        except OSError:
            found.append(None)
    return found

"""What distilling from tables and teaching from hops share: the folder they work in, and what is finished there."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from gnn2mlp.core.errors import ArtefactError
from gnn2mlp.core.files import read_json
from gnn2mlp.core.locks import locked
from gnn2mlp.core.progress import Progress


@contextmanager
def alone(out: Path, owner: bool, progress: Progress) -> Iterator[None]:
    """Within the block no other command works in the folder; its owner waits until that is so.

    A folder that was made and in which nothing came to lie, as the tables were refused, is gone afterwards.

    Args:
        out: the folder.
        owner: whether this process is the one that works there, of several.
        progress: told before another command is waited for.
    """
    if not owner:
        yield
        return
    with locked(out, lambda: progress(0, 1, "waiting for another process that works in the folder")):
        there = out.exists()
        try:
            yield
        finally:
            if not there:
                with suppress(OSError):  # it holds something
                    out.rmdir()


def finished_results(path: Path, identity: str) -> dict[str, Any] | None:
    """The results in a file, if they are there and of this identity."""
    try:
        results: dict[str, Any] = read_json(path)
    except ArtefactError:
        return None
    return results if results.get("identity") == identity else None

"""Folders that one process at a time works in."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

from gnn2mlp.core.errors import ArtefactError


@contextmanager
def locked(folder: Path, waiting: Callable[[], object] = lambda: None) -> Iterator[None]:
    """Have `folder` to oneself within the block; wait where another process, or thread, has it.

    The lock lies beside the folder, which need not exist, and is gone when nobody holds it.

    Args:
        folder: the folder that nobody else who asks for it has meanwhile.
        waiting: called once if another has it.

    Raises:
        ArtefactError: if the lock cannot be written.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as parent, locked(Path(parent) / "out"):
        ...     print([path.name for path in Path(parent).iterdir()])
        ['.out.lock']
    """
    place = folder.absolute()
    path = place.with_name(f".{place.name}.lock")
    lock = FileLock(path, thread_local=False)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            lock.acquire(timeout=0)
        except Timeout:
            waiting()
            lock.acquire()
    except OSError as error:
        raise ArtefactError(f"could not lock {folder} ({error}); choose another folder") from error
    try:
        yield
    finally:
        with suppress(OSError):  # while it is held: who waits for this file notices, and takes the next one
            path.unlink()
        lock.release()


@contextmanager
def claimed(folder: Path) -> Iterator[bool]:
    """Have `folder` to oneself within the block, or be told at once that another process or thread has it.

    Args:
        folder: as in `locked`.

    Raises:
        ArtefactError: if the lock cannot be written.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as parent, claimed(Path(parent) / "out") as first:
        ...     with claimed(Path(parent) / "out") as second:
        ...         print(first, second)
        True False
    """
    with ExitStack() as stack:
        try:
            stack.enter_context(locked(folder, _taken))
        except _TakenError:
            yield False
        else:
            yield True


class _TakenError(Exception):
    """Another has the folder."""


def _taken() -> None:
    raise _TakenError

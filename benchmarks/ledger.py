"""JSON Lines that several processes may add to: a reader sees the old file or the new one, and no line is lost."""

import fcntl
import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from gnn2mlp.core.files import write_text

Record = dict[str, Any]


def read(path: Path) -> list[Record]:
    """Every record of the file, in order; none if there is no file.

    Raises:
        ValueError: for a line that is not JSON; it says which.
    """
    if not path.exists():
        return []
    lines = path.read_text(encoding="utf-8").splitlines()
    return [_parse(path, number, line) for number, line in enumerate(lines, start=1) if line.strip()]


def put(path: Path, record: Record, key: Callable[[Record], Any]) -> None:
    """Write `record` in place of those with an equal `key`, and keep the file in the order of the keys.

    The file is rewritten as a whole (it has a few dozen lines) while the folder is locked, so that two writers never
    work from the same old content.

    Raises:
        ValueError: if the record holds NaN, which JSON has not.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with locked(path.parent):
        records = [old for old in read(path) if key(old) != key(record)] + [record]
        lines = [json.dumps(one, allow_nan=False) for one in sorted(records, key=key)]
        write_text(path, "\n".join(lines) + "\n")


@contextmanager
def locked(folder: Path, wait: bool = True) -> Iterator[bool]:
    """Hold the lock of `folder` within the block; yields whether it was got. The system frees it if the process dies.

    Args:
        folder: exists.
        wait: until another process lets go of it; else `False` is yielded at once.
    """
    handle = os.open(folder, os.O_RDONLY)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError:
            yield False
        else:
            yield True
    finally:
        os.close(handle)


def _parse(path: Path, number: int, line: str) -> Record:
    try:
        record: Record = json.loads(line)
    except ValueError as error:
        raise ValueError(
            f"{path.name}, line {number}: expected a JSON object, got: {error}; remove the line"
        ) from error
    return record

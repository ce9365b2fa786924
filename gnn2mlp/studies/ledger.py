"""JSON Lines that several processes may add to: a reader sees the old file or the new one, and no line is lost."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from gnn2mlp.core.errors import ArtefactError
from gnn2mlp.core.files import write_text
from gnn2mlp.core.locks import locked

Record = dict[str, Any]


def read(path: Path) -> list[Record]:
    """Every record of the file, in order; none if there is no file.

    Raises:
        ArtefactError: for a line that is no JSON object; it says which.
    """
    if not path.exists():
        return []
    lines = path.read_text(encoding="utf-8").splitlines()
    return [_parse(path, number, line) for number, line in enumerate(lines, start=1) if line.strip()]


def put(path: Path, record: Record, key: Callable[[Record], Any]) -> None:
    """Write `record` in place of those with an equal `key`, and keep the file in the order of the keys.

    The file is rewritten as a whole (it has some hundred lines) while it is locked, so that two writers never work from
    the same old content.

    Raises:
        ValueError: if the record holds NaN, which JSON has not.
        ArtefactError: if the file cannot be written.
    """
    with locked(path):
        records = [old for old in read(path) if key(old) != key(record)] + [record]
        lines = [json.dumps(one, allow_nan=False) for one in sorted(records, key=key)]
        write_text(path, "\n".join(lines) + "\n")


def _parse(path: Path, number: int, line: str) -> Record:
    try:
        record = json.loads(line)
    except ValueError as error:
        raise ArtefactError(
            f"{path.name}, line {number}: expected a JSON object, got: {error}; remove the line"
        ) from error
    if not isinstance(record, dict):
        raise ArtefactError(
            f"{path.name}, line {number}: expected a JSON object, got {type(record).__name__}; remove it"
        )
    return record

"""Plain files that can be trusted: written in one step, so that a reader sees the old file or the new one."""

import contextlib
import json
import os
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO

from gnn2mlp.core.errors import ArtefactError


def atomic(path: Path, write: Callable[[BinaryIO], object]) -> None:
    """Let `write` fill a temporary file beside `path`, flush it to disk, then put it in place of `path`.

    Raises:
        ArtefactError: if the file cannot be written (disk full, no permission); what was at `path` is still there.
    """
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with temporary.open("xb") as file:
            write(file)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except OSError as error:
        raise ArtefactError(f"could not write {path} ({error}); free some space or choose another folder") from error
    finally:
        with contextlib.suppress(OSError):  # nothing is left of it after a success
            temporary.unlink()


def write_text(path: Path, text: str) -> None:
    """Write a text file atomically (UTF-8)."""
    atomic(path, lambda file: file.write(text.encode()))


def write_json(path: Path, value: Any) -> None:
    """Write a JSON file atomically; NaN is refused, as JSON has none."""
    write_text(path, json.dumps(value, indent=2, allow_nan=False) + "\n")


def read_json(path: Path) -> Any:
    """Read a JSON file.

    Raises:
        ArtefactError: if it is missing or not JSON.
    """
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ArtefactError(f"expected a JSON file at {path}, got: {error}") from error

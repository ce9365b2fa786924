"""Plain files that can be trusted: written in one step, so that a reader sees the old file or the new one."""

import contextlib
import json
import os
import secrets
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from gnn2mlp.core.errors import ArtefactError, ConfigError

# What Linux takes at most, in bytes: a name, and a path. Where a path has to be shorter, the system says so.
_LONGEST_NAME, _LONGEST_PATH = 255, 4095


def user_path(path: str | os.PathLike[str], what: str = "path") -> Path:
    """A path as a person writes it, with `~` for a home folder. Nothing else in it is special.

    Args:
        path: of a file or folder that may or may not exist.
        what: it is of, for messages.

    Raises:
        ConfigError: if there can be no such path: it is empty, a name in it is too long, or a home is unknown.

    Example:
        >>> user_path("runs/[a] b").name
        '[a] b'
        >>> user_path("x" * 300, "out")
        Traceback (most recent call last):
        gnn2mlp.core.errors.ConfigError: out: expected names of at most 255 bytes, got one of 300; choose a shorter path
    """
    text = os.fspath(path)
    if not text or "\0" in text:
        raise ConfigError(f"{what}: expected a path, got {text!r}")
    try:
        found = Path(text).expanduser()
    except RuntimeError as error:  # Python's word for a home that it does not know
        raise ConfigError(f"{what}: the home folder in {text} is unknown; write the path in full") from error
    try:
        os.fsencode(found)
    except UnicodeEncodeError:  # in a locale without this letter, where names are still written in UTF-8
        found = Path(os.fsdecode(str(found).encode("utf-8", "surrogateescape")))
    size, longest = len(os.fsencode(found)), max((len(os.fsencode(part)) for part in found.parts), default=0)
    if longest > _LONGEST_NAME:
        raise ConfigError(
            f"{what}: expected names of at most {_LONGEST_NAME} bytes, got one of {longest}; choose a shorter path"
        )
    if size > _LONGEST_PATH:
        raise ConfigError(f"{what}: expected a path of at most {_LONGEST_PATH} bytes, got {size}; choose a shorter one")
    return found


def check_writable(folder: Path, remedy: str) -> None:
    """Try whether files can be written into `folder`, so that a long job does not find out at its end.

    The folder is not made: where it is absent, the nearest one above it that exists is tried. Nothing is left behind.

    Args:
        folder: that files will be written into.
        remedy: what a person can do, for the message.

    Raises:
        ArtefactError: if they cannot.
    """
    try:
        place = folder
        while not place.exists() and place != place.parent:
            place = place.parent
        probe = _beside(place / "probe")
        try:
            probe.write_bytes(b"0")
        finally:
            with contextlib.suppress(OSError):
                probe.unlink()
    except OSError as error:
        raise ArtefactError(f"cannot write into {folder} ({_reason(error)}); {remedy}") from error


def atomic(path: Path, write: Callable[[BinaryIO], object]) -> None:
    """Let `write` fill a temporary file beside `path`, flush it to disk, then put it in place of `path`.

    Raises:
        ArtefactError: if the file cannot be written (disk full, no permission); what was at `path` is still there.
    """

    def fill(temporary: Path) -> None:
        with temporary.open("xb") as file:
            write(file)
            file.flush()
            os.fsync(file.fileno())

    _put(path, fill)


def link_or_copy(source: Path, target: Path) -> None:
    """Give a file a second name: a hard link where the file system allows one, else a copy. In one step, as `atomic`.

    Raises:
        ArtefactError: if `target` cannot be written; what was there is still there.
    """

    def fill(temporary: Path) -> None:
        try:
            os.link(source, temporary)
        except OSError:  # another file system, or one without hard links
            shutil.copyfile(source, temporary)

    if not (target.exists() and target.samefile(source)):
        _put(target, fill)


def _put(path: Path, fill: Callable[[Path], None]) -> None:
    """Let `fill` make a temporary file, and put it in place of `path`; in the end there is no temporary file."""
    temporary = _beside(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        fill(temporary)
        temporary.replace(path)
    except ArtefactError:  # of something that is read meanwhile
        raise
    except OSError as error:
        raise ArtefactError(
            f"could not write {path} ({_reason(error)}); free some space or choose another folder"
        ) from error
    finally:
        with contextlib.suppress(OSError):  # nothing is left of it after a success
            temporary.unlink()


@contextmanager
def scratch() -> Iterator[Path]:
    """A folder for files that are gone after the block.

    Raises:
        ArtefactError: if it, or a file in it, cannot be written.
    """
    import tempfile

    try:
        with tempfile.TemporaryDirectory() as folder:
            yield Path(folder)
    except OSError as error:
        raise ArtefactError(
            f"could not write a temporary file ({_reason(error)}); free some space, or name another folder with TMPDIR"
        ) from error


def write_text(path: Path, text: str) -> None:
    """Write a text file atomically (UTF-8); `?` stands for a byte of a file name that is no character."""
    atomic(path, lambda file: file.write(text.encode("utf-8", "replace")))


def write_json(path: Path, value: Any) -> None:
    """Write a JSON file atomically; NaN is refused, as JSON has none."""
    write_text(path, json.dumps(value, indent=2, allow_nan=False) + "\n")


def read_json(path: Path) -> Any:
    """Read a JSON file.

    Raises:
        ArtefactError: if it is missing or not JSON.
    """
    try:
        return json.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError) as error:
        raise ArtefactError(f"expected a JSON file at {path}, got: {error}") from error


def _beside(path: Path) -> Path:
    """A name that nobody has taken in the same folder, short whatever the name of `path`."""
    return path.with_name(f".{secrets.token_hex(8)}.tmp")


def _reason(error: OSError) -> str:
    return error.strerror or str(error)

"""Several files of one folder, replaced as one: a reader, or a crash at any moment, finds all old or all new ones.

New files are first written into a hidden folder within `folder`, and flushed to disk. One rename gives that folder
the name `.pending`: from then on its files count, and those beside it that have the same names do not. Only then are
they moved to their places. Whoever is killed in between leaves a folder that `entries` reads as the new one, and that
the next `replace_files` (or `settle`) finishes. Nothing else in the folder is touched, and no folder is swapped: it may
be a mount point, or hold a repository.
"""

import contextlib
import json
import os
import secrets
import shutil
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from gnn2mlp.core.errors import ArtefactError
from gnn2mlp.core.locks import locked

PENDING = ".pending"
# In a pending folder, the names of files that are to go.
_GONE = ".gone"
_STAGED = ".staged"


def hidden(name: str) -> bool:
    """Whether a name begins with a dot: such entries of a folder are nobody's files here."""
    return name.startswith(".")


def entries(folder: Path) -> dict[str, Path]:
    """The visible entries that count, by name: where each one lies now. Links are not followed.

    Raises:
        OSError: if the folder cannot be listed.
    """
    found = {name: folder / name for name in os.listdir(folder) if not hidden(name)}
    pending = folder / PENDING
    try:
        names = os.listdir(pending)
    except (FileNotFoundError, NotADirectoryError):
        return found
    for name in _gone(pending):
        found.pop(name, None)
    return found | {name: pending / name for name in names if not hidden(name)}


def replace_files(folder: Path, make: Callable[[dict[str, Path]], tuple[Mapping[str, bytes], Collection[str]]]) -> None:
    """Write some files of `folder`, which is made if absent, and remove others, all as one step.

    Writers wait for each other, so that the last one wins.

    Args:
        folder: that holds them.
        make: given the entries that are there, while nobody else writes: contents by name, and names that are to go,
            unless they are among the contents.

    Raises:
        ArtefactError: if a file cannot be written (disk full, no permission); all that was there is still there.
    """
    with _writing(folder):
        _settle(folder)
        for rest in folder.glob(f".*{_STAGED}"):  # of writers that were killed: nobody else writes now
            shutil.rmtree(rest, ignore_errors=True)
        files, gone = make(entries(folder))
        staged = folder / f".{secrets.token_hex(8)}{_STAGED}"
        try:
            staged.mkdir()
            for name, content in {**files, _GONE: json.dumps(sorted(set(gone) - files.keys())).encode()}.items():
                _write(staged / name, content)
            _flush(staged)
            staged.rename(folder / PENDING)
            _flush(folder)
        finally:
            shutil.rmtree(staged, ignore_errors=True)  # there is none after a success
        _settle(folder)


def settle(folder: Path) -> None:
    """Finish what a writer that was killed had begun, so that programs that know nothing of it find its files.

    Raises:
        ArtefactError: if the files cannot be moved.
    """
    if (folder / PENDING).exists():
        with _writing(folder):
            _settle(folder)


def _settle(folder: Path) -> None:
    pending = folder / PENDING
    if not pending.exists():
        return
    for name in _gone(pending):
        (folder / name).unlink(missing_ok=True)
    for path in sorted(pending.iterdir()):
        if not hidden(path.name):
            path.replace(folder / path.name)
    _flush(folder)
    shutil.rmtree(pending)


def _gone(pending: Path) -> list[str]:
    try:
        names = json.loads((pending / _GONE).read_bytes())
    except (FileNotFoundError, NotADirectoryError):  # settled meanwhile, or as good as
        return []
    except (OSError, ValueError) as error:
        raise ArtefactError(
            f"could not read {pending / _GONE} ({error}); write the files of this folder again"
        ) from error
    return [name for name in names if isinstance(name, str) and os.path.basename(name) == name and not hidden(name)]


@contextmanager
def _writing(folder: Path) -> Iterator[None]:
    """Alone among writers; what the system refuses becomes a sentence."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with locked(folder / "files"):
            yield
    except ArtefactError:
        raise
    except OSError as error:
        reason = error.strerror or str(error)
        raise ArtefactError(
            f"could not write into {folder} ({reason}); free some space or choose another folder"
        ) from error


def _write(path: Path, content: bytes) -> None:
    with path.open("xb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _flush(folder: Path) -> None:
    """Have the names in a folder on disk, where the system can be asked for that."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)

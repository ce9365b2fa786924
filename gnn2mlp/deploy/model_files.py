"""The files of a model directory, as `config.json` vouches for them.

`student.safetensors` is the model, `config.json` what programs and `README.md` what people want to know of it; others,
such as `model.onnx`, may lie beside them. `config.json` lists every file with its SHA-256, and all are checked before a
number of the model is read: a file that was altered, added, renamed or taken away is refused. Nothing is unpickled.
Entries whose names begin with a dot (`.git`, `.cache`) are nobody's business. Imports no torch.
"""

import stat
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gnn2mlp.core.errors import ArtefactError, listing
from gnn2mlp.core.folders import PENDING, entries
from gnn2mlp.core.showing import short_repr
from gnn2mlp.deploy.sealed import CONFIG, check_file, unseal

STUDENT = "student.safetensors"
README = "README.md"
# A student that needs the graph, in the form of a teacher, which nothing here can ask.
NETWORK = "network.safetensors"
# The codes of the teacher, and the student's way to them.
CODES = "codes.safetensors"


@dataclass(frozen=True)
class ModelDirectory:
    """A model directory whose files have all been checked.

    Args:
        path: of the directory.
        config: what `config.json` says.
        files: contents of those files that were asked for, by name, exactly as they were checked.
    """

    path: Path
    config: dict[str, Any]
    files: dict[str, bytes]

    __repr__ = short_repr


def files_at(folder: Path) -> dict[str, Path]:
    """The files of a folder that count, by name: where each one lies now.

    Raises:
        ArtefactError: if there is no such folder.
    """
    try:
        return entries(folder)
    except ArtefactError:
        raise
    except OSError as error:
        reason = error.strerror or str(error)
        raise ArtefactError(f"expected a model directory at {folder}, got: {reason}; check its name") from error


def checked_files(folder: Path, there: Mapping[str, Path], keep: Collection[str] | None) -> ModelDirectory:
    """The model whose files are `there`, after every one was checked.

    Args:
        folder: of the model.
        there: as `files_at` gives it.
        keep: names of the files whose contents are wanted; `None` for all.

    Raises:
        ArtefactError: if a file is missing, altered, not listed or a link that leads elsewhere, or if the directory is
            no model, or one of a newer format.
    """
    content = config_of(folder, there)
    config = unseal(content, there[CONFIG])
    own = {CONFIG: content} if keep is None or CONFIG in keep else {}
    return ModelDirectory(folder, config, check_listed(folder, there, config, keep) | own)


def config_of(folder: Path, there: Mapping[str, Path]) -> bytes:
    """The bytes of `config.json`, unchecked.

    Raises:
        ArtefactError: if there is none.
    """
    if CONFIG not in there:
        check_no_network(folder)
        found = listing(sorted(there)) or "nothing"
        raise ArtefactError(f"expected a model directory at {folder}, with a {CONFIG}, found {found}")
    return content_of(folder, there[CONFIG])


def check_listed(
    folder: Path, there: Mapping[str, Path], config: Mapping[str, Any], keep: Collection[str] | None
) -> dict[str, bytes]:
    """The contents of the files to keep, by name, after every file that `config` lists was checked.

    Raises:
        ArtefactError: as `checked_files`.
    """
    files = config["files"]
    if missing := sorted({STUDENT, *files} - there.keys()):
        raise ArtefactError(
            f"expected {listing(missing)} in {folder}, as {CONFIG} lists, found none; copy or download the whole model"
        )
    if foreign := sorted(there.keys() - files.keys() - {CONFIG}):
        raise ArtefactError(
            f"found {listing(foreign)} in {folder}, of which {CONFIG} knows nothing; a model directory holds a model "
            "alone: move what is yours elsewhere, and do not trust what is not"
        )
    kept = {}
    for name, listed in files.items():
        content = content_of(folder, there[name], listed["bytes"])
        check_file(name, content, listed, there[name])
        if keep is None or name in keep:
            kept[name] = content
    return kept


def content_of(folder: Path, path: Path, size: int | None = None) -> bytes:
    """Of a regular file within the directory; where it has not the expected size, no more than one byte above that.

    Raises:
        ArtefactError: if it is something else, or cannot be read.
    """
    try:
        place, status = path.resolve(), path.stat()
        if not place.is_relative_to(folder.resolve()):
            raise ArtefactError(
                f"{path} is a link that leads out of the model directory, to {place}; copy the model with the files "
                "themselves (cp -rL)"
            )
        if not stat.S_ISREG(status.st_mode):  # a pipe would never end
            raise ArtefactError(f"expected a file at {path}, got something else; copy or download the model again")
        with path.open("rb") as file:
            return file.read() if size is None else file.read(size + 1)
    except ArtefactError:
        raise
    except FileNotFoundError as error:
        if path.parent.name == PENDING:  # a writer has moved it to its place meanwhile
            return content_of(folder, folder / path.name, size)
        raise ArtefactError(f"could not read {path} ({error}); copy or download the model again") from error
    except (OSError, RuntimeError) as error:  # of a loop of links
        raise ArtefactError(f"could not read {path} ({error}); copy or download the model again") from error


def check_no_network(folder: Path) -> None:
    """Raise `ArtefactError` if a folder holds a student that needs the graph."""
    if (folder / NETWORK).exists():
        raise ArtefactError(
            f"expected a graph-free student in {folder}, got one that needs the graph ({NETWORK}), which is neither "
            "exported nor asked for rows of features: load it with gnn2mlp.teachers.Teacher.load, or distil another "
            "student, such as mlp"
        )

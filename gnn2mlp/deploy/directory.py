"""One directory for one model: weights, what they read and answer, how good they are, and a card for people.

`student.safetensors` is the model, `config.json` what programs and `README.md` what people want to know of it; others,
such as `model.onnx`, may lie beside them. `config.json` lists every file with its SHA-256, and all are checked before a
number of the model is read: a file that was altered, added, renamed or taken away is refused. Nothing is unpickled.
Entries whose names begin with a dot (`.git`, `.cache`) are nobody's business. Imports no torch to check.
"""

import os
import random
import stat
import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from gnn2mlp.core.errors import ArtefactError, ConfigError, listing
from gnn2mlp.core.files import atomic, user_path
from gnn2mlp.core.folders import PENDING, entries, replace_files
from gnn2mlp.core.showing import short_repr
from gnn2mlp.deploy import sealed
from gnn2mlp.deploy.about import checked
from gnn2mlp.deploy.description import about_of, describe
from gnn2mlp.deploy.link_card import DECODER, EMBEDDER
from gnn2mlp.deploy.model_card import model_card
from gnn2mlp.deploy.sealed import CONFIG, check_file, is_file_name, is_foreign, seal, unseal

if TYPE_CHECKING:
    from gnn2mlp.core.artefact import Artefact
    from gnn2mlp.deploy.link_predictor import LinkPredictor
    from gnn2mlp.deploy.savable import Savable

STUDENT = "student.safetensors"
README = "README.md"
# A student that needs the graph, in the form of a teacher, which nothing here can ask.
NETWORK = "network.safetensors"
# The codes of the teacher, and the student's way to them.
CODES = "codes.safetensors"
# What releases before model directories left beside a student: nobody else's files.
_EARLIER = frozenset({STUDENT, "student.onnx", "student.int8.onnx", "student.onnx.json"})
_OWN = _EARLIER | {README, "model.onnx", "report.html", "scores.json", "profile.json", CODES, EMBEDDER, DECODER}
# Seconds: a writer moves its files in less, and a reader tries again while writers are at work for no longer.
_MOVING, _PATIENCE = 1.0, 10.0

T = TypeVar("T")


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


def write_directory(
    directory: str | Path,
    predictor: "Savable | LinkPredictor",
    about: Mapping[str, Any] | None = None,
    files: Mapping[str, bytes] | None = None,
) -> Path:
    """Write a model directory, in place of an older model if there is one.

    A reader, or a crash at any moment, finds the old model or the new one. Writers wait for each other; the last wins.

    Args:
        directory: where to; made if absent.
        predictor: the model: a `Predictor`, `LinkPredictor` or `GraphPredictor`.
        about: what there is to say of it, see `gnn2mlp.deploy.about.checked`; what it was loaded with stays, key by
            key, where nothing else is said.
        files: contents of further files by name, such as `model.onnx`, `report.html` and `scores.json`. Those that lie
            beside the very same student stay; those of another go.

    Returns:
        The directory.

    Raises:
        ConfigError: for a key of `about`, or a name of a file, that cannot be.
        ArtefactError: if it cannot be written, or the directory holds something that is no model; all that was there
            is still there.

    Example:
        >>> import tempfile
        >>> from gnn2mlp.deploy import Predictor
        >>> from gnn2mlp.students.mlp import MLPStudent
        >>> student = MLPStudent(hidden=4)
        >>> predictor = Predictor(student, student.build(2, 2), num_features=2, task=["cat", "dog"])
        >>> row = {"metric": "accuracy", "value": 0.83, "low": 0.82, "high": 0.84, "population": "unseen"}
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     _ = write_directory(f"{folder}/model", predictor, {"name": "Pets", "metrics": [row]})
        ...     sorted(path.name for path in Path(f"{folder}/model").iterdir())
        ...     verify(f"{folder}/model")["classes"]
        ['README.md', 'config.json', 'student.safetensors']
        ['cat', 'dog']
    """
    folder = user_path(directory, "directory")
    model: Any = getattr(predictor, "embedder", predictor)
    config = describe(model, checked({**model.about, **(about or {})}))
    given, student = _given(files or {}), model.encode()

    def make(there: dict[str, Path]) -> tuple[Mapping[str, bytes], Collection[str]]:
        old = _replaceable(folder, there)
        contents = {STUDENT: student, **_of_same(folder, there, student), **given}
        contents[README] = model_card(config, contents.keys()).encode("utf-8", "replace")
        return {**contents, CONFIG: seal(config, contents)}, old - contents.keys()

    replace_files(folder, make)
    return folder


def install(folder: Path, contents: Mapping[str, bytes]) -> None:
    """Put a model whose contents were all checked into a folder, as `write_directory` does.

    Raises:
        ArtefactError: likewise.
    """
    replace_files(folder, lambda there: (contents, _replaceable(folder, there) - contents.keys()))


def add_files(directory: str | Path, files: Mapping[str, bytes], remove: Collection[str] = ()) -> None:
    """Put further files into a model directory, as one step; those that have the same names are replaced.

    Args:
        directory: a model directory.
        files: contents by name.
        remove: names of files to take away, if they are there.

    Raises:
        ConfigError: for a name that no such file can have.
        ArtefactError: if the directory is none, was altered, or cannot be written.

    Example:
        >>> add_files("models/pages", {"scores.json": b"[]"})  # doctest: +SKIP
    """
    folder, given = user_path(directory, "directory"), _given(files)

    def make(there: dict[str, Path]) -> tuple[Mapping[str, bytes], Collection[str]]:
        config = _checked(folder, there, ()).config
        gone = set(_given(dict.fromkeys(remove, b""))) & there.keys() - given.keys()
        return {**given, CONFIG: sealed.reseal(config, given, gone)}, gone

    _config(_entries(folder), folder)  # else a mistyped name would make a directory
    replace_files(folder, make)


def place_files(folder: Path, files: Mapping[str, bytes], remove: Collection[str] = ()) -> None:
    """Write files into a folder: with `add_files` where that is a model directory, else each by itself, in this order.

    Raises:
        ArtefactError: as `add_files`.
    """
    if folder.is_dir() and CONFIG in (there := _entries(folder)) and STUDENT in there:
        return add_files(folder, files, remove)
    for name, content in files.items():
        atomic(folder / name, lambda file, content=content: file.write(content))  # type: ignore[misc]
    for name in remove:
        (folder / name).unlink(missing_ok=True)


def verify(directory: str | Path) -> dict[str, Any]:
    """Check every file of a model directory; what its `config.json` says.

    Raises:
        ArtefactError: if a file is missing, altered, not listed or a link that leads elsewhere, or if the directory is
            no model, or one of a newer format.
    """
    return read_directory(directory, ()).config


def read_directory(directory: str | Path, keep: Collection[str] | None = (STUDENT,)) -> ModelDirectory:
    """Check a model directory and hand over contents that were checked, each file read once.

    Args:
        directory: that `write_directory` wrote, or a copy of it.
        keep: names of the files whose contents are wanted; `None` for all.

    Raises:
        ArtefactError: as `verify`.

    Example:
        >>> read_directory("models/pages").config["classes"]  # doctest: +SKIP
        ['company', 'government', 'politician', 'tvshow']
    """
    folder = user_path(directory, "directory")
    return _steady(folder, lambda: _checked(folder, _entries(folder), keep))


def id_columns(directory: str | Path) -> list[str]:
    """The columns of ids of the tables that a model was made from; none where its directory says of none.

    Raises:
        ArtefactError: as `verify`.
    """
    folder = user_path(directory, "directory")
    if not folder.is_dir() or CONFIG not in _entries(folder):
        return []
    return [column["name"] for column in verify(folder).get("columns") or [] if column["role"] == "id"]


def read_student(directory: str | Path) -> tuple["Artefact", dict[str, Any]]:
    """Tensors and card of a model, and what its directory says about it; an older one may be the student's file alone.

    Raises:
        ArtefactError: as `verify`.
    """
    from gnn2mlp.core import artefact

    folder = user_path(directory, "directory")

    def read() -> tuple["Artefact", dict[str, Any]]:
        there = _entries(folder) if folder.is_dir() else {}
        if CONFIG in there:
            found = _checked(folder, there, (STUDENT,))
            return artefact.decode(found.files[STUDENT], "student", there[STUDENT]), about_of(found.config)
        check_no_network(folder)
        alone = artefact.load(folder / STUDENT, "student")
        if alone.card.get("directory"):
            raise ArtefactError(
                f"expected {CONFIG} beside {STUDENT} in {folder}, with which it was written, found none; copy the "
                "whole directory"
            )
        return alone, {}

    return _steady(folder, read)


def reseal(directory: str | Path) -> None:
    """Accept a `README.md` that a person has edited; everything else is checked and stays as it is.

    Raises:
        ArtefactError: as `verify`, but for what the README says; or if `config.json` cannot be written.
    """
    folder = user_path(directory, "directory")

    def make(there: dict[str, Path]) -> tuple[Mapping[str, bytes], Collection[str]]:
        config = unseal(_config(there, folder), there[CONFIG])
        if README not in there:
            raise ArtefactError(f"expected {README} in {folder}, found none; write one, and try again")
        edited = {README: _content(folder, there[README])}
        content = sealed.reseal(config, edited)
        _check_listed(folder, there, unseal(content, there[CONFIG]), ())
        return {CONFIG: content}, ()

    _config(_entries(folder), folder)  # else a mistyped name would make a directory
    replace_files(folder, make)


def check_no_network(folder: Path) -> None:
    """Raise `ArtefactError` if a folder holds a student that needs the graph."""
    if (folder / NETWORK).exists():
        raise ArtefactError(
            f"expected a graph-free student in {folder}, got one that needs the graph ({NETWORK}), which is neither "
            "exported nor asked for rows of features: load it with gnn2mlp.teachers.Teacher.load, or distil another "
            "student, such as mlp"
        )


def _steady(folder: Path, read: Callable[[], T]) -> T:
    """What `read` finds, which a writer may disturb: it is asked again as long as files change under its hands."""
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


def _entries(folder: Path) -> dict[str, Path]:
    try:
        return entries(folder)
    except ArtefactError:
        raise
    except OSError as error:
        reason = error.strerror or str(error)
        raise ArtefactError(f"expected a model directory at {folder}, got: {reason}; check its name") from error


def _checked(folder: Path, there: Mapping[str, Path], keep: Collection[str] | None) -> ModelDirectory:
    content = _config(there, folder)
    config = unseal(content, there[CONFIG])
    own = {CONFIG: content} if keep is None or CONFIG in keep else {}
    return ModelDirectory(folder, config, _check_listed(folder, there, config, keep) | own)


def _config(there: Mapping[str, Path], folder: Path) -> bytes:
    if CONFIG not in there:
        check_no_network(folder)
        found = listing(sorted(there)) or "nothing"
        raise ArtefactError(f"expected a model directory at {folder}, with a {CONFIG}, found {found}")
    return _content(folder, there[CONFIG])


def _check_listed(
    folder: Path, there: Mapping[str, Path], config: Mapping[str, Any], keep: Collection[str] | None
) -> dict[str, bytes]:
    """The contents of the files to keep, after every file was checked."""
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
        content = _content(folder, there[name], listed["bytes"])
        check_file(name, content, listed, there[name])
        if keep is None or name in keep:
            kept[name] = content
    return kept


def _content(folder: Path, path: Path, size: int | None = None) -> bytes:
    """Of a regular file within the directory; where it has not the expected size, no more than one byte above that."""
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
            return _content(folder, folder / path.name, size)
        raise ArtefactError(f"could not read {path} ({error}); copy or download the model again") from error
    except (OSError, RuntimeError) as error:  # of a loop of links
        raise ArtefactError(f"could not read {path} ({error}); copy or download the model again") from error


def _given(files: Mapping[str, bytes]) -> dict[str, bytes]:
    for name in files:
        if not is_file_name(name) or name in (CONFIG, README, STUDENT):
            raise ConfigError(f"files: expected plain names, none of {CONFIG}, {README} and {STUDENT}, got {name!r}")
    return {name: bytes(content) for name, content in files.items()}


def _of_same(folder: Path, there: Mapping[str, Path], student: bytes) -> dict[str, bytes]:
    """Further files of the model that is there, if it is this very student and all are intact."""
    try:
        config = unseal(_config(there, folder), there[CONFIG])
        further = config["files"].keys() - {STUDENT, README}
        same = config["files"].get(STUDENT, {}).get("sha256") == sealed.digest(student)
        return _check_listed(folder, there, config, further) if same else {}
    except ArtefactError:
        return {}


def _replaceable(folder: Path, there: Mapping[str, Path]) -> set[str]:
    """The names of the model that is there, whole or damaged, which all may go.

    Raises:
        ArtefactError: if there is anything else.
    """
    from gnn2mlp.core import artefact

    listed: set[str] = set()
    if CONFIG in there:
        content = _content(folder, there[CONFIG])
        try:
            listed = {CONFIG, *unseal(content, there[CONFIG])["files"]}
        except ArtefactError:  # damaged, or not ours: then the weights tell
            listed = {CONFIG} if STUDENT in there and not is_foreign(content) else set()
    if STUDENT in there:
        listed |= _OWN
        artefact.check_replaceable(folder / STUDENT, "student")
    if foreign := sorted(name for name in there if name not in listed or not os.path.isfile(there[name])):
        raise ArtefactError(
            f"expected nothing or a model in {folder}, which holds {listing(foreign)}; choose another directory, or "
            "remove what nobody needs"
        )
    return set(there)

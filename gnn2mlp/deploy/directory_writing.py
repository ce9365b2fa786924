"""One directory for one model: weights, what they read and answer, how good they are, and a card for people.

Whatever is written is written as one step; `gnn2mlp.deploy.model_files` says what lies in it. Imports no torch.
"""

import os
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gnn2mlp.core.errors import ArtefactError, ConfigError, listing
from gnn2mlp.core.files import atomic, user_path
from gnn2mlp.core.folders import entries, replace_files
from gnn2mlp.deploy import sealed
from gnn2mlp.deploy.about import checked
from gnn2mlp.deploy.description import describe
from gnn2mlp.deploy.link_card import DECODER, EMBEDDER
from gnn2mlp.deploy.model_card import model_card
from gnn2mlp.deploy.model_files import (
    CODES,
    README,
    STUDENT,
    check_listed,
    checked_files,
    config_of,
    content_of,
    files_at,
)
from gnn2mlp.deploy.sealed import CONFIG, is_file_name, is_foreign, seal, unseal

if TYPE_CHECKING:
    from gnn2mlp.deploy.link_predictor import LinkPredictor
    from gnn2mlp.deploy.savable import Savable

# What releases before model directories left beside a student: nobody else's files.
_EARLIER = frozenset({STUDENT, "student.onnx", "student.int8.onnx", "student.onnx.json"})
_OWN = _EARLIER | {README, "model.onnx", "report.html", "scores.json", "profile.json", CODES, EMBEDDER, DECODER}


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
        >>> from gnn2mlp.deploy import Predictor, verify
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
    given, student = _further(files or {}), model.encode()

    def make(there: dict[str, Path]) -> tuple[Mapping[str, bytes], Collection[str]]:
        old = _replaceable(folder, there)
        contents = {STUDENT: student, **_of_same(folder, there, student), **given}
        contents[README] = model_card(config, contents.keys()).encode("utf-8", "replace")
        return {**contents, CONFIG: seal(config, contents)}, old - contents.keys()

    replace_files(folder, make)
    return folder


def check_room(folder: Path) -> None:
    """Raise `ArtefactError` if `write_directory` would refuse the folder for what is there, before work is spent."""
    if folder.is_dir():
        _replaceable(folder, entries(folder))


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
    folder, given = user_path(directory, "directory"), _further(files)

    def make(there: dict[str, Path]) -> tuple[Mapping[str, bytes], Collection[str]]:
        config = checked_files(folder, there, ()).config
        gone = set(_further(dict.fromkeys(remove, b""))) & there.keys() - given.keys()
        return {**given, CONFIG: sealed.reseal(config, given, gone)}, gone

    config_of(folder, files_at(folder))  # else a mistyped name would make a directory
    replace_files(folder, make)


def place_files(folder: Path, files: Mapping[str, bytes], student: bytes, remove: Collection[str] = ()) -> None:
    """Write files into a folder: with `add_files` where that is a model directory, else each by itself, in this order.

    Args:
        folder: made if absent.
        files: contents by name.
        student: the file of the student that they were made of.
        remove: names of files to take away, if they are there.

    Raises:
        ArtefactError: as `add_files`, or if the directory is that of another student, whose files these would pass for.
    """
    if folder.is_dir() and CONFIG in (there := files_at(folder)) and STUDENT in there:
        config = unseal(config_of(folder, there), there[CONFIG])
        if config["files"].get(STUDENT, {}).get("sha256") != sealed.digest(student):
            raise ArtefactError(
                f"expected a folder of its own, or the model directory of this very student, got {folder}, which holds "
                "another; choose another folder, or save this one there first"
            )
        return add_files(folder, files, remove)
    for name, content in files.items():
        atomic(folder / name, lambda file, content=content: file.write(content))  # type: ignore[misc]
    for name in remove:
        (folder / name).unlink(missing_ok=True)


def reseal(directory: str | Path) -> None:
    """Accept a `README.md` that a person has edited; everything else is checked and stays as it is.

    Raises:
        ArtefactError: as `verify`, but for what the README says; or if `config.json` cannot be written.
    """
    folder = user_path(directory, "directory")

    def make(there: dict[str, Path]) -> tuple[Mapping[str, bytes], Collection[str]]:
        config = unseal(config_of(folder, there), there[CONFIG])
        if README not in there:
            raise ArtefactError(f"expected {README} in {folder}, found none; write one, and try again")
        edited = {README: content_of(folder, there[README])}
        content = sealed.reseal(config, edited)
        check_listed(folder, there, unseal(content, there[CONFIG]), ())
        return {CONFIG: content}, ()

    config_of(folder, files_at(folder))  # else a mistyped name would make a directory
    replace_files(folder, make)


def _further(files: Mapping[str, bytes]) -> dict[str, bytes]:
    for name in files:
        if not is_file_name(name) or name in (CONFIG, README, STUDENT):
            raise ConfigError(f"files: expected plain names, none of {CONFIG}, {README} and {STUDENT}, got {name!r}")
    return {name: bytes(content) for name, content in files.items()}


def _of_same(folder: Path, there: Mapping[str, Path], student: bytes) -> dict[str, bytes]:
    """Further files of the model that is there, if it is this very student and all are intact."""
    try:
        config = unseal(config_of(folder, there), there[CONFIG])
        further = config["files"].keys() - {STUDENT, README}
        same = config["files"].get(STUDENT, {}).get("sha256") == sealed.digest(student)
        return check_listed(folder, there, config, further) if same else {}
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
        content = content_of(folder, there[CONFIG])
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

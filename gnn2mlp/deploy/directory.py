"""Reading a model directory: all its files are checked, each is read once. Imports no torch to check."""

from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gnn2mlp.core.errors import ArtefactError
from gnn2mlp.core.files import user_path
from gnn2mlp.deploy.description import about_of
from gnn2mlp.deploy.model_files import STUDENT, ModelDirectory, check_no_network, checked_files, files_at
from gnn2mlp.deploy.sealed import CONFIG
from gnn2mlp.deploy.steady import steady

if TYPE_CHECKING:
    from gnn2mlp.core.artefact import Artefact


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
    return steady(folder, lambda: checked_files(folder, files_at(folder), keep))


def verify(directory: str | Path) -> dict[str, Any]:
    """Check every file of a model directory; what its `config.json` says.

    Raises:
        ArtefactError: if a file is missing, altered, not listed or a link that leads elsewhere, or if the directory is
            no model, or one of a newer format.
    """
    return read_directory(directory, ()).config


def id_columns(directory: str | Path) -> list[str]:
    """The columns of ids of the tables that a model was made from; none where its directory says of none.

    Raises:
        ArtefactError: as `verify`.
    """
    folder = user_path(directory, "directory")
    if not folder.is_dir() or CONFIG not in files_at(folder):
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
        there = files_at(folder) if folder.is_dir() else {}
        if CONFIG in there:
            found = checked_files(folder, there, (STUDENT,))
            return artefact.decode(found.files[STUDENT], "student", there[STUDENT]), about_of(found.config)
        check_no_network(folder)
        alone = artefact.load(folder / STUDENT, "student")
        if alone.card.get("directory"):
            raise ArtefactError(
                f"expected {CONFIG} beside {STUDENT} in {folder}, with which it was written, found none; copy the "
                "whole directory"
            )
        return alone, {}

    return steady(folder, read)

"""The folder of a table of rows: what is the table's own in it, and how one table takes the place of another."""

import shutil
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from gnn2mlp.core.digest import digest_json
from gnn2mlp.core.errors import ArtefactError, ConfigError
from gnn2mlp.core.files import read_json, write_json
from gnn2mlp.core.locks import locked
from gnn2mlp.tables.table import MANIFEST, SHARED, RowTable


def table_of(
    folder: Path, identity: Mapping[str, Any], write: Callable[[Path], dict[str, Any]], waiting: Callable[[], object]
) -> RowTable:
    """The table in a folder if it is made of that, else one that is made there now; one process makes it at a time.

    Args:
        folder: of the table.
        identity: what decides its rows, as its manifest says.
        write: as in `replace_table`.
        waiting: called before another process is waited for.

    Raises:
        ConfigError: if something else lies there.
        ArtefactError: as `replace_table`.
    """
    with locked(folder, waiting):
        present = present_table(folder)
        if present is not None and present.manifest["identity"] == identity:
            return present
        check_own(folder)
        replace_table(folder, write)
    return RowTable.open(folder)


def rows_folder(identity: Mapping[str, Any]) -> str:
    """The folder of shards within that of a table, by what they are made of."""
    return f"rows-{digest_json(identity)}"


def present_table(folder: Path) -> RowTable | None:
    """The table in a folder, if there is one and none of its files is missing."""
    with suppress(ArtefactError):
        table = RowTable.open(folder)
        if all(table.path(file).exists() for file in _files(table.manifest)):
            return table
    return None


def check_own(folder: Path) -> None:
    """Raise `ConfigError` if something lies there that is no table of rows, and no table."""
    if (folder / MANIFEST).exists() or not folder.exists():
        return
    if not folder.is_dir() or any(folder.iterdir()):
        raise ConfigError(f"{folder} holds something else than a table of rows; choose another folder")


def replace_table(folder: Path, write: Callable[[Path], dict[str, Any]]) -> None:
    """Put another table in the place of the one that is there, if any.

    Whatever fails, the table is the one that was there before. Files that are not the table's own are left alone. The
    caller holds the folder's lock.

    Args:
        folder: of the table.
        write: makes shards in the folder `rows` of the one that it is given, and returns their manifest.

    Raises:
        ArtefactError: if the disk is full or cannot be written.
    """
    work = folder.absolute().with_name(f".{folder.absolute().name}.unfinished")
    shutil.rmtree(work, ignore_errors=True)  # what an interrupted join left
    try:
        work.mkdir(parents=True)
        manifest = write(work)
        folder.mkdir(exist_ok=True)
        former = _former(folder)
        _put(work / "rows", folder, manifest)
        if former.get("folder") != manifest["folder"]:
            _remove_shards(folder, former)
    except OSError as error:
        if isinstance(error, ArtefactError):
            raise
        raise ArtefactError(f"could not write {folder} ({error}); free some space or choose another folder") from error
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _put(rows: Path, folder: Path, manifest: dict[str, Any]) -> None:
    """Move shards into the folder, and then say in its manifest that they are there."""
    place = folder / manifest["folder"]
    shutil.rmtree(place, ignore_errors=True)  # what is left of the same table
    rows.replace(place)
    try:
        write_json(folder / MANIFEST, manifest)
    except BaseException:
        shutil.rmtree(place, ignore_errors=True)
        raise


def _former(folder: Path) -> dict[str, Any]:
    """The manifest in a folder, of whatever release; empty if there is none."""
    with suppress(ArtefactError):
        manifest = read_json(folder / MANIFEST)
        if isinstance(manifest, dict) and "shards" in manifest:
            return manifest
    return {}


def _remove_shards(folder: Path, manifest: Mapping[str, Any]) -> None:
    """Remove the files that a manifest names."""
    rows = folder / manifest.get("folder", ".")
    for file in _files(manifest):
        (rows / file).unlink(missing_ok=True)
    with suppress(OSError):  # something of somebody else's lies in it
        rows.rmdir()


def _files(manifest: Mapping[str, Any]) -> list[str]:
    entries = [entry for role in manifest.get("shards", {}).values() for entry in role]
    return [SHARED, *(entry[0] for entry in entries)] if entries else []

"""Raw text files of a set of graphs: in a folder of the data root, or in the archive that was downloaded."""

import gzip
import io
import zipfile
import zlib
from pathlib import Path
from typing import IO, Any, NamedTuple

import numpy as np

from gnn2mlp.core.errors import DataError
from gnn2mlp.data.datasets._base import RawFiles

# What a truncated or foreign file makes gzip, zipfile and numpy raise.
_UNREADABLE = (OSError, EOFError, ValueError, zlib.error, zipfile.BadZipFile)


class RawFolder(NamedTuple):
    """A folder of raw files, on disk or within an archive.

    Args:
        place: the folder.
        name: of the data set, for messages.
    """

    place: Path | zipfile.Path
    name: str

    def has(self, relative: str) -> bool:
        """Whether there is such a file."""
        return self.place.joinpath(relative).exists()

    def numbers(self, relative: str, dtype: Any = np.int64, blank: bool = False) -> np.ndarray:
        """The numbers of a file, their separators commas, as an array (lines, columns).

        Args:
            relative: the file within the folder; one that ends in `.gz` is unpacked.
            dtype: of the array.
            blank: whether cells may be empty, which are NaN then.

        Raises:
            DataError: if there is no such file, or it holds something else.
        """
        path = self.place.joinpath(relative)
        if not path.exists():
            raise DataError(f"{self.name}: expected the raw file {path}, found none; put it there")
        options: dict[str, Any] = {"converters": lambda cell: float(cell.strip() or "nan")} if blank else {}
        try:
            with path.open("rb") as raw, _text(raw, relative) as lines:
                return np.loadtxt(lines, dtype, delimiter=",", ndmin=2, comments=None, **options)
        except _UNREADABLE as error:
            raise DataError(f"{self.name}: expected numbers between commas in {path}, got: {error}") from error

    def first_line(self, relative: str) -> str:
        """The first line of a text file; empty if there is no such file."""
        if not self.has(relative):
            return ""
        with self.place.joinpath(relative).open("rb") as raw, _text(raw, relative) as lines:
            return lines.readline().strip()


def _text(raw: IO[Any], relative: str) -> io.TextIOWrapper:
    return io.TextIOWrapper(gzip.open(raw) if relative.endswith(".gz") else raw, encoding="utf-8")


def raw_folder(files: RawFiles, folder: str, inside: str, needed: str, url: str, name: str) -> RawFolder:
    """The folder of raw files under the data root, or within the archive that is downloaded where there is no root.

    Args:
        files: where raw files are found.
        folder: of the data set, under the data root.
        inside: the same in the archive.
        needed: a file that the folder must hold.
        url: of the archive.
        name: of the data set, for messages.

    Raises:
        DataError: if the data root does not hold it, or if it cannot be downloaded.
    """
    if files.root is not None:
        files.fetch(f"{folder}/{needed}", None)
        return RawFolder(files.root / folder, name)
    archive = files.fetch(f"{folder}.zip", url)
    try:
        return RawFolder(zipfile.Path(archive, f"{inside}/" if inside else ""), name)
    except _UNREADABLE as error:
        raise DataError(
            f"{name}: expected a zip archive at {archive}, got: {error}; delete it to load it anew"
        ) from error

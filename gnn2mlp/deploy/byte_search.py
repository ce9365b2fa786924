"""Whether texts, such as the id of a row that was removed, are anywhere in a folder: byte by byte. Imports no torch."""

import bz2
import gzip
import json
import lzma
import os
import re
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import IO, Any

from gnn2mlp.core.errors import ArtefactError, ConfigError
from gnn2mlp.core.files import user_path
from gnn2mlp.core.parquet import open_table, reading

# Bytes that are read at once.
_BLOCK = 1 << 22


def traces(
    directory: str | Path, texts: Iterable[str], whole: bool = False, numbers: Iterable[int] = ()
) -> dict[str, list[str]]:
    """The texts that stand in files of a folder, hidden ones and those of its folders included, by the file's path.

    What is looked for are their bytes in UTF-8, UTF-16 and UTF-32 (numpy's), and as JSON and HTML write them, in files
    and in their names. Archives (zip, `.npz`), gzip, bzip2, xz and Parquet tables are looked into as well; what is
    compressed otherwise is not. Numbers that were computed from a row are no text: of those
    `gnn2mlp.evaluate.membership` tells.

    Args:
        directory: a model directory, or any other folder.
        texts: such as ids and rare words; each of three letters at least, as shorter ones are found anywhere.
        whole: only where no letter, digit or decimal point joins on: an id such as 11339 is no part of 0.1133912.
        numbers: ids that are looked for as arrays hold them as well, in 64 bits; each should be larger than whatever
            else is counted.

    Raises:
        ConfigError: for a text that is shorter, or no folder.
        ArtefactError: if a file cannot be read, or is packed and damaged.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     _ = Path(folder, "scores.json").write_text('{"id": "page-17"}')
        ...     traces(folder, ["page-17", "page-18"])
        {'scores.json': ['page-17']}
    """
    folder = user_path(directory, "directory")
    if not folder.is_dir():
        raise ConfigError(f"traces: expected a folder at {folder}, found none")
    forms = {text: _forms(text) for text in texts}
    if short := [text for text in forms if len(text) < 3]:
        raise ConfigError(f"traces: expected texts of three letters or more, got {short[0]!r}")
    wanted = {text: _pattern(each, whole) for text, each in forms.items()}
    for number in numbers:
        binary = {number.to_bytes(8, order, signed=True) for order in ("little", "big")}
        wanted[str(number)] = _either(wanted.get(str(number)), _pattern(binary, whole=False))
        forms.setdefault(str(number), binary)
    longest = max((len(form) for each in forms.values() for form in each), default=8) + 1
    found: dict[str, list[str]] = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        held = _held([os.fsencode(name)], wanted, longest)
        if path.is_file():
            held |= _held_inside(path, wanted, longest)
        if held:
            found[name] = [text for text in wanted if text in held]
    return found


def _forms(text: str) -> set[bytes]:
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&#34;")
    written = (text, json.dumps(text)[1:-1], escaped.replace("'", "&#39;"))
    wide = ("utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be")
    found = {one.encode("utf-8", "surrogatepass") for one in written}
    return found | {text.encode(each, "surrogatepass") for each in wide}


def _pattern(forms: set[bytes], whole: bool) -> re.Pattern[bytes]:
    """Any of the forms; a whole one begins and ends where a word does."""
    any_of = b"|".join(re.escape(form) for form in sorted(forms))
    return re.compile(b"(?<![0-9A-Za-z.])(?:" + any_of + b")(?![0-9A-Za-z])" if whole else any_of)


def _either(one: re.Pattern[bytes] | None, other: re.Pattern[bytes]) -> re.Pattern[bytes]:
    return other if one is None else re.compile(one.pattern + b"|" + other.pattern)


def _held(blocks: Iterable[bytes], wanted: Mapping[str, re.Pattern[bytes]], longest: int) -> set[str]:
    """Those of the texts that blocks of bytes, one behind the other, hold."""
    held: set[str] = set()
    tail = b""
    for block in blocks:
        block = tail + block
        held |= {text for text, pattern in wanted.items() if text not in held and pattern.search(block)}
        tail = block[-longest:]
    return held


def _held_inside(path: Path, wanted: Mapping[str, re.Pattern[bytes]], longest: int) -> set[str]:
    """Those of the texts that a file holds, or what is packed into it."""
    try:
        return set().union(*(_held(blocks, wanted, longest) for blocks in _contents(path)))
    except (OSError, EOFError, zlib.error, lzma.LZMAError, zipfile.BadZipFile, RuntimeError) as error:
        raise ArtefactError(f"traces: could not read {path} ({error}); look into it by other means") from error


def _contents(path: Path) -> Iterator[Iterator[bytes]]:
    """The bytes of a file in blocks, then those of whatever is packed into it."""
    with path.open("rb") as file:
        yield _blocks(file)
        file.seek(0)
        begin = file.read(8)
    opening = next((opened for mark, opened in _PACKED.items() if begin.startswith(mark)), None)
    if opening is not None:
        yield from opening(path)


def _blocks(file: IO[bytes]) -> Iterator[bytes]:
    while block := file.read(_BLOCK):
        yield block


def _unpacked(opened: Callable[..., Any], path: Path) -> Iterator[Iterator[bytes]]:
    with opened(path) as file:
        yield _blocks(file)


def _members(path: Path) -> Iterator[Iterator[bytes]]:
    """Of an archive, the names of its members and what they hold."""
    with zipfile.ZipFile(path) as archive:
        yield iter(["\n".join(archive.namelist()).encode()])
        for name in archive.namelist():
            with archive.open(name) as file:
                yield _blocks(file)


def _columns(path: Path) -> Iterator[Iterator[bytes]]:
    """Of a Parquet table, the values of its columns as text."""
    with reading(path):
        for batch in open_table(path).iter_batches():
            yield iter(["\n".join(map(str, column.to_pylist())).encode() for column in batch.columns])


# What files that hold others begin with.
_PACKED: Mapping[bytes, Callable[[Path], Iterator[Iterator[bytes]]]] = {
    b"PK\x03\x04": _members,
    b"\x1f\x8b": partial(_unpacked, gzip.open),
    b"BZh": partial(_unpacked, bz2.open),
    b"\xfd7zXZ\x00": partial(_unpacked, lzma.open),
    b"PAR1": _columns,
}

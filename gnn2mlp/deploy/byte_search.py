"""Whether texts, such as the id of a row that was removed, are anywhere in a folder: byte by byte. Imports no torch."""

import json
import re
from collections.abc import Iterable
from pathlib import Path

from gnn2mlp.core.errors import ArtefactError, ConfigError
from gnn2mlp.core.files import user_path

# Bytes that are read at once.
_BLOCK = 1 << 22


def traces(directory: str | Path, texts: Iterable[str], whole: bool = False) -> dict[str, list[str]]:
    """The texts that stand in files of a folder, hidden ones and those of its folders included, by the file's path.

    What is looked for are their bytes in UTF-8 and UTF-16, and as JSON and HTML write them. Compressed files, which the
    package writes none of, are not opened. Numbers that were computed from a row are no text: of those
    `gnn2mlp.evaluate.membership` tells.

    Args:
        directory: a model directory, or any other folder.
        texts: such as ids and rare words; each of three letters at least, as shorter ones are found anywhere.
        whole: only where no letter, digit or decimal point joins on: an id such as 11339 is no part of 0.1133912.

    Raises:
        ConfigError: for a text that is shorter, or no folder.
        ArtefactError: if a file cannot be read.

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
    longest = max((len(form) for each in forms.values() for form in each), default=1) + 1
    found = {
        path.relative_to(folder).as_posix(): _held(path, wanted, longest)
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
    return {name: held for name, held in found.items() if held}


def _forms(text: str) -> set[bytes]:
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&#34;")
    written = (text, json.dumps(text)[1:-1], escaped.replace("'", "&#39;"))
    return {one.encode("utf-8", "surrogatepass") for one in written} | {text.encode("utf-16-le", "surrogatepass")}


def _pattern(forms: set[bytes], whole: bool) -> re.Pattern[bytes]:
    """Any of the forms; a whole one begins and ends where a word does."""
    any_of = b"|".join(re.escape(form) for form in sorted(forms))
    return re.compile(b"(?<![0-9A-Za-z.])(?:" + any_of + b")(?![0-9A-Za-z])" if whole else any_of)


def _held(path: Path, wanted: dict[str, re.Pattern[bytes]], longest: int) -> list[str]:
    """Those of the texts that a file holds."""
    held: set[str] = set()
    tail = b""
    try:
        with path.open("rb") as file:
            while block := file.read(_BLOCK):
                block = tail + block
                held |= {text for text, pattern in wanted.items() if pattern.search(block)}
                tail = block[-longest:]
    except OSError as error:
        raise ArtefactError(f"traces: could not read {path} ({error}); look into it with the rights to") from error
    return [text for text in wanted if text in held]

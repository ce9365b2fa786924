"""`config.json` of a model directory: JSON that vouches for every file beside it, and for itself. Imports no torch.

Its last two lines are the seal: the SHA-256 of all bytes before them, as `head -n -2 config.json | sha256sum` prints
it. A checksum notices damage and mix-ups; it is no signature of whoever made the model.
"""

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from gnn2mlp.core.errors import ArtefactError
from gnn2mlp.core.folders import hidden

CONFIG = "config.json"
FORMAT = 1
LIBRARY = "gnn2mlp"
_REMEDY = "copy or download the model again, or make it again"


def seal(config: Mapping[str, Any], files: Mapping[str, bytes]) -> bytes:
    """The bytes of a `config.json` that says `config` and lists `files`, with size and SHA-256.

    Raises:
        ValueError: for what JSON cannot hold, as NaN.
    """
    return reseal({**config, "files": {}}, files)


def reseal(config: Mapping[str, Any], files: Mapping[str, bytes], gone: Collection[str] = ()) -> bytes:
    """The same of a `config.json` that lists files already, of which `files` are new and `gone` are no more."""
    new = {name: {"bytes": len(content), "sha256": digest(content)} for name, content in files.items()}
    listed = {name: told for name, told in {**config["files"], **new}.items() if name not in gone}
    config = {**config, "files": dict(sorted(listed.items()))}
    facts = {"format": FORMAT, "library_name": LIBRARY, **{key: config[key] for key in config if key != "sha256"}}
    text = json.dumps(facts, indent=2, allow_nan=False, ensure_ascii=False).removesuffix("\n}") + ",\n"
    # What is no character, as half of a surrogate pair, is an escape of JSON.
    body = text.encode("utf-8", "backslashreplace")
    return body + _seal_of(body)


def unseal(content: bytes, where: object) -> dict[str, Any]:
    """The facts of a `config.json`, if its seal holds; `where` is for messages.

    Raises:
        ArtefactError: if it is no such file, was altered, or is of a newer format.
    """
    try:
        config = json.loads(content.decode(), object_pairs_hook=_each_once)
        newer, ours = config["format"] > FORMAT, config["library_name"] == LIBRARY
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        reason = " ".join(str(error).split())
        raise ArtefactError(f"{where} is no configuration of a gnn2mlp model ({reason}); {_REMEDY}") from error
    if not ours:
        raise ArtefactError(f"{where} belongs to the library {config['library_name']!r}, not to gnn2mlp")
    if newer:  # first: it may be sealed otherwise
        raise ArtefactError(
            f"{where} has format {config['format']}, this release reads up to {FORMAT}: upgrade gnn2mlp"
        )
    body = b"".join(content.splitlines(keepends=True)[:-2])
    if content != body + _seal_of(body):
        raise ArtefactError(f"{where} does not match its seal: it was altered after writing; {_REMEDY}")
    if not _lists_files(config.get("files")):
        raise ArtefactError(f"{where} lists no files by name, size and SHA-256; {_REMEDY}")
    return dict(config)


def is_foreign(content: bytes) -> bool:
    """Whether a `config.json` is whole, and another library's."""
    try:
        config = json.loads(content)
    except (ValueError, RecursionError):
        return False
    return not isinstance(config, dict) or config.get("library_name") != LIBRARY


def check_file(name: str, content: bytes, listed: Mapping[str, Any], where: object) -> None:
    """Raise `ArtefactError` unless a file has the size and the SHA-256 that are listed."""
    if len(content) != listed["bytes"]:
        found = "more" if len(content) > listed["bytes"] else f"{len(content):,}"
        raise ArtefactError(
            f"{where} should have {listed['bytes']:,} bytes, and has {found}: it is truncated or altered; "
            + _remedy(name)
        )
    if digest(content) != listed["sha256"]:
        raise ArtefactError(f"{where} does not match its checksum: it was altered after writing; {_remedy(name)}")


def digest(content: bytes) -> str:
    """SHA-256 in hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()


def is_file_name(name: str) -> bool:
    """Whether a model directory may hold a file of this name: no path, not hidden."""
    return bool(name) and not hidden(name) and not set(name) & set("/\\\0") and name.isprintable()


def _remedy(name: str) -> str:
    """What to do about an altered file: a README may be edited on purpose."""
    return (
        f"if you edited it, gnn2mlp check DIR --reseal accepts it; else {_REMEDY}" if name == "README.md" else _REMEDY
    )


def _seal_of(body: bytes) -> bytes:
    return f'  "sha256": "{digest(body)}"\n}}\n'.encode()


def _each_once(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"the name {twice!r} stands in it twice")
    return found


def _lists_files(files: Any) -> bool:
    return isinstance(files, dict) and all(
        is_file_name(name)
        and name != CONFIG
        and isinstance(told, dict)
        and isinstance(told.get("bytes"), int)
        and isinstance(told.get("sha256"), str)
        for name, told in files.items()
    )

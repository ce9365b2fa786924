"""Files that can be trusted: written in one step, checksummed, read without pickle.

An artefact is one safetensors file whose header carries a JSON *card* (what it is, how it was made) and a SHA-256
over card and tensors. A reader sees the old file or the new one, never a mixture.
"""

import contextlib
import hashlib
import json
import os
import struct
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

import safetensors
import safetensors.torch
from torch import Tensor

from gnn2mlp.core.digest import tensor_bytes
from gnn2mlp.core.errors import ArtefactError

FORMAT = 1


class Artefact(NamedTuple):
    """What `load` returns: named tensors and the card written with them."""

    tensors: dict[str, Tensor]
    card: dict[str, Any]


def atomic(path: Path, write: Callable[[BinaryIO], object]) -> None:
    """Let `write` fill a temporary file beside `path`, flush it to disk, then put it in place of `path`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            write(file)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(temporary, 0o666 & ~_umask())
        os.replace(temporary, path)
    except BaseException:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(temporary)
        raise


def write_text(path: Path, text: str) -> None:
    """Write a text file atomically (UTF-8)."""
    atomic(path, lambda file: file.write(text.encode()))


def write_json(path: Path, value: Any) -> None:
    """Write a JSON file atomically; NaN is refused, as JSON has none."""
    write_text(path, json.dumps(value, indent=2, allow_nan=False) + "\n")


def read_json(path: Path) -> Any:
    """Read a JSON file.

    Raises:
        ArtefactError: if it is missing or not JSON.
    """
    try:
        return json.loads(path.read_text())
    except (OSError, ValueError) as error:
        raise ArtefactError(f"expected a JSON file at {path}, got: {error}") from error


def save(path: Path, kind: str, tensors: Mapping[str, Tensor], card: Mapping[str, Any]) -> None:
    """Write `tensors` and `card` as one artefact of `kind` at `path`."""
    tensors = {key: value.detach().cpu().contiguous() for key, value in tensors.items()}
    text = json.dumps({"format": FORMAT, "kind": kind, **card}, sort_keys=True, allow_nan=False)
    header = {"card": text, "sha256": _checksum(tensors, text)}
    atomic(path, lambda file: file.write(safetensors.torch.save(tensors, metadata=header)))


def load(path: Path, kind: str) -> Artefact:
    """Read an artefact and verify it.

    Raises:
        ArtefactError: if the file is missing, truncated, altered, of a newer format, or not of `kind`.
    """
    try:
        with safetensors.safe_open(path, framework="pt") as file:
            header = file.metadata() or {}
            tensors = {key: file.get_tensor(key) for key in file.keys()}  # noqa: SIM118 (not a mapping)
    except FileNotFoundError as error:
        raise ArtefactError(f"expected a {kind} artefact at {path}, found no such file") from error
    except (safetensors.SafetensorError, OSError) as error:
        raise ArtefactError(f"{path} is not a readable artefact: it is truncated or altered ({error})") from error
    if "card" not in header or "sha256" not in header:
        raise ArtefactError(f"{path} is a safetensors file without a gnn2mlp card; expected a {kind} artefact")
    if _checksum(tensors, header["card"]) != header["sha256"]:
        raise ArtefactError(f"{path} does not match its checksum: it was altered after writing; make it again")
    return Artefact(tensors, _checked_card(path, kind, header["card"]))


def read_card(path: Path, kind: str) -> dict[str, Any]:
    """The card of an artefact alone, without reading (or verifying) its tensors."""
    try:
        with path.open("rb") as file:
            (length,) = struct.unpack("<Q", file.read(8))
            header = json.loads(file.read(length))["__metadata__"]
        return _checked_card(path, kind, header["card"])
    except (OSError, ValueError, KeyError, struct.error) as error:
        if isinstance(error, ArtefactError):
            raise
        raise ArtefactError(f"expected a {kind} artefact at {path}, got: {error}") from error


def _checked_card(path: Path, kind: str, text: str) -> dict[str, Any]:
    card: dict[str, Any] = json.loads(text)
    if card["format"] > FORMAT:
        raise ArtefactError(f"{path} has format {card['format']}, this release reads up to {FORMAT}: upgrade gnn2mlp")
    if card["kind"] != kind:
        raise ArtefactError(f"expected a {kind} artefact at {path}, got a {card['kind']}")
    return card


def _checksum(tensors: Mapping[str, Tensor], card: str) -> str:
    sha = hashlib.sha256(card.encode())
    for key in sorted(tensors):
        sha.update(f"{key}:{tensors[key].dtype}:{tuple(tensors[key].shape)};".encode())
        sha.update(tensor_bytes(tensors[key]))
    return sha.hexdigest()


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask

"""Files that can be trusted: written in one step, checksummed, read without pickle.

An artefact is one safetensors file whose header carries a JSON *card* (what it is, how it was made) and a SHA-256
over card and tensors. A reader sees the old file or the new one, never a mixture.
"""

import hashlib
import json
import os
import struct
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import safetensors
import safetensors.torch
from torch import Tensor

from gnn2mlp.core.digest import update_with_tensors
from gnn2mlp.core.errors import ArtefactError
from gnn2mlp.core.files import atomic, user_path

FORMAT = 1
# What follows the length of the header in every file of `save`.
_BEGIN = b'{"__metadata__"'


class Artefact(NamedTuple):
    """What `load` returns: named tensors and the card written with them."""

    tensors: dict[str, Tensor]
    card: dict[str, Any]


def save(path: str | Path, kind: str, tensors: Mapping[str, Tensor], card: Mapping[str, Any]) -> None:
    """Write `tensors` and `card` as one artefact of `kind` at `path`.

    Args:
        path: where to; its folder is made if need be.
        kind: what it is, e.g. `"knowledge"`; `load` asks for the same.
        tensors: arrays of any dtype and device; two of them may share memory.
        card: JSON-able facts without NaN; its keys `format` and `kind` are set here.

    Raises:
        ArtefactError: if the file cannot be written, or one of another kind is there.
    """
    path = user_path(path)
    check_replaceable(path, kind)
    header, data = _encoded(kind, tensors, card)
    atomic(path, lambda file: (file.write(header), file.write(data)))


def encode(kind: str, tensors: Mapping[str, Tensor], card: Mapping[str, Any]) -> bytes:
    """What `save` writes, with the same arguments, which always give the same bytes."""
    return b"".join(_encoded(kind, tensors, card))


def _encoded(kind: str, tensors: Mapping[str, Tensor], card: Mapping[str, Any]) -> tuple[bytes, memoryview]:
    """Length and header, and all that follows them."""
    owned, text = _unshared(tensors), _text(kind, card)
    content = safetensors.torch.save(owned, metadata={"card": text, "sha256": _checksum(owned, text)})
    begin = 8 + int.from_bytes(content[:8], "little")
    facts = json.loads(content[8:begin])
    # The library writes the metadata in an order that differs from call to call.
    facts = {"__metadata__": dict(sorted(facts.pop("__metadata__").items())), **facts}
    header = json.dumps(facts, ensure_ascii=False, separators=(",", ":")).encode()
    header += b" " * (-len(header) % 8)  # as the format asks for
    return len(header).to_bytes(8, "little") + header, memoryview(content)[begin:]


def decode(content: bytes, kind: str, path: Path) -> Artefact:
    """What `encode` made, if somebody else vouches for every byte of it: the checksum is not computed.

    Args:
        content: of a file.
        kind: what it has to be.
        path: of the file, for messages.

    Raises:
        ArtefactError: if it is no artefact, of a newer format, or not of `kind`.
    """
    try:
        length = 8 + int.from_bytes(content[:8], "little")
        text = json.loads(content[8:length])["__metadata__"]["card"]
        tensors = safetensors.torch.load(content)
    except (ValueError, KeyError, TypeError, RecursionError, safetensors.SafetensorError) as error:
        raise ArtefactError(f"{path} is not a readable artefact of the kind {kind} ({error}); make it again") from error
    return Artefact(tensors, _checked_card(path, kind, text))


def checksum(kind: str, tensors: Mapping[str, Tensor], card: Mapping[str, Any]) -> str:
    """The SHA-256 in the header of the file that `save` makes of the same: it names what another file was made from."""
    return _checksum(_unshared(tensors), _text(kind, card))


def _text(kind: str, card: Mapping[str, Any]) -> str:
    return json.dumps({**card, "format": FORMAT, "kind": kind}, sort_keys=True, allow_nan=False)


def load(path: str | Path, kind: str, verify: bool = True) -> Artefact:
    """Map an artefact into memory and verify it.

    Tensors are views of the file: pages are read as they are needed, and the system may forget them again. The
    checksum reads each byte once and copies none. What `save` puts in the file's place later does not reach them.

    Args:
        path: of the file.
        kind: what it has to be.
        verify: compare the checksum; leave it out for a file that this process has verified before.

    Raises:
        ArtefactError: if the file is missing, truncated, altered, of a newer format, or not of `kind`.

    Example:
        >>> import tempfile, torch
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     save(f"{folder}/a.safetensors", "numbers", {"x": torch.tensor([1, 2])}, {"made": "by hand"})
        ...     tensors, card = load(f"{folder}/a.safetensors", "numbers")
        ...     tensors["x"].tolist(), card["made"]
        ([1, 2], 'by hand')
    """
    path = user_path(path)
    try:
        with safetensors.safe_open(path, framework="pt") as file:
            header = file.metadata() or {}
            tensors = {key: file.get_tensor(key) for key in file.keys()}  # noqa: SIM118 (not a mapping)
    except FileNotFoundError as error:
        raise ArtefactError(f"expected a {kind} artefact at {path}, found no such file") from error
    except safetensors.SafetensorError as error:
        raise ArtefactError(f"{path} is not a readable artefact: it is truncated or altered ({error})") from error
    except OSError as error:
        raise ArtefactError(f"could not read the {kind} artefact at {path} ({error})") from error
    if "card" not in header or "sha256" not in header:
        raise ArtefactError(f"{path} is a safetensors file without a gnn2mlp card; expected a {kind} artefact")
    card = _checked_card(path, kind, header["card"])  # first: a newer format may compute its checksum otherwise
    if verify and _checksum(tensors, header["card"]) != header["sha256"]:
        raise ArtefactError(f"{path} does not match its checksum: it was altered after writing; make it again")
    return Artefact(tensors, card)


def read_card(path: str | Path, kind: str) -> dict[str, Any]:
    """The card of an artefact alone, without reading (or verifying) its tensors.

    Raises:
        ArtefactError: if the file is missing, holds no card, is of a newer format, or not of `kind`.
    """
    path = user_path(path)
    try:
        with path.open("rb") as file:
            (length,) = struct.unpack("<Q", file.read(8))
            if length > path.stat().st_size:  # else a damaged length asks for exabytes
                raise ValueError(f"a header of {length} bytes in a file of {path.stat().st_size}")
            text = json.loads(file.read(length))["__metadata__"]["card"]
    except (OSError, ValueError, KeyError, TypeError, struct.error) as error:
        raise ArtefactError(f"expected a {kind} artefact at {path}, got: {error}") from error
    return _checked_card(path, kind, text)


def check_replaceable(path: Path, kind: str) -> None:
    """Raise `ArtefactError` if there is something else than an artefact of `kind`, whole or damaged, at `path`."""
    if not os.path.lexists(path) or _is_remnant(path):
        return
    try:
        read_card(path, kind)
    except ArtefactError as error:
        raise ArtefactError(
            f"expected nothing or a {kind} artefact at {path}, which holds something else; choose another path, or "
            "remove it if nobody needs it"
        ) from error


def _is_remnant(path: Path) -> bool:
    """Whether the file is empty, or an artefact that ends within its own header."""
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            begin = file.read(8 + len(_BEGIN))
    except OSError:
        return False
    return not size or (begin[8:] == _BEGIN and size < 8 + int.from_bytes(begin[:8], "little"))


def _checked_card(path: Path, kind: str, text: str) -> dict[str, Any]:
    try:
        card: dict[str, Any] = json.loads(text)
        newer, found = card["format"] > FORMAT, card["kind"]
    except (ValueError, KeyError, TypeError) as error:
        raise ArtefactError(f"{path} holds no readable card: it was altered after writing; make it again") from error
    if newer:
        raise ArtefactError(f"{path} has format {card['format']}, this release reads up to {FORMAT}: upgrade gnn2mlp")
    if found != kind:
        raise ArtefactError(f"expected a {kind} artefact at {path}, got a {found}")
    return card


def _unshared(tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The tensors on the CPU, copied where two share memory, which the file format does not allow."""
    owned: dict[str, Tensor] = {}
    seen: set[int] = set()
    for key, value in tensors.items():
        plain = value.detach().cpu().contiguous()
        storage = plain.untyped_storage().data_ptr()
        owned[key] = plain.clone() if storage in seen else plain
        seen.add(storage)
    return owned


def _checksum(tensors: Mapping[str, Tensor], card: str) -> str:
    sha = hashlib.sha256(card.encode())
    update_with_tensors(sha, tensors)
    return sha.hexdigest()

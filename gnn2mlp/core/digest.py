"""Short names for contents: SHA-256 over a canonical form."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from gnn2mlp.core.errors import ArtefactError


def digest_bytes(data: bytes) -> str:
    """First 16 hex digits of the SHA-256 of `data`."""
    return hashlib.sha256(data).hexdigest()[:16]


def digest_path(path: Path) -> str:
    """SHA-256 of a file, or of all files of a folder with their names.

    Raises:
        ArtefactError: if there is none, or it cannot be read.
    """
    try:
        if not path.is_dir():
            with path.open("rb") as file:
                return hashlib.file_digest(file, "sha256").hexdigest()
        sha = hashlib.sha256()
        for each in sorted(path.rglob("*")):
            if each.is_file():
                sha.update(each.relative_to(path).as_posix().encode() + b"\0")
                with each.open("rb") as file:
                    hashlib.file_digest(file, lambda: sha)
        return sha.hexdigest()
    except OSError as error:
        raise ArtefactError(f"expected a table at {path}, got: {error.strerror}") from error


def digest_json(value: Any) -> str:
    """Digest of a JSON-able value; the order of keys does not matter."""
    return digest_bytes(json.dumps(value, sort_keys=True, separators=(",", ":")).encode())


def tensor_bytes(tensor: Tensor) -> memoryview:
    """The raw bytes of a tensor of any dtype, without a copy where it is contiguous and on the CPU."""
    flat = tensor.detach().cpu().contiguous().reshape(-1)
    if flat.numel() == 1:  # counts as contiguous whatever its stride, which `view` minds
        flat = flat.as_strided((1,), (1,))
    return flat.view(torch.uint8).numpy().data if flat.numel() else memoryview(b"")


def tensor_header(name: str, dtype: torch.dtype, shape: Sequence[int]) -> bytes:
    """What goes before a tensor's bytes into a digest of several: no two sets of tensors then have the same bytes."""
    return f"{name}:{dtype}:{tuple(shape)};".encode()


def digest_tensors(tensors: Mapping[str, Tensor]) -> str:
    """Digest of named tensors: names, dtypes, shapes and bytes, independent of their order."""
    sha = hashlib.sha256()
    update_with_tensors(sha, tensors)
    return sha.hexdigest()[:16]


def update_with_tensors(sha: "hashlib._Hash", tensors: Mapping[str, Tensor]) -> None:
    """Let `sha` go on with names, dtypes, shapes and bytes of named tensors, in the order of their names."""
    for key in sorted(tensors):
        sha.update(tensor_header(key, tensors[key].dtype, tensors[key].shape))
        sha.update(tensor_bytes(tensors[key]))

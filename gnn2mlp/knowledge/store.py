"""A directory cache of artefacts by digest: what was made once from the same inputs is not made again."""

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

from gnn2mlp.core.digest import digest_json
from gnn2mlp.core.errors import ArtefactError, ConfigError
from gnn2mlp.core.files import check_writable, user_path

REMEDY = "name another folder with --cache (in Python: cache=) or GNN2MLP_CACHE"
T = TypeVar("T")


def default_root() -> Path:
    """`$GNN2MLP_CACHE`, or `gnn2mlp` in the user's cache directory.

    Raises:
        ConfigError: if nobody has said where, and the user has no home.
    """
    if root := os.environ.get("GNN2MLP_CACHE"):
        return user_path(root, "GNN2MLP_CACHE")
    if root := os.environ.get("XDG_CACHE_HOME"):
        return user_path(root, "XDG_CACHE_HOME") / "gnn2mlp"
    try:
        return Path.home() / ".cache" / "gnn2mlp"
    except RuntimeError as error:
        raise ConfigError(f"cache: expected a home folder to keep it in, found none; {REMEDY}") from error


class Store:
    """Artefacts under `root/<kind>/<digest>.safetensors`, where the digest is that of all that decides the content.

    A damaged entry counts as absent and is made again.
    """

    def __init__(self, root: Path):
        self.root = root

    def path(self, kind: str, identity: Mapping[str, Any]) -> Path:
        """Where the artefact made from `identity` (JSON-able) lies."""
        return self.root / kind / f"{digest_json(identity)}.safetensors"

    def get_or_make(
        self,
        kind: str,
        identity: Mapping[str, Any],
        load: Callable[[Path], T],
        make: Callable[[Path], T],
    ) -> T:
        """Load the entry of `identity`; if there is none, let `make` write it to the given path and return it.

        Raises:
            ArtefactError: if nothing can be written there, before `make` is called. To read, a cache need not be
                writable.
        """
        path = self.path(kind, identity)
        if os.path.exists(path):  # not Path.exists, which fails in a folder that may not be read
            try:
                return load(path)
            except ArtefactError:
                self._check()
                path.unlink(missing_ok=True)
        self._check()
        return make(path)

    def _check(self) -> None:
        check_writable(self.root, f"it is the cache of trained teachers: {REMEDY}")

"""A directory cache of artefacts by digest: what was made once from the same inputs is not made again."""

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

from gnn2mlp.core.digest import digest_json
from gnn2mlp.core.errors import ArtefactError

T = TypeVar("T")


def default_root() -> Path:
    """`$GNN2MLP_CACHE`, or `gnn2mlp` in the user's cache directory."""
    if root := os.environ.get("GNN2MLP_CACHE"):
        return Path(root)
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "gnn2mlp"


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
        """Load the entry of `identity`; if there is none, let `make` write it to the given path and return it."""
        path = self.path(kind, identity)
        if path.exists():
            try:
                return load(path)
            except ArtefactError:
                path.unlink(missing_ok=True)
        return make(path)

"""Hop features on disk: what `propagate_hops` leaves, read a part at a time."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from gnn2mlp.core.digest import digest_json
from gnn2mlp.core.errors import ArtefactError
from gnn2mlp.core.files import read_json
from gnn2mlp.core.showing import short_repr
from gnn2mlp.tables.hops.parts import HopParts
from gnn2mlp.tables.hops.plan import HopPlan

FORMAT = 1
MANIFEST = "manifest.json"


class HopChunk(NamedTuple):
    """Some consecutive nodes: ids, an arrow array, and float32 (rows, hops + 1, width), hop 0 first."""

    ids: Any
    x: np.ndarray


@dataclass(frozen=True, eq=False)
class HopTable:
    """Features X of nodes, ÂX, ..., Â^K X, in the order of the table of nodes.

    Args:
        folder: of the manifest, and of a folder of Parquet files for each hop.
        manifest: what the table holds and what it was made of, in plain types.
    """

    folder: Path
    manifest: Mapping[str, Any] = field(repr=False)

    __repr__ = short_repr

    @classmethod
    def open(cls, folder: Path) -> "HopTable":
        """Read the manifest of finished hops.

        Raises:
            ArtefactError: if there is none, or it is of a newer format.
        """
        manifest = read_json(folder / MANIFEST) if (folder / MANIFEST).exists() else None
        if not isinstance(manifest, dict) or "hops" not in manifest:
            raise ArtefactError(
                f"expected finished hop features in {folder}, found none; make them: gnn2mlp propagate NODES EDGES "
                f"--out {folder}"
            )
        if manifest["format"] > FORMAT:
            raise ArtefactError(f"{folder} has format {manifest['format']}, this release reads up to {FORMAT}: upgrade")
        return cls(folder, manifest)

    @property
    def hops(self) -> int:
        """K, the highest power of Â."""
        return int(self.manifest["hops"])

    @property
    def rows(self) -> int:
        """How many nodes there are."""
        return self.plan.rows

    @property
    def width(self) -> int:
        """How many features a node has in each hop."""
        return self.plan.width

    @property
    def id_column(self) -> str:
        """What the column of ids is called."""
        return str(self.manifest["id_column"])

    @property
    def counts(self) -> Mapping[str, int]:
        """Nodes, edges, and what became of them."""
        return dict(self.manifest["counts"])

    @property
    def plan(self) -> HopPlan:
        """How rows are cut into parts."""
        return HopPlan(*self.manifest["plan"])

    @cached_property
    def digest(self) -> str:
        """Digest of the content of all files."""
        return digest_json(self.manifest["digests"])

    def parts(self, hop: int) -> HopParts:
        """The files of a hop."""
        return HopParts(self.folder, hop, self.plan, self.id_column)

    def chunk(self, part: int, hops: int | None = None) -> HopChunk:
        """The nodes of a part with all hops, or those up to one.

        Raises:
            ArtefactError: if a file is missing or damaged.
        """
        last = self.hops if hops is None else hops
        x = np.empty((self.plan.part_rows(part), last + 1, self.width), dtype=np.float32)
        for hop in range(last + 1):
            x[:, hop] = self.parts(hop).rows(part)
        return HopChunk(self.parts(0).ids(part), x)

    def chunks(self, hops: int | None = None) -> Iterator[HopChunk]:
        """All nodes, a part at a time."""
        return (self.chunk(part, hops) for part in range(self.plan.parts))

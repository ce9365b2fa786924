"""Rows on disk, told apart by a hash of their ids: one side of a partitioned join."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from gnn2mlp.core.errors import DataError
from gnn2mlp.core.hashing import uniform


class Buckets:
    """Files in a folder, which rows are appended to and then read from once.

    Args:
        folder: where the files are.
        side: what they hold, for their names.
        count: how many there are.
        seed: of the hash.
    """

    def __init__(self, folder: Path, side: str, count: int, seed: int):
        self.folder = folder
        self.side = side
        self.count = count
        self.seed = seed
        self._kind: np.dtype | None = None

    def append(self, columns: Mapping[str, np.ndarray]) -> None:
        """Add rows, each to the bucket of its id.

        Args:
            columns: arrays with a row each; `id` is one of them. Always the same.

        Raises:
            DataError: if an array has another width than before.
        """
        kind = np.dtype([(name, value.dtype, value.shape[1:]) for name, value in columns.items()])
        if self._kind not in (None, kind):
            raise DataError(f"{self.side}: expected lists of one length in a column throughout, got several")
        self._kind = kind
        place = (hashed(columns["id"], self.seed, "table/bucket") * self.count).astype(np.int64)
        order = np.argsort(place, kind="stable")
        rows = np.empty(len(order), dtype=kind)
        for name, value in columns.items():
            rows[name] = value[order]
        found, start = np.unique(place[order], return_index=True)
        for bucket, part in zip(found, np.split(rows, start[1:]), strict=True):
            with self._path(bucket).open("ab") as file:
                part.tofile(file)

    def pop(self, bucket: int) -> np.ndarray:
        """The rows of a bucket, a structured array ascending by id; its file is removed."""
        path = self._path(bucket)
        if not path.exists():
            return np.empty(0, dtype=self._kind)
        rows = np.fromfile(path, dtype=self._kind)
        path.unlink()
        return np.asarray(rows[np.argsort(rows["id"], kind="stable")])

    def _path(self, bucket: int) -> Path:
        return self.folder / f"{self.side}-{bucket:05d}.bucket"


def hashed(ids: np.ndarray, seed: int, purpose: str) -> np.ndarray:
    """float64 (ids,) in [0, 1): a pure function of each id, the seed and the purpose."""
    return uniform(ids, seed, purpose)

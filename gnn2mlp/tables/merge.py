"""Two sorted tables merged a bucket of rows at a time."""

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np

from gnn2mlp.core.parquet import pyarrow_modules
from gnn2mlp.tables.ids import Ids

# What a table is sorted by, and the bulk of a row.
BUCKET, ID, ROW = "bucket", "id", "row"


class Rows(NamedTuple):
    """Rows of a bucket, ascending by id, each once: ids as `Ids.read` gives them, and a structured array (rows,)."""

    ids: Any
    values: np.ndarray

    def take(self, places: np.ndarray) -> "Rows":
        """The rows at some places."""
        arrow, _ = pyarrow_modules()
        return Rows(self.ids.take(arrow.array(places)), self.values[places])


class Notes:
    """Ids that cannot be joined: how many, and an example."""

    def __init__(self, ids: Ids):
        self.ids = ids
        self.counts: Counter[str] = Counter()
        self.first: dict[str, str] = {}
        self._least: dict[str, Any] = {}

    def add(self, what: str, ids: Any) -> None:
        """Count ids; the least of all is the example."""
        if not len(ids):
            return
        arrow, _ = pyarrow_modules()
        least = arrow.compute.min_max(ids)["min"]
        if what not in self._least or least.as_py() < self._least[what]:
            self._least[what] = least.as_py()
            self.first[what] = self.ids.shown(arrow.array([least.as_py()], type=ids.type))
        self.counts[what] += len(ids)


class SortedTable:
    """One side of a merge: rows in the order of bucket and id, of which a bucket is held at a time.

    Args:
        side: what they are, for notes.
        batches: the rows, as `Sorter.ordered` gives them.
        dtype: of the structured array that the bulk of the rows is.
        notes: told which ids are repeated; the first row counts.
    """

    def __init__(self, side: str, batches: Iterator[Any], dtype: np.dtype, notes: Notes):
        self.side = side
        self.dtype = dtype
        self.notes = notes
        self._batches = batches
        self._held: Any = None
        self._last: Any = None

    def take(self, bucket: int, keep: Callable[[Any], np.ndarray] | None = None) -> Rows:
        """The rows of the next bucket.

        Args:
            bucket: which; to be asked for in ascending order.
            keep: of ids, which of them to keep (ids,); default: all.
        """
        arrow, _ = pyarrow_modules()
        ids, values = [], []
        for part in self._parts(bucket):
            fresh = self._unrepeated(part.column(ID))
            chosen = fresh if keep is None else fresh[keep(part.column(ID).take(arrow.array(fresh)))]
            ids.append(part.column(ID).take(arrow.array(chosen)))
            values.append(_structured(part.column(ROW), self.dtype)[chosen])
        if not ids:
            return Rows(arrow.array([], type=self.notes.ids.compared), np.empty(0, dtype=self.dtype))
        return Rows(arrow.concat_arrays(ids), np.concatenate(values))

    def _parts(self, bucket: int) -> Iterator[Any]:
        """The rest of the batch that is held, and more as long as they are of the bucket."""
        while True:
            if self._held is None or not self._held.num_rows:
                self._held = next(self._batches, None)
                if self._held is None:
                    return
            end = int(np.searchsorted(self._held.column(BUCKET).to_numpy(), bucket, side="right"))
            part, self._held = self._held.slice(0, end), self._held.slice(end)
            if end:
                yield part
            if self._held.num_rows:
                return

    def _unrepeated(self, ids: Any) -> np.ndarray:
        """Places of ids that are not those of the row before."""
        arrow, _ = pyarrow_modules()
        repeated = np.zeros(len(ids), dtype=bool)
        repeated[0] = self._last is not None and self._last.equals(ids[0])
        repeated[1:] = arrow.compute.equal(ids.slice(1), ids.slice(0, len(ids) - 1)).to_numpy(zero_copy_only=False)
        self._last = ids[len(ids) - 1]
        self.notes.add(f"repeated in the {self.side}", ids.filter(arrow.array(repeated)))
        return np.flatnonzero(~repeated)


def merged(left: SortedTable, right: SortedTable, bucket: int) -> tuple[Rows, np.ndarray]:
    """The rows of a bucket that both sides have: those of the left, and the values of the right in the same order.

    Of the right, only what the left has is held, however much longer it is.
    """
    arrow, _ = pyarrow_modules()
    rows = left.take(bucket)
    place = np.full(len(rows.ids), -1)

    def known(ids: Any) -> np.ndarray:
        found = arrow.compute.index_in(ids, value_set=rows.ids).is_valid()
        right.notes.add(f"without {left.side}", ids.filter(arrow.compute.invert(found)))
        return np.asarray(found.to_numpy(zero_copy_only=False))

    others = right.take(bucket, known)
    at = arrow.compute.index_in(others.ids, value_set=rows.ids).to_numpy(zero_copy_only=False)
    place[at] = np.arange(len(others.ids))
    lonely = rows.ids.filter(arrow.array(place < 0))
    left.notes.add(f"without {right.side}", lonely)
    return rows.take(np.flatnonzero(place >= 0)), others.values[place[place >= 0]]


def _structured(column: Any, dtype: np.dtype) -> np.ndarray:
    """The values of an arrow array of binary values of one length, whatever its offset, without a copy."""
    _, data = column.buffers()
    return np.frombuffer(data, dtype=dtype, count=len(column), offset=column.offset * dtype.itemsize)

"""Which row an id is of: the ids of nodes, and the rows of whatever names them."""

from functools import cached_property
from typing import Any

import numpy as np

from gnn2mlp.core.errors import DataError, listing
from gnn2mlp.tables.id_values import NAMES, IdValues, id_values

# Keys that are looked up at once: what is made for them stays small beside them.
_CHUNK = 1 << 22
# Arrow makes its hash table of all ids for each question: of fewer keys than this part of the ids, hashes are searched.
_FEW = 4
# A table with a place for each number from the least to the greatest pays while it is at most so many times the ids.
_SPREAD = 4


class NodeIds:
    """The ids of nodes, one a row, each once: numbers, text, bytes, UUIDs, dates or times.

    Looking ids up is linear in their number. Numbers take 8 bytes each besides their order; text is kept as Arrow has
    it where pyarrow is installed, and as Python's strings elsewhere.

    Args:
        ids: (nodes,) as a list, numpy, torch, pandas (a Series or an Index), polars or Arrow.
        where: what holds them, for messages.

    Raises:
        DataError: for a gap, an id that is there twice, values that are no ids, or ids of several kinds; the message
            names the rows.

    Example:
        >>> ids = NodeIds(["p7", "p3", "p9"])
        >>> ids.rows(["p9", "p9", "p1", "p7"]).tolist()  # -1: no such node
        [2, 2, -1, 0]
        >>> NodeIds([4, 7, 4], "column 'page_id'")
        Traceback (most recent call last):
        gnn2mlp.core.errors.DataError: column 'page_id': expected each id once, got 4 (rows 0 and 2) more than once; \
keep one row of each
    """

    def __init__(self, ids: Any, where: str = "ids"):
        self.where = where
        self.values = id_values(ids, where)
        _refuse_gaps(self.values, where)
        self._finder = _Numbers(self.values) if self.values.are_numbers else _Hashed(self.values)
        _refuse_repeated(self.values, self._finder.repeated(), where)

    def __len__(self) -> int:
        return len(self.values.data)

    def shown(self, row: int) -> str:
        """The id of a row as the user would write it, for messages."""
        return self.values.shown(row)

    def rows(self, keys: Any, where: str = "keys") -> np.ndarray:
        """int64 (keys,): the row of each id, -1 where it is no node's, or a gap.

        Args:
            keys: (keys,) in any of the forms that ids may have.
            where: what holds them, for messages.

        Raises:
            DataError: for values that are no ids, or of another kind than the nodes', of which none could match.
        """
        found = id_values(keys, where)
        rows = np.full(len(found.data), -1, dtype=np.int64)
        if found.present is not None and not found.present.any():
            return rows
        if len(rows):
            self._check_comparable(found, where)
            rows[:] = self._finder.rows(found)
        if found.present is not None:
            rows[~found.present] = -1
        if found.kind != self.values.kind and found.are_numbers:  # bits of what 64 bits with a sign cannot hold
            rows[found.data < 0] = -1
        return rows

    def _check_comparable(self, keys: IdValues, where: str) -> None:
        mine, other = self.values.kind, keys.kind
        if len(self) == 0 or NAMES[mine] == NAMES[other]:
            return
        row = 0 if keys.present is None else int(keys.present.argmax())
        remedy = {"text": "astype(str)", "integer": "astype('int64')"}.get(mine, "the type of the other")
        raise DataError(
            f"{where}: expected {NAMES[mine]}, as {self.where} has ({self.shown(0)}), got {NAMES[other]} "
            f"({keys.shown(row)}), none of which can equal one of the nodes' ids; write both as one type: {remedy}"
        )


class _Numbers:
    """int64 ids: a table of places where they are close together, else sorted ids, searched by sorted keys."""

    def __init__(self, ids: IdValues):
        data = ids.data
        low, high = (int(data.min()), int(data.max())) if len(data) else (0, -1)
        self._low, self._high = low, high
        self._table: np.ndarray | None = None
        if high - low < _SPREAD * len(data) + _CHUNK // 4:
            self._table = np.full(high - low + 1, -1, dtype=np.int64)
            self._table[data - low] = np.arange(len(data))
            self._ids = data
        else:
            self._order = np.argsort(data, kind="stable")
            self._ids = data[self._order]

    def repeated(self) -> np.ndarray:
        """Rows that share their id with another."""
        if self._table is None:
            same = self._ids[1:] == self._ids[:-1]
            return np.sort(self._order[np.append(same, False) | np.append(False, same)])
        lost = self._table[self._ids - self._low] != np.arange(len(self._ids))  # another row has taken the place
        return np.flatnonzero(np.isin(self._ids, self._ids[lost])) if lost.any() else np.empty(0, dtype=np.int64)

    def rows(self, keys: IdValues) -> np.ndarray:
        if not len(self._ids):
            return np.full(len(keys.data), -1, dtype=np.int64)
        find = self._search if self._table is None else self._read
        return np.concatenate([find(keys.data[i : i + _CHUNK]) for i in range(0, len(keys.data), _CHUNK)])

    def _read(self, keys: np.ndarray) -> np.ndarray:
        assert self._table is not None
        inside = (keys >= self._low) & (keys <= self._high)
        return np.where(inside, self._table[np.where(inside, keys - self._low, 0)], -1)

    def _search(self, keys: np.ndarray) -> np.ndarray:
        # Sorted keys walk along the sorted ids; in any order each would be a walk through memory.
        order = np.argsort(keys)
        ascending = keys[order]
        places = np.minimum(np.searchsorted(self._ids, ascending), len(self._ids) - 1)
        rows = np.empty(len(keys), dtype=np.int64)
        rows[order] = np.where(self._ids[places] == ascending, self._order[places], -1)
        return rows


class _Hashed:
    """Text and bytes: Arrow's own hash table where the ids are Arrow's, else Python's.

    Questions of few keys, which come one after the other where a table is read in batches, search sorted hashes of the
    ids, which are made once.
    """

    def __init__(self, ids: IdValues):
        self._all = ids
        self._ids = ids.data
        self._place: dict[Any, int] | None = None
        if not hasattr(ids.data, "dictionary_encode"):
            self._place = {value: row for row, value in enumerate(ids.data)}

    def repeated(self) -> np.ndarray:
        """Rows that share their id with another."""
        if self._place is None:
            encoded = self._ids.dictionary_encode()
            codes = encoded.indices.to_numpy(zero_copy_only=False)
            if len(encoded.dictionary) == len(codes):
                return np.empty(0, dtype=np.int64)
            return np.flatnonzero(np.bincount(codes)[codes] > 1)
        lost = {value for row, value in enumerate(self._ids) if self._place[value] != row}
        return np.array([row for row, value in enumerate(self._ids) if value in lost], dtype=np.int64)

    def rows(self, keys: IdValues) -> np.ndarray:
        if self._place is not None:
            return np.fromiter((self._place.get(key, -1) for key in keys.data), dtype=np.int64, count=len(keys.data))
        if len(keys.data) * _FEW < len(self._ids):
            return self._search(keys)
        return self._look_up(keys.data)

    def _look_up(self, keys: Any) -> np.ndarray:
        import pyarrow.compute as compute

        found = compute.index_in(keys, value_set=self._ids)
        return np.asarray(found.fill_null(-1).to_numpy(zero_copy_only=False), dtype=np.int64)

    def _search(self, keys: IdValues) -> np.ndarray:
        """Rows by hash, each compared with the id itself; where another id has the hash, Arrow is asked after all."""
        import pyarrow
        import pyarrow.compute as compute

        from gnn2mlp.tables.keys import id_keys

        there = keys._replace(data=compute.fill_null(keys.data, b"" if keys.kind != "text" else ""), present=None)
        hashes = id_keys(there)
        places = np.minimum(np.searchsorted(self._hashes, hashes), len(self._ids) - 1)
        rows: np.ndarray = np.where(self._hashes[places] == hashes, self._order[places], -1)
        found = np.flatnonzero(rows >= 0)
        own = self._ids.take(pyarrow.array(rows[found]))
        same = compute.equal(own, there.data.take(pyarrow.array(found))).to_numpy(zero_copy_only=False)
        other = found[~same]
        if other.size:
            rows[other] = self._look_up(there.data.take(pyarrow.array(other)))
        return rows

    @cached_property
    def _hashed(self) -> tuple[np.ndarray, np.ndarray]:
        """Hashes of the ids, ascending, and the row of each."""
        from gnn2mlp.tables.keys import id_keys

        hashes = id_keys(self._all)
        order = np.argsort(hashes, kind="stable")
        return hashes[order], order

    @property
    def _hashes(self) -> np.ndarray:
        return self._hashed[0]

    @property
    def _order(self) -> np.ndarray:
        return self._hashed[1]


def _refuse_gaps(ids: IdValues, where: str) -> None:
    if ids.present is not None:
        gaps = np.flatnonzero(~ids.present)
        raise DataError(
            f"{where}: expected an id in every row, got {len(gaps)} without (rows {listing([*map(str, gaps[:100])])}); "
            "drop these rows, or give them ids"
        )


def _refuse_repeated(ids: IdValues, rows: np.ndarray, where: str) -> None:
    if not rows.size:
        return
    rows_of: dict[str, list[str]] = {}
    for row in rows[:10_000]:  # a message names a few
        rows_of.setdefault(ids.shown(int(row)), []).append(str(row))
    named = [f"{shown} (rows {' and '.join(at[:2])})" for shown, at in rows_of.items() if len(at) > 1]
    raise DataError(
        f"{where}: expected each id once, got {listing(named, most=3)} more than once; keep one row of each"
    )

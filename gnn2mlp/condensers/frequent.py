"""Sets of items that many transactions hold: the search by intersecting bitsets (Eclat; Zaki, TKDE 2000)."""

from dataclasses import dataclass

import numpy as np

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.core.showing import short_repr


@dataclass(frozen=True, eq=False)
class FrequentSets:
    """Sets of items and how many transactions hold each, in a fixed order: most frequent first, then smallest.

    Args:
        offsets: int64 (sets + 1,), where each set's items begin.
        items: int64 (all items,), ascending within a set.
        counts: int64 (sets,), transactions that hold all items of a set.

    Example:
        >>> found = frequent_sets(np.array([0, 2, 4, 5]), np.array([0, 1, 0, 1, 0]), 2)
        >>> found.as_lists(), found.counts.tolist()
        ([[0], [1], [0, 1]], [3, 2, 2])
    """

    offsets: np.ndarray
    items: np.ndarray
    counts: np.ndarray

    __repr__ = short_repr

    def __len__(self) -> int:
        return len(self.counts)

    def as_lists(self) -> list[list[int]]:
        """The items of each set."""
        return [one.tolist() for one in np.split(self.items, self.offsets[1:-1])] if len(self) else []


def frequent_sets(offsets: np.ndarray, items: np.ndarray, least: int, most: int = 100_000) -> FrequentSets:
    """All non-empty sets of items that at least `least` transactions hold.

    Args:
        offsets: int64 (transactions + 1,), where each transaction's items begin.
        items: int64 (all items,), no item twice in a transaction.
        least: in how many transactions a set has to be, at least 1.
        most: how many sets there may be.

    Raises:
        ConfigError: if there are more than `most`: their number can double with each item that is let in.
    """
    kept, bits = _bitsets(offsets, items, least)
    found: list[tuple[int, int, tuple[int, ...]]] = []
    # What is left to be grown: items of a set, which items may follow, the transactions that hold all of the set but
    # its last item and each of these, and those that hold that item. They are intersected when their turn comes: those
    # of all sets at once would take memory with the square of the items.
    every = np.full(bits.shape[1], -1, dtype=np.int64).view(np.uint64)
    waiting: list[tuple[tuple[int, ...], np.ndarray, np.ndarray, np.ndarray]] = [
        ((), np.arange(len(kept)), bits, every)
    ]
    while waiting:
        begun, following, others, last = waiting.pop()
        held = others & last
        counts = np.bitwise_count(held).sum(1, dtype=np.int64)
        enough = counts >= least
        following, held, counts = following[enough], held[enough], counts[enough]
        found += [(-int(n), len(begun) + 1, (*begun, int(kept[i]))) for n, i in zip(counts, following, strict=True)]
        if len(found) > most:
            raise ConfigError(
                f"support: expected at most {most} frequent sets, got more among {len(kept)} items that {least} graphs "
                "hold; ask for a higher support"
            )
        waiting += [
            ((*begun, int(kept[one])), following[place + 1 :], held[place + 1 :], held[place])
            for place, one in enumerate(following[:-1])
        ]
    return _arranged(sorted(found))


def _bitsets(offsets: np.ndarray, items: np.ndarray, least: int) -> tuple[np.ndarray, np.ndarray]:
    """Items that enough transactions hold, ascending, and for each the transactions as bits, uint64 (items, words)."""
    number = len(offsets) - 1
    names, place, counts = np.unique(items, return_inverse=True, return_counts=True)
    kept = np.flatnonzero(counts >= least)
    row = np.full(len(names), -1)
    row[kept] = np.arange(len(kept))
    transaction = np.repeat(np.arange(number), np.diff(offsets))
    chosen = row[place] >= 0
    holds = np.zeros((len(kept), -(-number // 64) * 64), dtype=bool)
    holds[row[place][chosen], transaction[chosen]] = True
    return names[kept], np.packbits(holds, axis=1).view(np.uint64)


def _arranged(found: list[tuple[int, int, tuple[int, ...]]]) -> FrequentSets:
    sizes = np.array([size for _, size, _ in found], dtype=np.int64)
    items = np.array([item for _, _, one in found for item in one], dtype=np.int64)
    counts = np.array([-count for count, _, _ in found], dtype=np.int64)
    return FrequentSets(np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64), items, counts)

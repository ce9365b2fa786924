"""The best of many candidates, block by block: exact, equal ones in the order of candidates. Imports no torch."""

import operator
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

import numpy as np

from gnn2mlp.core.showing import short_repr

# Candidates that are scored at once: what a decoder makes of them stays in a processor's cache.
BLOCK = 4096
# Candidates below which one thread has them all: what starting a second one costs is more than it saves.
SHARE = 16 * BLOCK


class Top(NamedTuple):
    """The nodes that one most probably links to, best first.

    Args:
        ids: (k,) of the nodes: row numbers, or ids where the rows have some.
        scores: float32 (k,): the probability of each link.
    """

    ids: np.ndarray
    scores: np.ndarray

    def __repr__(self) -> str:
        return short_repr(self)


class Best(NamedTuple):
    """Rows of the best candidates and their logits, best first, each (k,)."""

    rows: np.ndarray
    logits: np.ndarray

    def __repr__(self) -> str:
        return short_repr(self)


def best(
    score: Callable[[Any], np.ndarray],
    table: Any,
    k: int,
    rows: np.ndarray | None = None,
    without: int | None = None,
    block: int | None = None,
    take: Callable[[Any, np.ndarray], Any] = operator.getitem,
    threads: int = 1,
) -> Best:
    """The k candidates with the greatest logits, fewer where there are fewer; equal ones in the order of candidates.

    A candidate is compared with the k-th best so far, and few pass; so all that is kept is small.

    Args:
        score: from some rows of `table` to their logits.
        table: (rows, width), sliced by blocks.
        k: how many are wanted.
        rows: int64 (candidates,), each once; default: all rows.
        without: the row of the node itself, which is left out.
        block: how many are scored at once; default: `BLOCK`.
        take: gives `rows` of the table, where indexing it is not the fastest way.
        threads: that may score at once, where `score` uses one. Of `SHARE` candidates or fewer, one does.

    Example:
        >>> table = np.array([[3.0], [1.0], [2.0], [3.0]])
        >>> best(lambda block: block[:, 0], table, k=3).rows.tolist()
        [0, 3, 2]
        >>> best(lambda block: block[:, 0], table, k=3, without=0).rows.tolist()
        [3, 2, 1]
    """
    count = len(table) if rows is None else len(rows)
    size = max(SHARE, -(-count // threads))
    parts = [range(start, min(start + size, count)) for start in range(0, count, size)]

    def of(part: range) -> Best:
        return _best_of(score, _blocks(table, rows, part, block or BLOCK, take), k, without)

    if len(parts) < 2:
        return of(range(count))
    with ThreadPoolExecutor(len(parts)) as pool:
        each = list(pool.map(of, parts))
    return _first(np.concatenate([one.rows for one in each]), np.concatenate([one.logits for one in each]), k)


def _best_of(
    score: Callable[[Any], np.ndarray],
    blocks: Iterator[tuple[Callable[[np.ndarray], np.ndarray], Any]],
    k: int,
    without: int | None,
) -> Best:
    found = Best(np.empty(0, np.int64), np.empty(0, np.float32))
    for numbers, some in blocks:
        logits = np.asarray(score(some))
        passing = np.flatnonzero(logits > found.logits[-1]) if len(found.rows) == k else np.arange(len(logits))
        chosen = numbers(passing)
        if without is not None:
            others = chosen != without
            passing, chosen = passing[others], chosen[others]
        if chosen.size:
            found = _first(np.append(found.rows, chosen), np.append(found.logits, logits[passing]), k)
    return found


def _blocks(
    table: Any, rows: np.ndarray | None, part: range, size: int, take: Callable[[Any, np.ndarray], Any]
) -> Iterator[tuple[Callable[[np.ndarray], np.ndarray], Any]]:
    """Blocks of a part of the candidates, each with what turns places in it into rows."""
    for start in range(part.start, part.stop, size):
        end = min(start + size, part.stop)
        if rows is None:
            yield lambda places, start=start: places + start, table[start:end]  # type: ignore[misc]
        else:
            some = rows[start:end]
            yield lambda places, some=some: some[places], take(table, some)  # type: ignore[misc]


def _first(rows: np.ndarray, logits: np.ndarray, k: int) -> Best:
    """The k greatest, where those that came first stand first among equals."""
    if len(rows) > 4 * k:  # a stable sort of all would cost more than all else
        least = np.partition(logits, len(logits) - k)[len(logits) - k]
        there = np.flatnonzero(logits >= least)
        rows, logits = rows[there], logits[there]
    order = np.argsort(-logits, kind="stable")[:k]
    return Best(rows[order], logits[order])

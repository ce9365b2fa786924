"""Which words or items are in a vocabulary, and which rows decide that."""

from collections.abc import Sequence

import numpy as np


def chosen(counts: Sequence[tuple[str, int, int]], least: int, most: int) -> list[str]:
    """The vocabulary, sorted: words in at least `least` rows, of these the `most` most frequent.

    Args:
        counts: word, in how many rows, how often in all.
        least: rows.
        most: words.
    """
    kept = [(-often, word) for word, rows, often in counts if rows >= least]
    return sorted(word for _, word in sorted(kept)[:most])


def spread(rows: int, most: int) -> np.ndarray:
    """Numbers of at most `most` of the rows, evenly spread; all if there are no more."""
    return np.arange(rows) if rows <= most else np.linspace(0, rows - 1, most).astype(np.int64)

"""Which words or items are in a vocabulary."""

from collections.abc import Sequence


def chosen(counts: Sequence[tuple[str, int, int]], least: int, most: int) -> list[str]:
    """The vocabulary, sorted: words in at least `least` rows, of these the `most` most frequent.

    Args:
        counts: word, in how many rows, how often in all.
        least: rows.
        most: words.
    """
    kept = [(-often, word) for word, rows, often in counts if rows >= least]
    return sorted(word for _, word in sorted(kept)[:most])

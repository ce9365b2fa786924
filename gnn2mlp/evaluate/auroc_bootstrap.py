"""How far the AUROC of scores varies over rows that are drawn anew: scores are sorted once, and draws are counted."""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from jaxtyping import Bool, Float

from gnn2mlp.core.seeds import derive

DRAWS = 400
# Counts of rows that are looked at together, so that memory stays small whatever the number of rows.
_AT_ONCE = 2_000_000


def bootstrap_aurocs(
    scores: Mapping[str, Float[np.ndarray, " rows"]],
    right: Bool[np.ndarray, " rows"],
    seed: int = 0,
    draws: int = DRAWS,
) -> dict[str, Float[np.ndarray, " draws"]]:
    """By name, the AUROC of each score on as many rows drawn with replacement; the same rows for every score.

    A draw of right answers alone, or of wrong ones, says nothing, and another one takes its place. Where no row is
    right or none is wrong, nothing is defined and the arrays are empty.

    Args:
        scores: higher where an answer is to be trusted more.
        right: whether each answer is right.
        seed: of the draws.
        draws: how many.

    Example:
        >>> right = np.arange(40) % 3 > 0
        >>> found = bootstrap_aurocs({"knows": right * 1.0, "guesses": np.zeros(40)}, right, draws=3)
        >>> {name: values.tolist() for name, values in found.items()}
        {'knows': [1.0, 1.0, 1.0], 'guesses': [0.5, 0.5, 0.5]}
    """
    if right.all() or not right.any():
        return {name: np.empty(0) for name in scores}
    places = {name: _places(score, right) for name, score in scores.items()}
    random = np.random.default_rng(derive(seed, "bootstrap of an AUROC"))
    found: dict[str, list[np.ndarray]] = {name: [] for name in scores}
    for start in range(0, draws, at_once := max(1, _AT_ONCE // right.size)):
        counts = _counts(random, right, min(draws - start, at_once))
        for name, place in places.items():
            found[name].append(_aurocs(counts, right, place))
    return {name: np.concatenate(parts) for name, parts in found.items()}


class _Places(NamedTuple):
    """Where right answers stand among wrong ones.

    Args:
        wrong: int (wrong rows,), the wrong answers, lowest score first.
        below: int (right rows,), how many of them score below each right answer.
        up_to: int (right rows,), how many score no higher.
    """

    wrong: np.ndarray
    below: np.ndarray
    up_to: np.ndarray


def _places(score: np.ndarray, right: np.ndarray) -> _Places:
    wrong = np.flatnonzero(~right)
    wrong = wrong[np.argsort(score[wrong], kind="stable")]
    below, up_to = (np.searchsorted(score[wrong], score[right], side=side) for side in ("left", "right"))
    return _Places(wrong, below, up_to)


def _counts(random: np.random.Generator, right: np.ndarray, draws: int) -> np.ndarray:
    """How often each row is drawn: int32 (rows, draws)."""
    found: list[np.ndarray] = []
    while len(found) < draws:
        count = np.bincount(random.integers(right.size, size=right.size), minlength=right.size)
        if 0 < count[right].sum() < right.size:
            found.append(count.astype(np.int32))
    return np.stack(found, axis=1)


def _aurocs(counts: np.ndarray, right: np.ndarray, place: _Places) -> np.ndarray:
    """The AUROC of each draw: pairs of a right answer above a wrong one, ties counting half, by all pairs."""
    positive, draws = counts[right], counts.shape[1]
    passed = np.zeros((len(place.wrong) + 1, draws), np.int32)
    np.cumsum(counts[place.wrong], axis=0, out=passed[1:])
    # Twice the pairs, so that they stay whole numbers.
    twice = (positive * (passed[place.below] + passed[place.up_to])).sum(axis=0, dtype=np.int64)
    ratio: np.ndarray = twice / 2 / (positive.sum(axis=0, dtype=np.int64) * passed[-1])
    return ratio

"""What is typical of a group of rows: words by their lift, numbers by their shift, and rows in its middle."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
import scipy.sparse as sp

# A share of this many rows of the whole is added to every group, so that one row alone makes no lift.
_PRIOR = 2.0
# A column of ones and zeros is a word, which is there or not; so is one that differs from 0 in at most this share.
_WORDS = 0.5
# Weights of a word within a text are between 0 and 1, and a frequent one is in up to this share of rows.
_MOST = 0.95
# Of a word, from which lift on it is worth a mention.
_LIFT = 1.1
# Of a number, from which shift in standard deviations on it is worth a mention.
_SHIFT = 0.5


class Feature(NamedTuple):
    """A feature that is typical of a group.

    Args:
        name: of the feature.
        lift: of a word: how many times as often as in all rows it is there. `None` of a number.
        share: of a word: in how many of the group's rows it is.
        shift: of a number: the group's mean less that of all rows, in standard deviations of all. `None` of a word.
    """

    name: str
    lift: float | None = None
    share: float | None = None
    shift: float | None = None

    def __str__(self) -> str:
        if self.shift is not None:
            return f"{'high' if self.shift > 0 else 'low'} {self.name} ({self.shift:+.1f} sd)"
        return f"{self.name} ({self.lift:.{0 if self.lift is not None and self.lift >= 9.95 else 1}f}×)"


def typical_features(
    features: Any, group: np.ndarray, groups: int, names: Sequence[str] | None = None, most: int = 8
) -> list[list[Feature]]:
    """What tells each group from all rows, most telling first.

    A word (a column of ones and zeros, or one that is 0 in most rows) is ranked by p log(p / q), what it adds to the
    divergence between the group and all rows; p is its share in the group and q that in all rows, and p / q its lift.
    So neither what every row has nor what a single one has comes first. A number is ranked by its shift, behind the
    words.

    Args:
        features: (rows, columns), numpy or scipy.
        group: int (rows,), -1 for rows that belong to none; they count among all rows.
        groups: how many there are.
        names: of the columns; default: "feature 0" and so on.
        most: words, and numbers, of each group.

    Example:
        >>> rows = np.array([[1, 0, 0], [1, 0, 1], [0, 1, 0], [0, 1, 0], [0, 0, 1], [0, 0, 0]])
        >>> found = typical_features(rows, np.array([0, 0, 1, 1, -1, -1]), 2, ["council", "show", "the"])
        >>> [str(one) for one in found[0]]
        ['council (2.0×)', 'the (1.2×)']
    """
    matrix = sp.csr_matrix(features)
    rows, columns = matrix.shape
    called = names if names is not None else [f"feature {column}" for column in range(columns)]
    there = np.bincount(matrix.indices[matrix.data != 0], minlength=columns)
    member = _members(group, groups, rows)
    size = np.asarray(member.sum(axis=1)).ravel()
    marks = np.bincount(matrix.indices[matrix.data == 1], minlength=columns) == there
    low, high = _range(matrix)
    words = marks | ((low >= 0) & ((there <= _WORDS * rows) | ((high <= 1) & (there <= _MOST * rows))))
    found = _words(matrix, member, size, there / max(1, rows), words, called, most)
    numbers = np.flatnonzero(~words)
    if numbers.size:
        shifts = _shifts(matrix[:, numbers], member, size)
        for one, shift in zip(found, shifts, strict=True):
            order = np.argsort(-np.abs(shift), kind="stable")[:most]
            kept = [at for at in order if abs(shift[at]) >= _SHIFT]
            one += [Feature(called[numbers[at]], shift=float(shift[at])) for at in kept]
    return found


def central_rows(features: Any, group: np.ndarray, groups: int, most: int = 5) -> list[np.ndarray]:
    """The rows in the middle of each group: the smallest sum of squared distances to its other rows, of unit length.

    The first is the medoid. Rows are scaled to unit length, as texts of different length are compared.

    Args:
        features: (rows, columns), numpy or scipy.
        group: as in `typical_features`.
        groups: likewise.
        most: rows of each group.
    """
    matrix = sp.csr_matrix(features, dtype=np.float64)
    length = np.sqrt(np.asarray(matrix.multiply(matrix).sum(axis=1)).ravel())
    unit = sp.diags(1 / np.where(length > 0, length, 1)) @ matrix
    order = np.argsort(group, kind="stable")
    starts = np.searchsorted(group[order], np.arange(groups + 1))
    found = []
    for start, end in pairwise(starts):
        members = order[start:end]
        own = unit[members]
        near = own @ np.asarray(own.sum(axis=0)).ravel()
        found.append(members[np.argsort(-near, kind="stable")[:most]])
    return found


def _members(group: np.ndarray, groups: int, rows: int) -> sp.csr_matrix:
    """(groups, rows): 1 where a row belongs to a group."""
    inside = np.flatnonzero(group >= 0)
    return sp.csr_matrix((np.ones(inside.size), (group[inside], inside)), shape=(groups, rows))


def _range(matrix: sp.csr_matrix) -> tuple[np.ndarray, np.ndarray]:
    """Lowest and highest value of each column, 0 among them."""
    low, high = np.zeros(matrix.shape[1]), np.zeros(matrix.shape[1])
    np.minimum.at(low, matrix.indices, matrix.data)
    np.maximum.at(high, matrix.indices, matrix.data)
    return low, high


def _words(
    matrix: sp.csr_matrix,
    member: sp.csr_matrix,
    size: np.ndarray,
    base: np.ndarray,
    words: np.ndarray,
    names: Sequence[str],
    most: int,
) -> list[list[Feature]]:
    present = sp.csr_matrix((np.asarray(matrix.data != 0, np.float64), matrix.indices, matrix.indptr), matrix.shape)
    counts = (member @ present).tocsr()
    found: list[list[Feature]] = []
    for row in range(counts.shape[0]):
        inside = slice(counts.indptr[row], counts.indptr[row + 1])
        column, count = counts.indices[inside], counts.data[inside]
        kept = words[column] & (count > 0)
        column, count = column[kept], count[kept]
        share = (count + _PRIOR * base[column]) / (size[row] + _PRIOR)
        lift = share / base[column]
        telling = share * np.log(lift)
        order = np.argsort(-telling, kind="stable")[:most]
        best = [at for at in order if lift[at] >= _LIFT]
        found.append([Feature(names[column[at]], float(lift[at]), float(count[at] / size[row])) for at in best])
    return found


def _shifts(matrix: sp.csr_matrix, member: sp.csr_matrix, size: np.ndarray) -> np.ndarray:
    """(groups, columns): mean of a group less that of all rows, in standard deviations of all."""
    rows = max(1, matrix.shape[0])
    mean = np.asarray(matrix.sum(axis=0), np.float64).ravel() / rows
    square = np.asarray(matrix.multiply(matrix).sum(axis=0), np.float64).ravel() / rows
    spread = np.sqrt(np.maximum(square - mean * mean, 0))
    own = np.asarray((member @ matrix).todense()) / np.maximum(size, 1)[:, None]
    shift: np.ndarray = np.where(spread > 0, (own - mean) / np.where(spread > 0, spread, 1), 0)
    shift[size == 0] = 0
    return shift

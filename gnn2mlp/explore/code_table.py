"""The figures of every code as arrays: what it stands for, how its nodes are linked, what the student makes of it."""

from typing import NamedTuple

import numpy as np
import scipy.sparse as sp

from gnn2mlp.core.showing import short_repr


class CodeFigures(NamedTuple):
    """Figures of codes. Arrays have a row for each code; NaN where there is nothing to count.

    Args:
        nodes: int64 (codes,), observed nodes that have it.
        classes: float64 (codes, classes), shares of each class among its nodes of known class.
        largest: int64 (codes,), the class with the largest share, -1 without any.
        purity: float64 (codes,), that share.
        homophily: float64 (codes,), share of the links of its nodes that lead to their own class, both known.
        degree: float64 (codes,), median number of links of its nodes.
        agreement: float64 (codes,), share of its nodes that the student places there too.
        confused: int64 (codes,), where the student places most of the others; -1 for none.
        confusion: float64 (codes,), share of the code's nodes that it places there.
        accuracy: float64 (codes,), share of its nodes of known class that the student answers right.
    """

    nodes: np.ndarray
    classes: np.ndarray
    largest: np.ndarray
    purity: np.ndarray
    homophily: np.ndarray
    degree: np.ndarray
    agreement: np.ndarray
    confused: np.ndarray
    confusion: np.ndarray
    accuracy: np.ndarray

    def __repr__(self) -> str:
        return short_repr(self)


def code_figures(
    code: np.ndarray,
    codes: int,
    labels: np.ndarray,
    classes: int,
    edges: np.ndarray | None = None,
    student_code: np.ndarray | None = None,
    answer: np.ndarray | None = None,
) -> CodeFigures:
    """The figures of every code; each array has a value for each node of the full graph.

    Args:
        code: int64 (nodes,), -1 for nodes that the teacher did not see.
        codes: how many there are.
        labels: int64 (nodes,), -1 where unknown.
        classes: how many there are.
        edges: int64 (2, edges), each in both directions, between observed nodes; `None`: not known.
        student_code: int64 (nodes,), where the student places it.
        answer: int64 (nodes,), the student's class, -1 without.

    Example:
        >>> found = code_figures(np.array([0, 0, 0, 1]), 2, np.array([1, 1, 0, -1]), 2)
        >>> found.nodes.tolist(), found.largest.tolist(), found.purity.round(2).tolist()
        ([3, 1], [1, -1], [0.67, nan])
    """
    inside = np.flatnonzero(code >= 0)
    nodes = np.bincount(code[inside], minlength=codes)
    known = inside[labels[inside] >= 0]
    table = np.zeros((codes, max(1, classes)))
    np.add.at(table, (code[known], labels[known]), 1)
    shares = _share(table, table.sum(axis=1, keepdims=True))
    filled = table.sum(axis=1) > 0
    nothing = np.full(codes, np.nan)
    agreement, confused, confusion = nothing, np.full(codes, -1), nothing
    if student_code is not None:
        agreement, confused, confusion = _confusion(code[inside], student_code[inside], codes, nodes)
    accuracy = nothing
    if answer is not None:
        judged = known[answer[known] >= 0]
        right = np.bincount(code[judged], answer[judged] == labels[judged], minlength=codes)
        accuracy = _share(right, np.bincount(code[judged], minlength=codes))
    return CodeFigures(
        nodes,
        shares,
        np.where(filled, table.argmax(axis=1), -1),
        np.where(filled, shares.max(axis=1), np.nan),
        nothing if edges is None else _homophily(code, codes, labels, edges),
        nothing if edges is None else _degree(code, codes, edges),
        agreement,
        confused,
        confusion,
        accuracy,
    )


def _share(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    found: np.ndarray = np.where(whole > 0, part / np.maximum(whole, 1), np.nan)
    return found


def _homophily(code: np.ndarray, codes: int, labels: np.ndarray, edges: np.ndarray) -> np.ndarray:
    source, target = edges[:, (labels[edges] >= 0).all(axis=0) & (code[edges[0]] >= 0)]
    alike = np.bincount(code[source], labels[source] == labels[target], minlength=codes)
    return _share(alike, np.bincount(code[source], minlength=codes))


def _degree(code: np.ndarray, codes: int, edges: np.ndarray) -> np.ndarray:
    degree = np.bincount(edges[0], minlength=code.size)
    order = np.lexsort((degree, code))
    order = order[code[order] >= 0]
    starts = np.searchsorted(code[order], np.arange(codes + 1))
    sorted_degree, found = degree[order], np.full(codes, np.nan)
    filled = np.flatnonzero(np.diff(starts))
    low, high = starts[filled], starts[filled + 1] - 1
    found[filled] = (sorted_degree[(low + high) // 2] + sorted_degree[(low + high + 1) // 2]) / 2
    return found


def _confusion(
    code: np.ndarray, placed: np.ndarray, codes: int, nodes: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    same = _share(np.bincount(code[code == placed], minlength=codes), nodes)
    other = code != placed
    table = sp.csr_matrix((np.ones(other.sum()), (code[other], placed[other])), shape=(codes, codes))
    table.sum_duplicates()
    most = np.asarray(table.max(axis=1).todense()).ravel()
    where = np.where(most > 0, np.asarray(table.argmax(axis=1)).ravel(), -1)
    return same, where, _share(most, nodes)

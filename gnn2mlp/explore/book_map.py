"""The interactive map of a `Codebook`: its nodes among its codes, described, with what the student answers."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import torch
from scipy.spatial.distance import cdist

from gnn2mlp.explore.knowledge_map import knowledge_map
from gnn2mlp.explore.map_object import InteractiveMap
from gnn2mlp.explore.placement import CodePlacement
from gnn2mlp.knowledge import TeacherKnowledge

if TYPE_CHECKING:
    from gnn2mlp.explore.book import Codebook

# Codes between which a node lies, where the knowledge does not tell their probabilities.
_NEAR = 4


def book_map(
    book: "Codebook",
    columns: Mapping[str, Any] | None,
    projection: Literal["pca", "tsne", "umap"],
    noun: str,
    title: str,
    most: int | None,
    seed: int,
) -> InteractiveMap:
    """The map of a codebook; arguments and errors as in `Codebook.map`."""
    view = book._view
    answers = None if view is None or not book.class_names else view.answer
    return knowledge_map(
        _soft(book),
        book.features,
        edge_index=book.edges,
        labels=book.labels if book.class_names else None,
        answers=answers,
        names=book.names,
        feature_names=book.feature_names,
        class_names=book.class_names,
        columns=columns,
        texts={code: book.describe(code, noun) for code in np.unique(book.code[book.observed]).tolist()},
        title=title,
        projection=projection,
        seed=seed,
        most=most,
    )


def _soft(book: "Codebook") -> TeacherKnowledge:
    """The knowledge with probabilities of codes; where it has none, by where the student places its nodes."""
    knowledge, view = book.knowledge, book._view
    if "code_probabilities" in knowledge.values or view is None or book.student is None:
        return knowledge
    indices, probabilities = soft_codes(view.placement, book.student.hidden(book._rows)[book.observed])
    found = {"code_indices": torch.from_numpy(indices), "code_probabilities": torch.from_numpy(probabilities)}
    return TeacherKnowledge(knowledge.node_ids, {**knowledge.values, **found}, knowledge.card)


def soft_codes(placement: CodePlacement, hidden: np.ndarray, near: int = _NEAR) -> tuple[np.ndarray, np.ndarray]:
    """Between which codes rows lie: the nearest ones, and softmax(-d²/τ) of them, τ the mean of the smallest d².

    Args:
        placement: the student's map to the codes.
        hidden: (rows, hidden), its activations.
        near: how many codes.

    Returns:
        int32 (rows, near) and float32 (rows, near), nearest first.

    Example:
        >>> placement = CodePlacement(np.eye(1), np.zeros(1), np.array([[0.0], [4.0], [9.0]]), False, np.ones(3, bool))
        >>> codes, probabilities = soft_codes(placement, np.array([[0.0], [2.0]]), near=2)
        >>> codes.tolist(), probabilities.round(2).tolist()
        ([[0, 1], [0, 1]], [[1.0, 0.0], [0.5, 0.5]])
    """
    known = np.flatnonzero(placement.used)
    x = np.asarray(hidden, np.float64) @ placement.weight + placement.bias
    if placement.unit_length:
        x = x / np.maximum(np.linalg.norm(x, axis=1, keepdims=True), 1e-12)
    squares = cdist(x, placement.vectors[known], "sqeuclidean")
    order = np.argsort(squares, axis=1, kind="stable")[:, :near]
    nearest = np.take_along_axis(squares, order, axis=1)
    weight = np.exp(-(nearest - nearest[:, :1]) / max(float(nearest[:, 0].mean()), np.finfo(float).tiny))
    return known[order].astype(np.int32), (weight / weight.sum(axis=1, keepdims=True)).astype(np.float32)

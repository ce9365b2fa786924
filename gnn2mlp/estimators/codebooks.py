"""The codebook of a fitted estimator: of training's nodes, or of any rows as the student places them."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from gnn2mlp.core.errors import ConfigError, MissingKnowledgeError
from gnn2mlp.estimators.nodes import Nodes, node_names, read_nodes
from gnn2mlp.estimators.targets import Targets
from gnn2mlp.explore.book import Codebook
from gnn2mlp.explore.placement import CodePlacement
from gnn2mlp.knowledge import TeacherKnowledge
from gnn2mlp.pipeline.codebooks import codebook_of_graph
from gnn2mlp.tables import NodeIds, read_edges

if TYPE_CHECKING:
    from gnn2mlp.estimators._base import NodeEstimator

_WITHOUT = "expected a teacher with codes, got one without; fit with teacher='vq' and method='vqgraph'"


def of_training(estimator: "NodeEstimator") -> Codebook:
    """The codebook of the nodes that `fit` was given.

    Raises:
        ConfigError: if the estimator was loaded or unpickled, and does not know them.
        MissingKnowledgeError: if the teacher has no codes.
    """
    knowledge = getattr(estimator, "knowledge_", None)
    if not hasattr(estimator, "graph_"):
        if estimator._placement() is None:
            raise MissingKnowledgeError(f"codebook: {_WITHOUT}")
        raise ConfigError(
            "codebook: expected rows, as training's nodes are neither saved nor pickled; give them: "
            "codebook(X, y, edges=edges), or ask before saving"
        )
    if knowledge is None or "codebook" not in knowledge.values:
        raise MissingKnowledgeError(f"codebook: {_WITHOUT}")
    student = estimator.predictor_.on_features()
    return codebook_of_graph(estimator.graph_, knowledge, student, reader=estimator.predictor_)


def of_rows(
    estimator: "NodeEstimator",
    placement: CodePlacement | None,
    targets: Callable[[Any], Targets],
    X: Any,
    y: Any,
    id_column: str | None,
    edges: Any = None,
    edge_index: Any = None,
) -> Codebook:
    """The codebook of any rows, each with the code at which the student places it.

    Raises:
        ConfigError: for links of two kinds.
        DataError: for rows that the student cannot read.
        MissingKnowledgeError: if the teacher had no codes.
    """
    if placement is None:
        raise MissingKnowledgeError(f"codebook: {_WITHOUT}")
    if edges is not None and edge_index is not None:
        raise ConfigError("codebook: expected edges or edge_index, and not both")
    nodes = read_nodes(X, y, None, edges, None, id_column)
    reader, student = estimator.predictor_, estimator.predictor_.on_features()
    features = reader._checked(nodes.features, "codebook")
    placed = placement.place(student.hidden(features))
    values = {
        "code": torch.from_numpy(placed.code),
        "codebook": torch.from_numpy(placement.vectors).float(),
        "code_unit_length": torch.tensor(placement.unit_length),
    }
    classes, labels = _labels(reader, nodes.y)
    return Codebook(
        TeacherKnowledge(torch.arange(features.shape[0]), values),
        features,
        edge_index=_links(nodes, edge_index, features.shape[0]),
        labels=labels,
        names=node_names(nodes.ids),
        feature_names=student.feature_names,
        class_names=classes,
        student=student,
        reader=reader,
        placement=placement,
        of_student=True,
    )


def _labels(student: Any, y: Any) -> tuple[tuple[Any, ...], np.ndarray | None]:
    """Classes, and the position of each label among them; -1 for those that are none of them."""
    if y is None or student.answers.classes is None:
        return (), None
    classes = tuple(student.classes_.tolist())
    place = {value: position for position, value in enumerate(classes)}
    given = y.tolist() if hasattr(y, "tolist") else list(y)
    return classes, np.array([_place(place, value) for value in given], dtype=np.int64)


def _place(place: dict[Any, int], value: Any) -> int:
    try:
        return place.get(value, -1)
    except TypeError:  # a row of several labels
        return -1


def _links(nodes: Nodes, edge_index: Any, rows: int) -> np.ndarray | None:
    if edge_index is not None:
        return np.asarray(edge_index)
    if nodes.edges is None:
        return None
    ids = NodeIds(np.arange(rows) if nodes.ids is None else nodes.ids)
    return np.asarray(read_edges(nodes.edges, ids).edge_index)

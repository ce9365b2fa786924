"""The interactive map of what a teacher knows: its codes and the nodes that it saw, with what else is known of them."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import numpy as np
import scipy.sparse as sp

from gnn2mlp.explore.codebook import Array, of_nodes
from gnn2mlp.explore.interactive_map import MOST_NODES, MapCodes, interactive_map
from gnn2mlp.explore.map_columns import Column, Named, Numbers, as_column
from gnn2mlp.explore.map_object import InteractiveMap
from gnn2mlp.explore.projection import SAMPLE, code_map
from gnn2mlp.knowledge import TeacherKnowledge
from gnn2mlp.nn import CSR


def knowledge_map(
    knowledge: TeacherKnowledge,
    features: Any = None,
    *,
    edge_index: Any = None,
    labels: Array | None = None,
    answers: Array | None = None,
    names: Sequence[Any] | np.ndarray | None = None,
    feature_names: Sequence[str] | None = None,
    class_names: Sequence[Any] | None = None,
    columns: Mapping[str, Any] | None = None,
    texts: Mapping[int, str] | None = None,
    title: str = "Codes and nodes",
    projection: Literal["pca", "tsne", "umap"] = "pca",
    seed: int = 0,
    most: int | None = None,
) -> InteractiveMap:
    """Lay codes and nodes out in the plane and draw them as an `InteractiveMap`.

    All arrays but the knowledge's have an entry for each node of the full graph. The map shows the nodes that the
    teacher saw. Besides the given columns it knows the class, whether the student's answer is right, and, where the
    knowledge tells, the teacher's answer, whether it is right, its confidence and its reliability.

    Args:
        knowledge: with all keys of codes.
        features: (nodes, features), dense or sparse.
        edge_index: (2, edges), in either or both directions.
        labels: int (nodes,), -1 where unknown.
        answers: int (nodes,), the student's, -1 where there is none.
        names: of the nodes; default: their numbers.
        feature_names: one for each feature.
        class_names: of the labels; default: their numbers.
        columns: more to colour by, as `interactive_map` takes them.
        texts: what a code stands for, by code.
        title: of the page.
        projection: as in `code_map`.
        seed: of the projection, of samples and of the order of drawing.
        most: nodes to show; default: 50,000, of t-SNE and UMAP 1,500, as these take long.

    Raises:
        MissingKnowledgeError: if the knowledge lacks codes.
        DataError: if arrays do not fit the graph.

    Example:
        >>> import torch
        >>> values = {
        ...     "code": torch.tensor([0, 0, 1]),
        ...     "codebook": torch.tensor([[0.0, 1.0], [1.0, 0.0]]),
        ...     "code_indices": torch.tensor([[0], [0], [1]], dtype=torch.int32),
        ...     "code_probabilities": torch.ones(3, 1),
        ...     "code_unit_length": torch.tensor(False),
        ... }
        >>> knowledge_map(TeacherKnowledge(torch.arange(3), values), labels=[0, 0, 1], class_names=["cat", "dog"])
        InteractiveMap('Codes and nodes', 3 nodes, colours: class)
    """
    shown = most if most is not None else MOST_NODES if projection == "pca" else SAMPLE
    layout = code_map(knowledge, projection, seed, most=shown)
    ids = knowledge.node_ids.numpy()
    chosen = np.arange(len(ids)) if layout.rows is None else layout.rows
    nodes = ids[chosen]
    found = _known(knowledge, labels, answers, class_names)
    for name, values in (columns or {}).items():
        whole = values if isinstance(values, Named) else as_column(values, len(values), name)
        of_nodes(knowledge, np.zeros(_length(whole)), f"column {name!r}")
        found[name] = whole.take(ids)
    code = MapCodes(layout.code, layout.codes, texts or {}, _typical(knowledge)[chosen])
    return interactive_map(
        layout.nodes,
        {name: column.take(chosen) for name, column in found.items()},
        ids=nodes if names is None else np.asarray(names)[nodes],
        codes=code,
        features=None if features is None else _rows(features, nodes),
        feature_names=feature_names,
        edges=None if edge_index is None else _between(np.asarray(edge_index), nodes),
        title=title,
        notes=(layout.note,),
        most=shown,
        seed=seed,
    )


def _known(
    knowledge: TeacherKnowledge, labels: Array | None, answers: Array | None, class_names: Sequence[Any] | None
) -> dict[str, Column]:
    """Columns that follow from the knowledge, labels and answers, in the order of the knowledge."""
    found: dict[str, Column] = {}
    truth = None if labels is None else of_nodes(knowledge, labels, "labels").astype(np.int64)
    if truth is not None:
        found["class"] = Named(truth, _texts(class_names, truth))
    if answers is not None:
        given = of_nodes(knowledge, answers, "answers").astype(np.int64)
        found["student"] = Named(given, _texts(class_names, given))
        if truth is not None:
            found["student is"] = _judged(given, truth)
    if "logits" in knowledge.values:
        scores = knowledge["logits"].double().softmax(-1).numpy()
        given = scores.argmax(axis=1)
        if truth is not None:
            found["teacher is"] = _judged(given, truth)
        found["teacher's confidence"] = Numbers(scores.max(axis=1))
    if "entropy_shift" in knowledge.values:
        from gnn2mlp.explore.trust import trust_scores

        degree = np.zeros(len(knowledge.node_ids))  # asked for, and not looked at
        found["reliability"] = Numbers(trust_scores(knowledge, degree=degree)["reliability"])
    return found


def _judged(answers: np.ndarray, truth: np.ndarray) -> Named:
    known = (truth >= 0) & (answers >= 0)
    return Named(np.where(known, (answers != truth).astype(np.int64), -1), ("right", "wrong"))


def _texts(names: Sequence[Any] | None, index: np.ndarray) -> tuple[str, ...]:
    given = tuple(str(name) for name in names or ())
    return given + tuple(f"class {k}" for k in range(len(given), int(index.max(initial=-1)) + 1))


def _typical(knowledge: TeacherKnowledge) -> np.ndarray:
    """(nodes,): the probability of each node's own code."""
    own = knowledge["code_indices"].numpy() == knowledge["code"].numpy()[:, None]
    found: np.ndarray = (knowledge["code_probabilities"].double().numpy() * own).sum(axis=1)
    return found


def _length(column: Column) -> int:
    return len(column.index if isinstance(column, Named) else column.values)


def _rows(features: Any, nodes: np.ndarray) -> Any:
    matrix = features.to_scipy() if isinstance(features, CSR) else features
    return matrix.tocsr()[nodes] if sp.issparse(matrix) else np.asarray(matrix)[nodes]


def _between(edges: np.ndarray, nodes: np.ndarray) -> np.ndarray:
    """Edges among `nodes`, as rows of them."""
    size = int(max(edges.max(initial=-1), nodes.max(initial=-1))) + 1
    row = np.full(size, -1)
    row[nodes] = np.arange(len(nodes))
    found = row[edges]
    kept: np.ndarray = found[:, (found >= 0).all(axis=0)]
    return kept

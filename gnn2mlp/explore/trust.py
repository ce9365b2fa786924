"""Which nodes a teacher can be trusted on: scores of each node, and how well each tells right answers from wrong."""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import torch

from gnn2mlp.core.errors import DataError
from gnn2mlp.core.showing import short_repr
from gnn2mlp.evaluate.trust import Trust, accuracy_by_coverage, auroc_interval, trust
from gnn2mlp.explore.codebook import Array, of_nodes
from gnn2mlp.knowledge import TeacherKnowledge
from gnn2mlp.objectives import ReliabilityForm, reliability_scores

SCORES = {
    "reliability": "1 − ρ: how little noise on the features moves the entropy of the answer, at most 1 (KRD)",
    "confidence": "probability of the answer",
    "margin": "probability of the answer, less that of the second best",
    "degree": "number of neighbours, or of hyperedges, that the teacher saw",
}


class TrustTable(NamedTuple):
    """What is known of each node, and what each score is worth. Arrays have a row for each node.

    Args:
        nodes: int64 (nodes,), ids in the full graph.
        prediction: int64 (nodes,), the teacher's answer.
        known: bool (nodes,), whether the class is known.
        right: bool (nodes,), whether the answer is right; False where the class is not known.
        scores: (nodes,) by name of the score, higher where the teacher is to be trusted more.
        measures: what each score is worth, on the nodes of known class.
        coverage: by score: accuracy on the k most trusted nodes of known class, at k - 1.
        with_degree: Spearman's rank correlation of each score with the degree; None if either is constant.
        intervals: of the AUROC of each score, its 95 % interval over nodes; None where it is undefined.
    """

    nodes: np.ndarray
    prediction: np.ndarray
    known: np.ndarray
    right: np.ndarray
    scores: Mapping[str, np.ndarray]
    measures: Mapping[str, Trust]
    coverage: Mapping[str, np.ndarray]
    with_degree: Mapping[str, float | None]
    intervals: Mapping[str, tuple[float, float] | tuple[None, None]]

    def __repr__(self) -> str:
        return short_repr(self)


def trust_table(
    knowledge: TeacherKnowledge,
    edge_index: Array | None = None,
    labels: Array | None = None,
    nodes: Array | None = None,
    form: ReliabilityForm = "squared",
    *,
    degree: Array | None = None,
) -> TrustTable:
    """Score nodes in four ways, and the scores against the truth.

    Args:
        knowledge: with `logits` and `entropy_shift`.
        edge_index: (2, edges) of the full graph, in either or both directions; edges that end at a node without a row
            in the knowledge do not count, as the teacher did not see them.
        labels: class of every node of the full graph, -1 where unknown; those nodes are scored, not judged.
        nodes: ids of those to look at, such as test nodes; default: all of the knowledge.
        form: of the reliability, `"squared"` or `"absolute"`.
        degree: (nodes,) of each row of the knowledge, in place of edges: for hypergraphs.

    Raises:
        MissingKnowledgeError: if the knowledge lacks a key or a node.
        DataError: if labels, edges or degrees do not fit the graph, or neither of the two is given.
    """
    ids = knowledge.node_ids.numpy()
    classes = np.full(int(ids.max(initial=-1)) + 1, -1) if labels is None else np.asarray(labels)
    row = np.arange(ids.size) if nodes is None else _rows(ids, np.asarray(nodes))
    scores = {name: values[row] for name, values in trust_scores(knowledge, edge_index, form, degree=degree).items()}
    truth = of_nodes(knowledge, classes, "labels")[row]
    prediction = knowledge["logits"].argmax(-1).numpy()[row]
    known, right = truth >= 0, truth == prediction
    judged = torch.from_numpy(right[known])
    values = {name: torch.from_numpy(score[known]) for name, score in scores.items()}
    return TrustTable(
        ids[row],
        prediction,
        known,
        right,
        scores,
        {name: trust(value, judged) for name, value in values.items()},
        {name: accuracy_by_coverage(value, judged).numpy() for name, value in values.items()},
        {name: _rank_correlation(score, scores["degree"]) for name, score in scores.items()},
        {name: auroc_interval(value, judged) for name, value in values.items()},
    )


def trust_scores(
    knowledge: TeacherKnowledge,
    edge_index: Array | None = None,
    form: ReliabilityForm = "squared",
    *,
    degree: Array | None = None,
) -> dict[str, np.ndarray]:
    """The four `SCORES` of every node of the knowledge, float64 (nodes,); arguments as in `trust_table`.

    Example:
        >>> logits = torch.tensor([[0.0, 0.0], [4.0, 0.0]])
        >>> values = {"logits": logits, "entropy_shift": torch.tensor([[0.5], [0.1]])}
        >>> scores = trust_scores(TeacherKnowledge(torch.arange(2), values), edge_index=[[0], [1]])
        >>> scores["confidence"].round(3).tolist(), scores["degree"].tolist()
        ([0.5, 0.982], [1.0, 1.0])
    """
    knowledge.require(["logits", "entropy_shift"])
    best = knowledge["logits"].double().softmax(-1).topk(min(2, knowledge["logits"].size(1))).values
    second = best[:, 1] if best.size(1) > 1 else torch.zeros_like(best[:, 0])
    return {
        "reliability": 1 - reliability_scores(knowledge["entropy_shift"], form).double().numpy(),
        "confidence": best[:, 0].numpy(),
        "margin": (best[:, 0] - second).numpy(),
        "degree": _given_or_counted(knowledge.node_ids.numpy(), edge_index, degree),
    }


def _given_or_counted(ids: np.ndarray, edge_index: Array | None, degree: Array | None) -> np.ndarray:
    if (edge_index is None) == (degree is None):
        raise DataError("trust: expected either edge_index or degree, got both or neither")
    if edge_index is not None:
        return _degrees(ids, np.asarray(edge_index))
    found: np.ndarray = np.asarray(degree).astype(np.float64)
    if found.shape != ids.shape:
        raise DataError(f"degree: expected a number for each of {ids.size} rows, got the shape {found.shape}")
    return found


def _degrees(ids: np.ndarray, edges: np.ndarray) -> np.ndarray:
    """Neighbours of each of `ids` among them, each counted once, float64."""
    if edges.ndim != 2 or edges.shape[0] != 2:
        raise DataError(f"edge_index: expected the shape (2, edges), got {edges.shape}")
    size = int(max(ids.max(initial=-1), edges.max(initial=-1))) + 1
    seen = np.zeros(size, dtype=bool)
    seen[ids] = True
    low, high = np.sort(edges[:, seen[edges].all(axis=0) & (edges[0] != edges[1])], axis=0)
    pairs = np.unique(low * size + high)
    count = np.bincount(np.concatenate([pairs // size, pairs % size]), minlength=size)
    found: np.ndarray = count[ids].astype(np.float64)
    return found


def _rows(ids: np.ndarray, nodes: np.ndarray) -> np.ndarray:
    order = np.argsort(ids, kind="stable")
    found = np.searchsorted(ids, nodes, sorter=order).clip(max=max(0, ids.size - 1))
    absent = nodes[ids[order[found]] != nodes] if ids.size else nodes
    if absent.size:
        raise DataError(
            f"nodes: expected nodes that the teacher saw, got {absent.size} others, such as {absent[0]}; "
            "unseen nodes have no row in its knowledge"
        )
    rows: np.ndarray = order[found]
    return rows


def _rank_correlation(score: np.ndarray, degree: np.ndarray) -> float | None:
    from scipy.stats import spearmanr

    if score.size < 2 or np.ptp(score) == 0 or np.ptp(degree) == 0:
        return None
    return float(spearmanr(score, degree).statistic)

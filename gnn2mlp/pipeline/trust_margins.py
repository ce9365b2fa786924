"""Own margins of the nodes that `trust` looks at, and what they tell of where a student answers as its teacher."""

from typing import Any, NamedTuple

import numpy as np

from gnn2mlp.core.progress import Progress, silent
from gnn2mlp.core.showing import short_repr
from gnn2mlp.data.graph import GraphData
from gnn2mlp.data.view import Full, Observed
from gnn2mlp.deploy.predictor import Predictor
from gnn2mlp.explainers import Surrogate, own_margins
from gnn2mlp.knowledge.knowledge import TeacherKnowledge
from gnn2mlp.pipeline.explain_figures import Pair, agreement_scores
from gnn2mlp.pipeline.scoring import student_logits
from gnn2mlp.pipeline.surrogate import LEAST_AGREEMENT, surrogate_of
from gnn2mlp.teachers import Teacher

# Fewer nodes fit no surrogate.
_LEAST_NODES = 20


class NodeMargins(NamedTuple):
    """Own margins, and student beside teacher; arrays have a row for each node of a `TrustTable`.

    Args:
        own: the part of the teacher's margin that a node's own features carry, see `gnn2mlp.explainers.own_margins`.
        neighbours: the part of its neighbours.
        surrogate: that they are read from, fitted to the teacher's answers on the graph that it saw.
        confidence: the student's greatest probability; `None` without a student.
        alike: bool, whether the student answers as its teacher; `None` without one.
    """

    own: np.ndarray
    neighbours: np.ndarray
    surrogate: Surrogate
    confidence: np.ndarray | None
    alike: np.ndarray | None

    def __repr__(self) -> str:
        return short_repr(self)

    @property
    def columns(self) -> dict[str, list[str]]:
        """What a table of the nodes says, as text."""
        found = {"own_margin": _numbers(self.own), "neighbours_margin": _numbers(self.neighbours)}
        if self.confidence is not None and self.alike is not None:
            found |= {
                "student_confidence": _numbers(self.confidence),
                "student_agrees": [str(int(one)) for one in self.alike],
            }
        return found

    def record(self) -> dict[str, Any]:
        """In plain types: how the surrogate agrees with the teacher, and `student` as `agreement_scores` gives it."""
        found: dict[str, Any] = {"hops": self.surrogate.hops, "agreement": self.surrogate.agreement}
        if self.confidence is not None and self.alike is not None and self.alike.size:
            pair = Pair(self.own, self.confidence, self.alike)
            found["student"] = {"population": "seen", **agreement_scores(pair)}
        return found


def node_margins(
    teacher: Teacher,
    knowledge: TeacherKnowledge,
    observed: Observed,
    full: Full,
    student: Predictor | None,
    nodes: np.ndarray,
    *,
    seed: int = 0,
    progress: Progress = silent,
) -> NodeMargins | None:
    """Own margins of some nodes in the graph that the teacher saw.

    Args:
        teacher: whose reach the surrogate has; it is not asked, and need not be trained.
        knowledge: of it, with logits.
        observed: what it saw.
        full: the whole graph, for the student.
        student: of it, if there is one.
        nodes: int64 (nodes,), of those that the teacher saw, ids of the full graph.
        seed: of the surrogate.
        progress: told after every epoch of the surrogate.

    Returns:
        `None` of a hypergraph, another task than one class a node, very few nodes, or a teacher of which a linear
        surrogate gives less than 80 % of the answers: its parts would be those of another model.
    """
    graph = observed.graph
    if not isinstance(graph, GraphData) or not graph.task.exclusive or graph.num_nodes < _LEAST_NODES:
        return None
    logits = knowledge["logits"]
    if logits.size(1) < 2:
        return None
    surrogate = surrogate_of(teacher, graph, logits, seed=seed, progress=progress)
    if surrogate.agreement < LEAST_AGREEMENT:
        return None
    rows = np.searchsorted(observed.node_ids.numpy(), nodes)
    if not rows.size:
        return None
    parts = own_margins(surrogate, rows)
    if student is None:
        return NodeMargins(parts.own, parts.neighbours, surrogate, None, None)
    said = student_logits(student.to("cpu"), full)[nodes]
    confidence = said.double().softmax(-1).max(-1).values.numpy()
    alike = (said.argmax(-1) == logits[rows].argmax(-1)).numpy()
    return NodeMargins(parts.own, parts.neighbours, surrogate, confidence, alike)


def _numbers(values: np.ndarray) -> list[str]:
    return [f"{value:.6g}" for value in values]

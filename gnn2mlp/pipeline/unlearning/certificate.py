"""The evidence of one seed: what its models say of what was forgotten, beside models that were trained anew."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import torch
from torch import Tensor

from gnn2mlp.core.seeds import generator
from gnn2mlp.core.showing import short_repr
from gnn2mlp.data.graph import GraphData
from gnn2mlp.data.links.negatives import NonEdges
from gnn2mlp.data.links.pairs import canonical_pairs
from gnn2mlp.data.nodes import NodeData
from gnn2mlp.data.removal import Removal
from gnn2mlp.data.split import Split
from gnn2mlp.data.view import Full, Observed
from gnn2mlp.deploy.predictor import Predictor
from gnn2mlp.evaluate.unlearning_evidence import Ends, RowGroups, unlearning_record
from gnn2mlp.evaluate.unlearning_verdict import UnlearningVerdict, judge_unlearning
from gnn2mlp.pipeline.scoring import student_logits
from gnn2mlp.pipeline.seed import Seed
from gnn2mlp.pipeline.unlearning.before import Before
from gnn2mlp.pipeline.unlearning.unlearner import What
from gnn2mlp.tasks import Task
from gnn2mlp.tasks.regression import Regression
from gnn2mlp.teachers import Teacher

# Pairs without an edge that deleted edges are compared with, at least.
_PAIRS = 500
_DRAW = "pairs that deleted edges are compared with"
# What is worst comes first.
_WORST = ("recognisable", "not forgotten", "undecided", "not verified", "no trace", "retrained")


class Rows(NamedTuple):
    """Which nodes are asked about, int64 ids in the whole data.

    Args:
        forgotten: deleted nodes that training saw; ends of deleted edges where no node was deleted.
        retained: what training saw of the others.
        fresh: nodes that did not exist in training, which attacks compare with; where there are none, test nodes, whose
            labels training did not see.
        edges: int64 (edges, 2), deleted ones that training saw.
        absent: int64 (pairs, 2) of nodes that training saw, without an edge.
        only_edges: whether no node was deleted: then those of `forgotten` are still there.
        population: what those of `fresh` are, `"unseen"` or `"seen"` test nodes.
    """

    forgotten: Tensor
    retained: Tensor
    fresh: Tensor
    edges: Tensor
    absent: Tensor
    only_edges: bool
    population: str

    def __repr__(self) -> str:
        return short_repr(self)

    def groups(self, values: Tensor) -> RowGroups:
        """What values (nodes, ...) are of each group of nodes."""
        return RowGroups(values[self.forgotten], values[self.retained], values[self.fresh])

    def ends(self, values: Tensor) -> tuple[Ends, Ends]:
        """What values (nodes, ...) are of the ends of deleted edges, and of those of pairs without one."""
        (one, other), (first, second) = (
            (values[pairs[:, 0]], values[pairs[:, 1]]) for pairs in (self.edges, self.absent)
        )
        return (one, other), (first, second)


def rows_of(graph: NodeData, split: Split, observed: Observed, removal: Removal) -> Rows:
    """Which nodes are asked about after a removal.

    Args:
        graph: the whole data, with what was removed.
        split: of the whole.
        observed: what training saw of the whole.
        removal: what was removed.
    """
    seen = torch.zeros(graph.num_nodes, dtype=torch.bool)
    seen[observed.node_ids] = True
    edges = removal.edges.T
    edges = edges[seen[edges].all(1)]
    gone = torch.zeros_like(seen)
    only_edges = not removal.nodes.numel()
    gone[edges.flatten() if only_edges else removal.nodes] = True
    population = "unseen" if split.unseen.numel() else "seen"
    fresh = getattr(split, population)
    left = removal.row >= 0
    absent = edges[:0]
    if len(edges) and isinstance(observed.graph, GraphData):
        count, random = observed.graph.num_nodes, generator(split.seed, _DRAW)
        free = NonEdges(canonical_pairs(observed.graph.edge_index.T, count), count)
        absent = observed.node_ids[free.sample(max(_PAIRS, len(edges)), random)]
    kept = (seen & ~gone & left).nonzero()[:, 0]
    fresh = fresh[left[fresh] & ~gone[fresh]]
    return Rows((seen & gone).nonzero()[:, 0], kept, fresh, edges, absent, only_edges, population)


def student_outputs(student: Predictor, graph: NodeData, split: Split, own: Task, task: Task) -> Tensor:
    """What a student says of all nodes of the whole data, (nodes, outputs), in the units of `task`.

    Args:
        student: whose rows may take the graph.
        graph: the whole data.
        split: of the whole.
        own: the task that it was trained for, with the units that training labels decided.
        task: that of the model that has forgotten.
    """
    return in_units(student_logits(student, Full(graph, split)), own, task)


def teacher_outputs(
    teacher: Teacher, graph: NodeData, removal: Removal, own: Task, task: Task, device: torch.device | str = "cpu"
) -> Tensor:
    """What a teacher says of all nodes, over the graph without deleted links: deleted nodes stand alone in it."""
    apart = graph.without_links_of(removal.nodes) if removal.nodes.numel() else graph
    if removal.edges.numel() and isinstance(apart, GraphData):
        apart = apart.without(edges=removal.edges)
    return in_units(teacher.predict(apart, device), own, task)


def in_units(outputs: Tensor, own: Task, task: Task) -> Tensor:
    """Outputs of a model in the units of another task of the same kind; only numbers have units."""
    if isinstance(own, Regression) and isinstance(task, Regression):
        return task.outputs_of(own.values(outputs))
    return outputs


def evidence_of(outputs: Mapping[str, Tensor], rows: Rows, labels: Tensor, task: Task) -> dict[str, Any]:
    """The record of one kind of model.

    Args:
        outputs: (nodes, outputs) of the models `"before"`, `"after"`, and `"reference"`, perhaps `"again"`.
        rows: which nodes are asked about.
        labels: (nodes, ...) of all nodes.
        task: of the model that has forgotten.
    """
    said = {name: rows.groups(values) for name, values in outputs.items()}
    links = {name: rows.ends(values) for name, values in outputs.items()} if len(rows.edges) else None
    found = unlearning_record(
        said["before"], said["after"], rows.groups(labels), task, said.get("reference"), said.get("again"), links
    )
    if rows.only_edges and links:
        # The nodes are still there, and known: only that they were linked was to be forgotten.
        found["attacks"] = {"link": found["attacks"]["link"]}
    return {**found, "population": rows.population}


def seed_evidence(
    before: Before, after: Seed, reference: Seed | None, what: What, device: torch.device | str = "cpu"
) -> dict[str, Any]:
    """The evidence of a seed, by the model that it is of: the student's, and the teacher's where that forgot.

    All models are asked about all nodes of the whole data, the deleted ones included.

    Args:
        before: the models as they were.
        after: those that have forgotten.
        reference: those that were trained anew without what was deleted.
        what: which model was to forget.
        device: where teachers answer.
    """
    graph, split, own, task = before.graph, before.split, before.observed.task, after.observed.task
    rows = rows_of(graph, split, before.observed, before.removal)
    others = {"after": after} if reference is None else {"after": after, "reference": reference}
    students = {"before": (before.student.value, own)} | {
        name: (seed.student.value, seed.observed.task) for name, seed in others.items()
    }
    said = {name: student_outputs(one, graph, split, units, task) for name, (one, units) in students.items()}
    found = {"student": evidence_of(said, rows, graph.labels, task)}
    if what == "teacher":
        teachers = {"before": before.the_teacher.value} | {name: seed.teacher.value for name, seed in others.items()}
        said = {
            name: teacher_outputs(one, graph, before.removal, students[name][1], task, device)
            for name, one in teachers.items()
        }
        found["teacher"] = evidence_of(said, rows, graph.labels, task)
    return found


def seconds_of(before: Before, after: Seed, reference: Seed | None, what: What, exact: bool) -> dict[str, float | None]:
    """Seconds of training: `before`, of the first models; `method`, of forgetting; `retrain`, of those trained anew."""

    def student(one: Predictor) -> float:
        return float(one.card["history"]["seconds"])

    def both(seed: Seed) -> float:
        return seed.teacher.value.history_.seconds + student(seed.student.value)

    first = None if before.teacher is None else before.teacher.value.history_.seconds + student(before.student.value)
    method = both(after) if exact or what == "teacher" else student(after.student.value)
    return {"before": first, "method": method, "retrain": None if reference is None else both(reference)}


def worst(verdicts: list[UnlearningVerdict]) -> UnlearningVerdict:
    """The verdict of several models and seeds: that of the one which forgot least.

    Example:
        >>> fine, bad = UnlearningVerdict("no trace", "Fine."), UnlearningVerdict("recognisable", "Bad.")
        >>> worst([fine, bad]).sentence
        'Bad.'
    """
    return min(verdicts, key=lambda one: _WORST.index(one.outcome))


def verdict_of(evidence: Mapping[str, Any], removal: Removal, exact: bool) -> UnlearningVerdict:
    """The verdict of one record."""
    return judge_unlearning(evidence, "nodes" if removal.nodes.numel() else "edges", exact)

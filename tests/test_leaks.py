"""Nothing of an unseen node, and no test label, may reach knowledge or student.

Each test runs task, teacher, export and distiller twice: as it is, and with everything changed that training must not
see. What comes out must be equal to the bit. Counter-checks change what training may see, and must notice it.
"""

from dataclasses import replace
from typing import Any, NamedTuple

import pytest
import torch
from torch import Tensor

from gnn2mlp.data import GraphData, Task, graph_from_arrays
from gnn2mlp.distill import Distiller
from gnn2mlp.knowledge import TeacherKnowledge
from gnn2mlp.methods.glnn import GLNN
from gnn2mlp.nn.csr import CSR
from gnn2mlp.nn.mlp import MLPOutput
from gnn2mlp.nn.training import History
from gnn2mlp.objectives import Batch, SoftLabels
from gnn2mlp.students.mlp import MLPStudent
from gnn2mlp.teachers import TEACHERS, Teacher
from tests.helpers import tiny_graph
from tests.tasks import small, task_of

TEACHER_FORMS: list[tuple[str, dict[str, Any]]] = [
    *((name, {}) for name in TEACHERS.names()),
    ("sage", {"fanouts": (3, 3), "batch_size": 5}),
    ("gcn", {"fanouts": (2, 2), "batch_size": 5, "norm": "batch"}),
]
forms = pytest.mark.parametrize("form", TEACHER_FORMS, ids=lambda form: "-".join([form[0], *form[1]]))


class Outcome(NamedTuple):
    """All that training leaves behind."""

    knowledge: TeacherKnowledge
    student: Tensor
    teacher_history: History
    student_history: History
    teacher: Teacher


def outcome(task: Task, form: tuple[str, dict[str, Any]] = ("gcn", {})) -> Outcome:
    teacher = small(TEACHERS, form[0], epochs=12, patience=4, **form[1])
    teacher.fit(task.observed, seed=0)
    knowledge = teacher.export(task.observed, teacher.provides)
    result = Distiller(epochs=12, patience=4, batch_size=16).fit(
        MLPStudent(hidden=16), GLNN(hard_weight=0.3).build_objective(), task.observed, knowledge
    )
    weights = torch.cat([p.detach().flatten() for p in result.module.parameters()])
    return Outcome(knowledge, weights, teacher.history_, result.history, teacher)


def assert_identical(first: Outcome, second: Outcome) -> None:
    assert first.knowledge.digest == second.knowledge.digest
    assert torch.equal(first.student, second.student)
    for one, other in (
        (first.teacher_history, second.teacher_history),
        (first.student_history, second.student_history),
    ):
        assert (one.loss, one.valid, one.best_epoch) == (other.loss, other.valid, other.best_epoch)


def rewired(graph: GraphData, nodes: Tensor, seed: int = 1) -> GraphData:
    """Every edge of `nodes` replaced by others, among them and to all others, and every feature of theirs changed."""
    random = torch.Generator().manual_seed(seed)
    there = torch.zeros(graph.num_nodes, dtype=torch.bool)
    there[nodes] = True
    kept = graph.edge_index[:, ~(there[graph.edge_index].any(0))]
    old = graph.adjacency.to_dense()[nodes] > 0
    row, column = ((torch.rand(old.shape, generator=random) < 0.5) & ~old).nonzero().unbind(1)
    edges = torch.cat([kept, torch.stack([nodes[row], column])], dim=1)
    x = graph.features.to_dense() if isinstance(graph.features, CSR) else graph.features.clone()
    x[nodes] = 1000 * torch.randn(nodes.numel(), graph.num_features, generator=random)
    features = CSR.from_dense(x) if isinstance(graph.features, CSR) else x
    return graph_from_arrays(features, graph.labels, edges, name=graph.name, class_names=graph.class_names)


def relabelled(graph: GraphData, nodes: Tensor) -> GraphData:
    """Every label of `nodes` changed."""
    labels = graph.labels.clone()
    labels[nodes] = (labels[nodes] + 1) % graph.num_classes
    return replace(graph, labels=labels)


def inductive(sparse: bool = False) -> Task:
    return task_of(tiny_graph(sparse=sparse), "inductive")


@forms
@pytest.mark.parametrize("sparse", [False, True])
def test_unseen_nodes_leave_no_trace(form: tuple[str, dict[str, Any]], sparse: bool) -> None:
    task = inductive(sparse)
    changed = rewired(relabelled(task.graph, task.split.test), task.split.unseen)
    other = Task(changed, task.split)
    first, second = outcome(task, form), outcome(other, form)
    assert_identical(first, second)
    assert task.observed.digest == other.observed.digest
    # The change was no idle one: on the full graph the teacher does see it.
    assert not torch.equal(first.teacher.predict(task.graph), first.teacher.predict(changed))


@forms
def test_an_observed_edge_does_leave_a_trace(form: tuple[str, dict[str, Any]]) -> None:
    task = inductive()
    train = int(task.split.train[0])
    gone = (task.graph.edge_index == train).any(0) & ~torch.isin(task.graph.edge_index, task.split.unseen).any(0)
    assert gone.any()
    changed = replace(task.graph, edge_index=task.graph.edge_index[:, ~gone])
    first, second = outcome(task, form), outcome(Task(changed, task.split), form)
    assert first.knowledge.digest != second.knowledge.digest
    assert not torch.equal(first.student, second.student)


@forms
def test_an_observed_feature_does_leave_a_trace(form: tuple[str, dict[str, Any]]) -> None:
    task = inductive()
    features = task.graph.features.clone()
    features[task.split.train[0]] += 1
    first, second = outcome(task, form), outcome(Task(replace(task.graph, features=features), task.split), form)
    assert first.knowledge.digest != second.knowledge.digest


def test_transductive_training_does_see_the_edges_of_test_nodes() -> None:
    """The same change is no leak where the setting allows it: the check above depends on the setting, not on luck."""
    unseen = inductive().split.unseen
    task = task_of(tiny_graph())
    changed = Task(rewired(task.graph, unseen), task.split)
    assert outcome(task).knowledge.digest != outcome(changed).knowledge.digest


def test_knowledge_holds_no_row_of_an_unseen_node() -> None:
    task = inductive()
    knowledge = outcome(task).knowledge
    assert task.split.unseen.numel() == 7
    assert not torch.isin(knowledge.node_ids, task.split.unseen).any()
    assert knowledge.node_ids.numel() == 60 - 7
    assert all(value.size(0) == 53 for value in knowledge.values.values())


@pytest.mark.parametrize("setting", ["transductive", "inductive"])
@pytest.mark.parametrize("form", [("gcn", {}), ("sage", {"fanouts": (3, 3), "batch_size": 5})], ids=["gcn", "sampled"])
def test_test_labels_choose_nothing(setting: Any, form: tuple[str, dict[str, Any]]) -> None:
    """No test label moves a weight or the epoch that is kept."""
    task = task_of(tiny_graph(), setting)
    assert_identical(outcome(task, form), outcome(Task(relabelled(task.graph, task.split.test), task.split), form))


def test_validation_labels_do_choose_the_epoch() -> None:
    task = task_of(tiny_graph())
    changed = Task(relabelled(task.graph, task.split.valid), task.split)
    first, second = outcome(task), outcome(changed)
    assert first.teacher_history.valid != second.teacher_history.valid
    assert first.teacher_history.loss[0] == second.teacher_history.loss[0]


def test_soft_labels_belong_to_the_rows_of_the_batch() -> None:
    """Each batch meets the knowledge of its own nodes, whatever the order of batch and table."""
    task = inductive()
    ids = task.observed.node_ids
    # The teacher says of node i the number i, so that every row can be told.
    marked = TeacherKnowledge(ids.flip(0), {"logits": ids.flip(0)[:, None].float().expand(-1, 3).contiguous()})
    met: list[tuple[Tensor, Tensor, Tensor]] = []

    class Watching(SoftLabels):
        def forward(self, batch: Batch) -> Tensor:
            met.append((batch.rows, batch.knowledge("logits"), batch.labels))
            return super().forward(batch)

    Distiller(epochs=2, batch_size=16).fit(MLPStudent(hidden=4), Watching(), task.observed, marked)
    assert len(met) == 6
    for rows, logits, labels in met:
        assert torch.equal(logits[:, 0], ids[rows].float())
        labelled = labels >= 0
        assert torch.equal(labels[labelled], task.graph.labels[ids[rows[labelled]]])
    seen = torch.cat([rows for rows, _, _ in met])
    assert torch.equal(seen.bincount(), torch.full((53,), 2))


def test_soft_labels_are_a_divergence_to_the_teacher() -> None:
    """The target is a distribution in the right space: never negative, zero only at the teacher, minimal there."""
    knowledge = outcome(inductive()).knowledge
    rows = torch.arange(knowledge.node_ids.numel())

    def value(logits: Tensor) -> float:
        output = MLPOutput(logits, torch.zeros(len(rows), 1))
        return SoftLabels()(Batch(rows, torch.full_like(rows, -1), output, knowledge)).item()

    teacher = knowledge["logits"]
    assert value(teacher) == pytest.approx(0, abs=1e-6)
    assert value(teacher + 5) == pytest.approx(0, abs=1e-6)  # logits have no absolute height
    random = torch.Generator().manual_seed(0)
    for scale in (0.1, 1.0, 10.0):
        assert value(teacher + scale * torch.randn(teacher.shape, generator=random)) > 0
    assert value(teacher.softmax(-1)) > 0.01  # probabilities in place of logits would be another target

"""Nothing of an unseen node, and no test label, may reach knowledge or student.

Each test builds views and runs teacher, export and distiller twice: as it is, and with everything changed that training
must not see. What comes out must be equal to the bit. Counter-checks change what training may see, and must notice it.
"""

from dataclasses import replace
from functools import cache
from typing import NamedTuple

import pytest
import torch
from torch import Tensor

from gnn2mlp.core.spec import Spec
from gnn2mlp.data import (
    GraphData,
    HypergraphData,
    NodeData,
    Views,
    graph_from_arrays,
    hypergraph_from_arrays,
    hypergraph_of,
)
from gnn2mlp.data.split import Setting
from gnn2mlp.distill import Distiller
from gnn2mlp.knowledge import KEYS, TeacherKnowledge
from gnn2mlp.methods import METHODS
from gnn2mlp.nn.csr import CSR, Features
from gnn2mlp.nn.mlp import MLPOutput
from gnn2mlp.nn.training import History
from gnn2mlp.objectives import Batch, SoftLabels
from gnn2mlp.students.gnn import GNNStudent, untrained
from gnn2mlp.students.mlp import MLPStudent
from gnn2mlp.teachers import TEACHERS, Export, Teacher
from tests.helpers import tiny_graph, tiny_hypergraph
from tests.tiny import Kind, answered, small, views_of

# Every registered class of teachers of nodes with its defaults, and forms of one class that train in another way. Those
# of pairs are in test_link_leaks.py, those that read texts in teachers/test_language.py.
FORMS: dict[str, Spec] = {
    **{name: Spec(name) for name, kind in TEACHERS.classes.items() if kind.unit == "node" and not kind.reads_texts},
    "sage-sampled": Spec("sage", fanouts=(3, 3), batch_size=5),
    "gcn-sampled": Spec("gcn", fanouts=(2, 2), batch_size=5, norm="batch"),
    "hgnn-all": Spec("hgnn", singletons="all", norm="batch"),
    "vq-hgnn": Spec("vq", encoder="hgnn"),
}
# How students learn: from soft labels, and along what links the nodes.
METHODS_OF: dict[Kind, tuple[Spec, ...]] = {
    "graph": (Spec("glnn", hard_weight=0.3), Spec("krd", warmup=2)),
    "hypergraph": (Spec("glnn", hard_weight=0.3), Spec("light_hgnn_plus", hard_weight=0.3)),
}


def make(form: str) -> Teacher:
    return small(TEACHERS, FORMS[form].name, **{"epochs": 8, "patience": 4, **FORMS[form].options})


def kind_of(form: str) -> Kind:
    return "hypergraph" if make(form).reads is HypergraphData else "graph"


forms = pytest.mark.parametrize("form", FORMS)
hypergraph_forms = pytest.mark.parametrize("form", [form for form in FORMS if kind_of(form) == "hypergraph"])
graph_forms = pytest.mark.parametrize("form", [form for form in FORMS if kind_of(form) == "graph"])
one_of_each_kind = pytest.mark.parametrize("form", ["gcn", "hgnn"])


class Outcome(NamedTuple):
    """All that training leaves behind: a student, and its history, for each method."""

    knowledge: TeacherKnowledge
    students: list[Tensor]
    histories: list[History]
    teacher: Teacher


def outcome(views: Views, form: str = "gcn") -> Outcome:
    teacher = make(form)
    teacher.fit(views.observed, seed=0)
    knowledge = teacher.export(views.observed, teacher.provides, how=Export(draws=2))
    students, histories = [], [teacher.history_]
    for spec in METHODS_OF[kind_of(form)]:
        result = Distiller(epochs=6, patience=4, batch_size=16).fit(
            MLPStudent(hidden=16), spec.build(METHODS).build_objective(), views.observed, knowledge
        )
        students.append(torch.cat([p.detach().flatten() for p in result.module.parameters()]))
        histories.append(result.history)
    if getattr(teacher, "distillable", False):  # its network as the student
        network = GNNStudent(untrained(teacher.spec().to_dict()))
        result = Distiller(epochs=3).fit(network, SoftLabels(), views.observed, knowledge)
        students.append(torch.cat([p.detach().flatten() for p in result.module.parameters()]))
        histories.append(result.history)
    return Outcome(knowledge, students, histories, teacher)


@cache
def as_it_is(form: str, setting: Setting = "inductive", sparse: bool = False) -> tuple[Views, Outcome]:
    """The views that most tests change, and what comes of it unchanged."""
    views = views_of(data_of(kind_of(form), sparse), setting)
    return views, outcome(views, form)


def assert_identical(first: Outcome, second: Outcome) -> None:
    assert first.knowledge.digest == second.knowledge.digest
    for one, other in zip(first.students, second.students, strict=True):
        assert torch.equal(one, other)
    for before, after in zip(first.histories, second.histories, strict=True):
        assert (before.loss, before.valid, before.best_epoch) == (after.loss, after.valid, after.best_epoch)


def assert_all_differ(first: Outcome, second: Outcome) -> None:
    assert first.knowledge.digest != second.knowledge.digest
    for one, other in zip(first.students, second.students, strict=True):
        assert not torch.equal(one, other)


def with_other_features(data: NodeData, nodes: Tensor, random: torch.Generator) -> Features:
    """Every feature of `nodes` changed."""
    x = data.features.to_dense() if isinstance(data.features, CSR) else data.features.clone()
    x[nodes] = 1000 * torch.randn(nodes.numel(), data.num_features, generator=random)
    return CSR.from_dense(x) if isinstance(data.features, CSR) else x


def rewired(data: NodeData, nodes: Tensor, seed: int = 1) -> NodeData:
    """Every edge or incidence of `nodes` replaced by others, and every feature of theirs changed."""
    random = torch.Generator().manual_seed(seed)
    if isinstance(data, HypergraphData):
        return _with_other_incidences(data, nodes, random)
    assert isinstance(data, GraphData)
    return _with_other_edges(data, nodes, random)


def _with_other_edges(graph: GraphData, nodes: Tensor, random: torch.Generator) -> GraphData:
    """Other edges go among `nodes` and to all others, and from these to them; they weigh more where edges weigh."""
    there = torch.zeros(graph.num_nodes, dtype=torch.bool)
    there[nodes] = True
    left = ~(there[graph.edge_index].any(0))
    old = graph.adjacency.to_dense()[nodes] > 0
    row, column = ((torch.rand(old.shape, generator=random) < 0.5) & ~old).nonzero().unbind(1)
    added = torch.stack([nodes[row], column])
    added[:, ::2] = added[:, ::2].flip(0)
    edges = torch.cat([graph.edge_index[:, left], added], dim=1)
    weight = None if graph.edge_weight is None else torch.cat([graph.edge_weight[left], 9 + torch.rand(row.numel())])
    features = with_other_features(graph, nodes, random)
    return graph_from_arrays(
        features,
        graph.labels,
        edges,
        edge_weight=weight,
        directed=graph.directed,
        name=graph.name,
        task=graph.task,
    )


def _with_other_incidences(hypergraph: HypergraphData, nodes: Tensor, random: torch.Generator) -> HypergraphData:
    """Other hyperedges hold `nodes`, among them three more that hold nobody else; one comes before all others."""
    kept = hypergraph.hyperedge_index[:, ~torch.isin(hypergraph.hyperedge_index[0], nodes)]
    old = hypergraph.members.to_dense()[:, nodes].T > 0
    row, column = ((torch.rand(old.shape, generator=random) < 0.3) & ~old).nonzero().unbind(1)
    last = hypergraph.num_hyperedges
    added = torch.stack([nodes.repeat(3), torch.tensor([-1, last, last + 1]).repeat_interleave(nodes.numel())])
    index = torch.cat([kept, torch.stack([nodes[row], column]), added], dim=1)
    index[1] += 1
    weight = torch.cat([torch.tensor([7.0]), hypergraph.weight, torch.tensor([0.1, 3.0])])
    features = with_other_features(hypergraph, nodes, random)
    return hypergraph_from_arrays(
        features,
        hypergraph.labels,
        index,
        hyperedge_weight=weight,
        name=hypergraph.name,
        task=hypergraph.task,
    )


def relabelled(data: NodeData, nodes: Tensor) -> NodeData:
    """Every label of `nodes` changed."""
    labels = data.labels.clone()
    labels[nodes] = (labels[nodes] + 1) % data.task.num_outputs
    return replace(data, labels=labels)


def data_of(kind: Kind, sparse: bool = False) -> NodeData:
    return tiny_hypergraph(sparse=sparse) if kind == "hypergraph" else tiny_graph(sparse=sparse)


def inductive() -> Views:
    return views_of(tiny_graph(), "inductive")


@forms
@pytest.mark.parametrize("sparse", [False, True])
def test_unseen_nodes_leave_no_trace(form: str, sparse: bool) -> None:
    views, first = as_it_is(form, sparse=sparse)
    changed = rewired(relabelled(views.full.graph, views.full.split.test), views.full.split.unseen)
    other = Views.of(changed, views.full.split)
    assert_identical(first, outcome(other, form))
    assert views.observed.digest == other.observed.digest
    # The change was no idle one: on the full graph the teacher does see it.
    assert not torch.equal(first.teacher.predict(views.full.graph), first.teacher.predict(changed))


@graph_forms
@pytest.mark.parametrize("directed", [False, True])
def test_unseen_nodes_of_a_weighted_graph_leave_no_trace(form: str, directed: bool) -> None:
    """Neither their edges, in whatever direction, nor what these weigh."""
    views = views_of(tiny_graph(weighted=True, directed=directed), "inductive")
    other = Views.of(rewired(views.full.graph, views.full.split.unseen), views.full.split)
    first = outcome(views, form)
    assert_identical(first, outcome(other, form))
    assert views.observed.digest == other.observed.digest
    assert not torch.equal(first.teacher.predict(views.full.graph), first.teacher.predict(other.full.graph))


@graph_forms
def test_weight_and_direction_of_an_observed_edge_do_leave_a_trace(form: str) -> None:
    views = views_of(tiny_graph(weighted=True, directed=True), "inductive")
    graph, first = views.full.graph, outcome(views, form)
    assert isinstance(graph, GraphData)
    assert graph.edge_weight is not None
    ends, unseen = graph.edge_index, views.full.split.unseen
    chosen = (ends[1] == views.full.split.train[0]) & ~torch.isin(ends, unseen).any(0)
    assert chosen.any()
    heavier = replace(graph, edge_weight=torch.where(chosen, 9.0, graph.edge_weight))
    turned = graph_from_arrays(
        graph.features,
        graph.labels,
        torch.where(chosen, ends.flip(0), ends),
        edge_weight=graph.edge_weight,
        directed=True,
        name=graph.name,
    )
    for changed in (heavier, turned):
        assert_all_differ(first, outcome(Views.of(changed, views.full.split), form))


@hypergraph_forms
def test_unseen_nodes_of_a_graph_leave_no_trace_in_its_hyperedges(form: str) -> None:
    """Edges and neighbourhoods are made of the full graph: those that an unseen node makes must not exist."""
    graph = tiny_graph()
    views = views_of(hypergraph_of(graph), "inductive")
    changed = rewired(graph, views.full.split.unseen)
    assert isinstance(changed, GraphData)
    other = Views.of(relabelled(hypergraph_of(changed), views.full.split.test), views.full.split)
    first = outcome(views, form)
    assert_identical(first, outcome(other, form))
    assert not torch.equal(first.teacher.predict(views.full.graph), first.teacher.predict(other.full.graph))


def test_the_hypergraph_of_a_graph_does_see_its_observed_edges() -> None:
    graph = tiny_graph()
    views, ends = views_of(hypergraph_of(graph), "inductive"), graph.edge_index
    seen = ends[:, ~torch.isin(ends, views.full.split.unseen).any(0)][:, :1]
    gone = (ends == seen).all(0) | (ends == seen.flip(0)).all(0)
    assert gone.sum() == 2
    changed = hypergraph_of(replace(graph, edge_index=ends[:, ~gone]))
    assert_all_differ(outcome(views, "hgnn"), outcome(Views.of(changed, views.full.split), "hgnn"))


def without_a_link(views: Views) -> NodeData:
    """A training node without the edges, or the incidences, that it has with other observed nodes."""
    data, unseen, train = views.full.graph, views.full.split.unseen, int(views.full.split.train[0])
    if isinstance(data, HypergraphData):
        gone = data.hyperedge_index[0] == train
        shared = data.hyperedge_index[:, torch.isin(data.hyperedge_index[1], data.hyperedge_index[1, gone])]
        assert (~torch.isin(shared[0], unseen)).sum() > gone.sum()
        return replace(data, hyperedge_index=data.hyperedge_index[:, ~gone], anchor=data.anchor[~gone])
    assert isinstance(data, GraphData)
    gone = (data.edge_index == train).any(0) & ~torch.isin(data.edge_index, unseen).any(0)
    assert gone.any()
    return replace(data, edge_index=data.edge_index[:, ~gone])


@forms
def test_an_observed_link_does_leave_a_trace(form: str) -> None:
    views, first = as_it_is(form)
    assert_all_differ(first, outcome(Views.of(without_a_link(views), views.full.split), form))


@hypergraph_forms
def test_the_weight_of_an_observed_hyperedge_does_leave_a_trace(form: str) -> None:
    views, first = as_it_is(form)
    assert isinstance(views.full.graph, HypergraphData)
    node, hyperedge = views.full.graph.hyperedge_index
    weight = views.full.graph.weight.clone()
    weight[hyperedge[node == views.full.split.train[0]]] *= 2
    assert_all_differ(first, outcome(Views.of(replace(views.full.graph, weight=weight), views.full.split), form))


@forms
def test_an_observed_feature_does_leave_a_trace(form: str) -> None:
    views, first = as_it_is(form)
    assert isinstance(views.full.graph.features, Tensor)
    features = views.full.graph.features.clone()
    features[views.full.split.train[0]] += 1
    assert_all_differ(first, outcome(Views.of(replace(views.full.graph, features=features), views.full.split), form))


@one_of_each_kind
def test_transductive_training_does_see_the_links_of_test_nodes(form: str) -> None:
    """The same change is no leak where the setting allows it: the check above depends on the setting, not on luck."""
    unseen = as_it_is(form)[0].full.split.unseen
    views, first = as_it_is(form, "transductive")
    assert_all_differ(first, outcome(Views.of(rewired(views.full.graph, unseen), views.full.split), form))


@one_of_each_kind
def test_knowledge_holds_no_row_of_an_unseen_node(form: str) -> None:
    views, found = as_it_is(form)
    assert views.full.split.unseen.numel() == 7
    assert not torch.isin(found.knowledge.node_ids, views.full.split.unseen).any()
    assert found.knowledge.node_ids.numel() == 60 - 7
    values = found.knowledge.values
    assert {"logits", "hidden"} & values.keys()
    assert all(value.size(0) == 53 for key, value in values.items() if KEYS[key].per_node)


@pytest.mark.parametrize("setting", ["transductive", "inductive"])
@pytest.mark.parametrize("form", ["gcn", "sage-sampled", "hgnn"])
def test_test_labels_choose_nothing(setting: Setting, form: str) -> None:
    """No test label moves a weight or the epoch that is kept."""
    views, first = as_it_is(form, setting)
    assert_identical(
        first, outcome(Views.of(relabelled(views.full.graph, views.full.split.test), views.full.split), form)
    )


@one_of_each_kind
def test_validation_labels_do_choose_the_epoch(form: str) -> None:
    views, first = as_it_is(form, "transductive")
    second = outcome(Views.of(relabelled(views.full.graph, views.full.split.valid), views.full.split), form)
    assert first.teacher.history_.valid != second.teacher.history_.valid
    assert first.teacher.history_.loss[0] == second.teacher.history_.loss[0]


def test_soft_labels_belong_to_the_rows_of_the_batch() -> None:
    """Each batch meets the knowledge of its own nodes, whatever the order of batch and table."""
    views = inductive()
    ids = views.observed.node_ids
    # The teacher says of node i the number i, so that every row can be told.
    marked = TeacherKnowledge(ids.flip(0), {"logits": ids.flip(0)[:, None].float().expand(-1, 3).contiguous()})
    met: list[tuple[Tensor, Tensor, Tensor]] = []

    class Watching(SoftLabels):
        def forward(self, batch: Batch) -> Tensor:
            met.append((batch.rows, batch.knowledge("logits"), batch.labels))
            return super().forward(batch)

    Distiller(epochs=2, batch_size=16).fit(MLPStudent(hidden=4), Watching(), views.observed, marked)
    assert len(met) == 6
    for rows, logits, labels in met:
        assert torch.equal(logits[:, 0], ids[rows].float())
        labelled = labels >= 0
        assert torch.equal(labels[labelled], views.full.graph.labels[ids[rows[labelled]]])
    seen = torch.cat([rows for rows, _, _ in met])
    assert torch.equal(seen.bincount(), torch.full((53,), 2))


def test_soft_labels_are_a_divergence_to_the_teacher() -> None:
    """The target is a distribution in the right space: never negative, zero only at the teacher, minimal there."""
    knowledge = as_it_is("gcn")[1].knowledge
    rows = torch.arange(knowledge.node_ids.numel())

    def value(logits: Tensor) -> float:
        output = MLPOutput(logits, torch.zeros(len(rows), 1))
        return SoftLabels()(answered(rows, torch.full_like(rows, -1), output, knowledge)).item()

    teacher = knowledge["logits"]
    assert value(teacher) == pytest.approx(0, abs=1e-6)
    assert value(teacher + 5) == pytest.approx(0, abs=1e-6)  # logits have no absolute height
    random = torch.Generator().manual_seed(0)
    for scale in (0.1, 1.0, 10.0):
        assert value(teacher + scale * torch.randn(teacher.shape, generator=random)) > 0
    assert value(teacher.softmax(-1)) > 1e-3  # probabilities in place of logits would be another target

"""Nothing of a new node, and no pair that is to be predicted, may reach the knowledge or a student of links.

As in `test_leaks`: views are made, and teacher, export and distiller run, twice, as it is and with all that training
must not see changed. What comes out must be equal to the bit. Counter-checks change what training may see, and must
notice it.
"""

from dataclasses import replace
from functools import cache
from typing import NamedTuple

import pytest
import torch
from torch import Tensor

from gnn2mlp.core.spec import Spec
from gnn2mlp.data import GraphData, LinkSplit, LinkViews, ObservedLinks
from gnn2mlp.data.links.pairs import canonical_pairs, keys_of, pairs_of, with_pairs
from gnn2mlp.data.links.split import LinkSetting
from gnn2mlp.distill import Distiller
from gnn2mlp.knowledge import KEYS, TeacherKnowledge
from gnn2mlp.methods import METHODS
from gnn2mlp.nn.training import History
from gnn2mlp.students import LinkStudent
from gnn2mlp.tasks import LinkPrediction
from gnn2mlp.teachers import TEACHERS, Export, LinkTeacher
from tests.helpers import tiny_graph
from tests.links import tiny_link_split, with_other_new_nodes
from tests.tiny import small

HOW = Export(contexts_near=2, contexts_hops=2, contexts_random=1, context_draws=2)
STUDENT = LinkStudent({"name": "mlp", "hidden": 8}, {"name": "hadamard", "hidden": 8}, width=6)
# Every registered teacher of pairs with its defaults, and forms of one class that train in another way.
FORMS: dict[str, Spec] = {
    **{name: Spec(name) for name, cls in TEACHERS.classes.items() if cls.unit == "pair"},
    "link-masked": Spec("link", encoder="gcn", mask_target=True, decoder="dot"),
    "link-sampled": Spec("link", encoder={"name": "sage", "fanouts": [3, 3]}, batch_size=40),
}
# How students learn: from pairs alone, and from what a teacher says of contexts.
METHODS_OF = (Spec("link_mlp"), Spec("llp", label_weight=1.0, distribution_weight=1.0))

forms = pytest.mark.parametrize("form", FORMS)
both_settings = pytest.mark.parametrize("setting", ["transductive", "production"])


class Outcome(NamedTuple):
    """All that training leaves behind: a student, and its history, for each method."""

    knowledge: TeacherKnowledge
    students: list[Tensor]
    histories: list[History]
    teacher: LinkTeacher


def outcome(views: LinkViews, form: str = "link") -> Outcome:
    options = {"decoder": {"name": "hadamard", "hidden": 8}, "epochs": 6, "patience": 4, **FORMS[form].options}
    teacher = small(TEACHERS, FORMS[form].name, **options)
    assert isinstance(teacher, LinkTeacher)
    teacher.fit(views.observed, seed=0)
    knowledge = teacher.export(views.observed, teacher.provides, how=HOW)
    students, histories = [], [teacher.history_]
    for spec in METHODS_OF:
        result = Distiller(epochs=4, patience=4, batch_size=16).fit(
            STUDENT, spec.build(METHODS).build_objective(), views.observed, knowledge
        )
        students.append(torch.cat([p.detach().flatten() for p in result.module.parameters()]))
        histories.append(result.history)
    return Outcome(knowledge, students, histories, teacher)


def views_of(graph: GraphData, split: LinkSplit) -> LinkViews:
    return LinkViews.of(graph, split, LinkPrediction())


@cache
def as_it_is(form: str, setting: LinkSetting = "production") -> tuple[GraphData, LinkViews, Outcome]:
    """What most tests change, and what comes of it unchanged."""
    graph = tiny_graph(weighted=True)
    views = views_of(graph, tiny_link_split(graph, setting))
    return graph, views, outcome(views, form)


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


def scored(found: Outcome, views: LinkViews, graph: GraphData) -> Tensor:
    """What the teacher says of the pairs of the test, with messages along the edges of `graph`."""
    return found.teacher.score_pairs(graph, views.full.split.test)


def without(graph: GraphData, pairs: Tensor) -> GraphData:
    """The graph in which these pairs are no edges."""
    every = pairs_of(graph)
    return with_pairs(graph, every[~torch.isin(keys_of(every, 60), keys_of(pairs, 60))])


@forms
def test_new_nodes_leave_no_trace(form: str) -> None:
    """All their features and edges are others, and the split is drawn anew with the same seed."""
    graph, views, first = as_it_is(form)
    changed = with_other_new_nodes(graph, views.full.split.new)
    other = views_of(changed, tiny_link_split(changed, "production"))
    assert_identical(first, outcome(other, form))
    # The change was no idle one: on the graph of inference the teacher does see it.
    assert not torch.equal(scored(first, views, views.full.graph), scored(first, views, other.full.graph))


@forms
@both_settings
def test_pairs_of_the_test_leave_no_trace(form: str, setting: LinkSetting) -> None:
    """As if they had never been edges."""
    graph, views, first = as_it_is(form, setting)
    split = views.full.split
    other = views_of(without(graph, split.test), split)
    assert_identical(first, outcome(other, form))
    assert views.full.graph.digest == other.full.graph.digest
    # With messages along them the teacher would say something else.
    every_edge = ObservedLinks.whole(graph, LinkPrediction()).graph
    assert not torch.equal(scored(first, views, views.full.graph), scored(first, views, every_edge))


@forms
def test_edges_that_only_inference_sees_leave_no_trace(form: str) -> None:
    graph, views, first = as_it_is(form)
    split = views.full.split
    hidden = canonical_pairs(torch.cat([split.extra, split.known]), 60)
    fewer = replace(split, extra=split.extra[:0], known=split.known[:0])
    other = views_of(without(graph, hidden), fewer)
    assert_identical(first, outcome(other, form))
    assert views.full.graph.num_edges == other.full.graph.num_edges + len(hidden)


@forms
@both_settings
def test_pairs_of_validation_choose_the_epoch_and_train_nothing(form: str, setting: LinkSetting) -> None:
    graph, views, first = as_it_is(form, setting)
    split = views.full.split
    swapped = replace(split, valid=split.test[:5] if setting == "transductive" else split.extra)
    kept = without(graph, split.valid)
    second = outcome(views_of(kept, swapped), form)
    for one, other in zip(first.histories, second.histories, strict=True):
        assert not one.valid or one.valid != other.valid
    # Of the teacher and of the student without one; what another epoch of the teacher says is something else.
    for one, other in zip(first.histories[:2], second.histories[:2], strict=True):
        both = min(len(one.loss), len(other.loss))  # as the one or the other stops earlier
        assert one.loss[:both] == other.loss[:both]


@both_settings
def test_labels_of_nodes_leave_no_trace(setting: LinkSetting) -> None:
    graph, views, first = as_it_is("link", setting)
    assert_identical(first, outcome(views_of(replace(graph, labels=graph.labels.flip(0)), views.full.split)))


@forms
@both_settings
def test_a_training_edge_does_leave_a_trace(form: str, setting: LinkSetting) -> None:
    graph, views, first = as_it_is(form, setting)
    split = views.full.split
    fewer = replace(split, train=split.train[3:])
    assert_all_differ(first, outcome(views_of(without(graph, split.train[:3]), fewer), form))


@pytest.mark.parametrize("form", [form for form in FORMS if form != "heuristic"])
def test_feature_and_weight_of_the_observed_do_leave_a_trace(form: str) -> None:
    graph, views, first = as_it_is(form)
    assert isinstance(graph.features, Tensor)
    assert graph.edge_weight is not None
    features = graph.features.clone()
    features[views.observed.node_ids[0]] += 1
    chosen = torch.isin(keys_of(graph.edge_index.sort(dim=0).values.T, 60), keys_of(views.full.split.train[:5], 60))
    heavier = replace(graph, edge_weight=torch.where(chosen, 9.0, graph.edge_weight))
    assert_all_differ(first, outcome(views_of(replace(graph, features=features), views.full.split), form))
    assert first.knowledge.digest != outcome(views_of(heavier, views.full.split), form).knowledge.digest


@forms
def test_knowledge_speaks_of_no_new_node(form: str) -> None:
    _, views, found = as_it_is(form)
    new = views.full.split.new
    assert new.numel() == 12
    assert torch.equal(found.knowledge.node_ids, views.observed.node_ids)
    for key, value in found.knowledge.values.items():
        if KEYS[key].refers:
            assert not torch.isin(value, new).any()
        if KEYS[key].per_node:
            assert value.size(0) == 48

"""What every registered teacher of links promises."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

from gnn2mlp.core.errors import ConfigError, DataError
from gnn2mlp.core.spec import Spec
from gnn2mlp.data import GraphData, LinkViews, graph_from_arrays
from gnn2mlp.knowledge import KEYS, TeacherKnowledge
from gnn2mlp.nn.csr import CSR, gather
from gnn2mlp.teachers import TEACHERS, Export, LinkTeacher, Teacher
from tests.cuda import needs_cuda, on_each_device
from tests.tiny import UNDROPPED, link_views_of, small, tiny_link_views, tiny_views

Form = tuple[str, dict[str, Any]]
# Every registered class with its defaults, and forms of one class that are different models.
FORMS: list[Form] = [
    *((name, {}) for name, kind in TEACHERS.classes.items() if kind.unit == "pair"),
    ("link", {"decoder": "dot"}),
    ("link", {"encoder": "gat", "mask_target": True}),
    ("link", {"encoder": {"name": "gcn", "fanouts": [3, 3]}, "batch_size": 64}),
    ("link", {"encoder": "sign"}),
]
NODES = 120
HOW = Export(contexts_near=2, contexts_hops=2, contexts_random=1, context_draws=2)


def label(form: Form) -> str:
    return "-".join([form[0], *(str(v["name"] if isinstance(v, dict) else v) for v in form[1].values())])


def make(form: Form, **options: Any) -> LinkTeacher:
    made = small(TEACHERS, form[0], **{"decoder": {"name": "hadamard", "hidden": 16}, **form[1], **options})
    assert isinstance(made, LinkTeacher)
    return made


@pytest.fixture(params=FORMS, ids=label, scope="module")
def form(request: pytest.FixtureRequest) -> Form:
    return request.param


@pytest.fixture(scope="module")
def views() -> LinkViews:
    return tiny_link_views(nodes=NODES)


@pytest.fixture(scope="module")
def teacher(form: Form, views: LinkViews) -> LinkTeacher:
    return fitted(form, views)


def fitted(form: Form, views: LinkViews, seed: int = 0, device: str = "cpu", **options: Any) -> LinkTeacher:
    made = make(form, **options)
    made.fit(views.observed, seed=seed, device=device)
    return made


def asked(views: LinkViews) -> Tensor:
    return torch.cat([views.full.split.test, views.full.split.test_negatives])


def auc(teacher: LinkTeacher, views: LinkViews, device: str = "cpu") -> float:
    labels = torch.zeros(len(asked(views)))
    labels[: len(views.full.split.test)] = 1
    return views.observed.task.score(teacher.score_pairs(views.full.graph, asked(views), device), labels)


def trains(form: Form) -> bool:
    """Whether it has epochs, in which something is drawn."""
    return "epochs" in TEACHERS.get(form[0]).constructor_options()


def test_learns_which_pairs_are_linked(teacher: LinkTeacher, views: LinkViews) -> None:
    assert auc(teacher, views) > 0.6  # chance is 0.5, and all of 40 nodes of a class are alike


def test_scores_pairs_of_nodes_that_it_has_not_seen(form: Form) -> None:
    views = tiny_link_views("production", nodes=NODES)
    scores = fitted(form, views).score_pairs(views.full.graph, asked(views))
    assert scores.shape == (len(asked(views)),)
    assert torch.isfinite(scores).all()


def test_a_pair_is_scored_alike_whichever_end_comes_first_and_in_any_company(
    teacher: LinkTeacher, views: LinkViews
) -> None:
    pairs = asked(views)
    scores = teacher.score_pairs(views.full.graph, pairs)
    torch.testing.assert_close(teacher.score_pairs(views.full.graph, pairs.flip(1)), scores)
    torch.testing.assert_close(teacher.score_pairs(views.full.graph, pairs[3:5]), scores[3:5])
    assert teacher.score_pairs(views.full.graph, pairs[:0]).shape == (0,)


def test_pairs_that_cannot_be_are_refused(teacher: LinkTeacher, views: LinkViews) -> None:
    for pairs, message in (
        (torch.tensor([[0, NODES]]), rf"pairs: expected nodes 0..{NODES - 1} .*, got 0..{NODES}"),
        (torch.tensor([[-1, 2]]), "got -1..2; ids count nodes from 0"),
        (torch.tensor([1, 2]), r"expected integers of shape \(pairs, 2\), .*got torch.int64 of shape \(2,\)"),
        (torch.zeros(1, 2), r"got torch.float32 of shape \(1, 2\)"),
    ):
        with pytest.raises(DataError, match=message):
            teacher.score_pairs(views.full.graph, pairs)


def test_same_seed_same_bits_and_another_seed_differs(form: Form, teacher: LinkTeacher, views: LinkViews) -> None:
    first, again, other = (
        t.score_pairs(views.full.graph, asked(views)) for t in (teacher, fitted(form, views), fitted(form, views, 1))
    )
    assert torch.equal(first, again)
    assert not torch.equal(first, other)


def test_the_global_generator_is_neither_read_nor_moved(form: Form, views: LinkViews) -> None:
    scores = []
    with torch.random.fork_rng(devices=[]):
        for seed in (1, 2):
            torch.manual_seed(seed)
            before = torch.get_rng_state()
            trained = fitted(form, views, epochs=2)
            scores.append(trained.export(views.observed, how=HOW)["context_scores"])
            assert torch.equal(torch.get_rng_state(), before)
    assert torch.equal(*scores)


def test_what_is_held_out_decides_nothing(form: Form) -> None:
    """Validation and test pairs are no messages, and new nodes do not exist: changing them changes no bit."""
    views = tiny_link_views("production", nodes=NODES)
    graph, split = views.full.graph, views.full.split
    changed = graph.features.clone()
    changed[split.new] = 9.0
    again = LinkViews.of(replace(whole(graph, views), features=changed), split, views.observed.task)
    assert again.observed.digest == views.observed.digest
    tables = [fitted(form, v, epochs=3).export(v.observed, how=HOW) for v in (views, again)]
    assert tables[0].digest == tables[1].digest


def whole(graph: GraphData, views: LinkViews) -> GraphData:
    """The graph with its test edges too, as a split is drawn from it."""
    pairs = torch.cat([graph.edge_index, views.full.split.test.T], dim=1)
    return graph_from_arrays(graph.features, None, pairs, task=graph.task, name=graph.name)


def test_writes_what_is_needed_and_nothing_else(teacher: LinkTeacher) -> None:
    observed = tiny_link_views("production", nodes=NODES).observed
    for needs in (["context_scores"], ["context_ids"], sorted(teacher.provides)):
        knowledge = teacher.export(observed, iter(needs), how=HOW, card={"seed": 7})
        assert sorted(knowledge.values) == needs
        assert torch.equal(knowledge.node_ids, observed.node_ids)
        assert knowledge.card["teacher"] == teacher.spec().to_dict()
        assert knowledge.card["contexts"] == {
            "contexts_near": 2, "contexts_hops": 2, "contexts_random": 1, "context_draws": 2, "seed": 0,
        }  # fmt: skip
        assert knowledge.card["seed"] == 7


def test_two_exports_of_a_seed_are_equal_and_another_seed_draws_others(teacher: LinkTeacher, views: LinkViews) -> None:
    first, again, other = (teacher.export(views.observed, teacher.provides, how=HOW, seed=s) for s in (3, 3, 4))
    assert first.digest == again.digest
    assert not torch.equal(first["context_ids"], other["context_ids"])


def test_scores_of_contexts_are_those_of_the_pairs(teacher: LinkTeacher) -> None:
    observed = tiny_link_views("production", nodes=NODES).observed
    table = teacher.export(observed, ["context_ids", "context_scores", "context_draws"], how=HOW)
    contexts = table.rows_of("context_ids")
    assert contexts.shape == (observed.graph.num_nodes, HOW.contexts)
    assert int(table["context_draws"]) == 2
    pairs = torch.stack([torch.arange(len(contexts)).repeat_interleave(HOW.contexts), contexts.flatten()], 1)
    scores = teacher.score_pairs(observed.graph, pairs).view_as(contexts)
    torch.testing.assert_close(scores, table["context_scores"])


def test_near_contexts_of_every_draw_come_first(teacher: LinkTeacher, views: LinkViews) -> None:
    how = Export(contexts_near=5, contexts_hops=1, contexts_random=1, context_draws=3)
    contexts = teacher.export(views.observed, ["context_ids"], how=how).rows_of("context_ids")
    draws = contexts.view(NODES, 3, 10)
    linked, adjacency = views.observed.graph.degree > 0, views.observed.graph.adjacency
    rows = torch.arange(NODES)[:, None, None].expand_as(draws)
    near = adjacency.contains(rows.flatten(), draws.flatten()).view_as(draws)[linked]
    assert near[:, :, :5].all()
    assert not near[:, :, 5:].all()
    assert not torch.equal(draws[:, 0], draws[:, 1])


def test_many_contexts_are_warned_of(teacher: LinkTeacher, views: LinkViews, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gnn2mlp.teachers._links._LARGE", 10_000)
    with pytest.warns(UserWarning, match="16 contexts of each of 120 nodes take 0 MB; lower export.context_draws"):
        teacher.export(views.observed, ["context_ids"], how=HOW)


def test_names_what_it_cannot_provide(teacher: LinkTeacher, views: LinkViews) -> None:
    assert teacher.provides <= set(KEYS)
    with pytest.raises(ConfigError, match=f"teacher '{teacher.name}' does not provide 'logits'"):
        teacher.export(views.observed, ["logits"])


def test_a_view_of_nodes_is_refused_in_a_sentence(form: Form, teacher: LinkTeacher) -> None:
    nodes = tiny_views()
    message = (
        f"teacher '{form[0]}' answers for a pair, and the task of {nodes.full.graph.name}, 'classification', asks for "
        "a node; expected one of .*gcn.* as teacher"
    )
    for attempt in (
        lambda: make(form).fit(nodes.observed),
        lambda: teacher.export(nodes.observed, ["context_ids"]),
        lambda: teacher.score_pairs(nodes.full.graph, torch.tensor([[0, 1]])),
    ):
        with pytest.raises(DataError, match=message):
            attempt()
    with pytest.raises(ConfigError, match="scores pairs of nodes, not nodes; ask score_pairs"):
        teacher.predict(nodes.full.graph)


def test_a_view_without_pairs_is_refused(form: Form, views: LinkViews) -> None:
    graph = views.full.graph
    bare = replace(tiny_views().observed, graph=graph)
    with pytest.raises(DataError, match="expected an ObservedLinks, as LinkViews.of makes one, got Observed"):
        make(form).fit(bare)


def test_a_loaded_teacher_scores_the_same(teacher: LinkTeacher, views: LinkViews, tmp_path: Path) -> None:
    teacher.save(tmp_path / "teacher")
    again = Teacher.load(tmp_path / "teacher")
    assert isinstance(again, LinkTeacher)
    assert again == teacher
    assert again.history_ == teacher.history_
    pairs = asked(views)
    assert torch.equal(again.score_pairs(views.full.graph, pairs), teacher.score_pairs(views.full.graph, pairs))


def test_isolated_nodes_are_scored_and_have_contexts(form: Form) -> None:
    graph = tiny_link_views(nodes=NODES).full.graph
    edges = graph.edge_index[:, (graph.edge_index >= 12).all(0)]
    views = link_views_of(graph_from_arrays(graph.features, None, edges, task=graph.task))
    lonely = fitted(form, views)
    assert torch.isfinite(lonely.score_pairs(views.full.graph, torch.tensor([[0, 1], [0, 20]]))).all()
    assert torch.isfinite(lonely.export(views.observed, how=HOW)["context_scores"]).all()


def test_sparse_and_dense_features_give_the_same(form: Form) -> None:
    graph = tiny_link_views(nodes=NODES, features=200).full.graph
    thinned = graph.features * (torch.rand(graph.features.shape, generator=torch.Generator().manual_seed(0)) < 0.2)
    assert CSR.from_dense(thinned).density < 0.1  # else the sparse form would be turned into the dense one
    scores = []
    for features in (thinned, CSR.from_dense(thinned)):
        views = link_views_of(replace(graph, features=features))
        scores.append(fitted(form, views, **{**UNDROPPED, "epochs": 3}).score_pairs(views.full.graph, asked(views)))
    torch.testing.assert_close(*scores, rtol=1e-4, atol=1e-4)


def test_scores_follow_a_renumbering_of_the_nodes(teacher: LinkTeacher, views: LinkViews) -> None:
    graph, number = views.full.graph, torch.randperm(NODES, generator=torch.Generator().manual_seed(4))
    x = gather(graph.features, number.argsort())
    renumbered = graph_from_arrays(x, None, number[graph.edge_index], task=graph.task)
    expected = teacher.score_pairs(graph, asked(views))
    torch.testing.assert_close(teacher.score_pairs(renumbered, number[asked(views)]), expected, rtol=1e-4, atol=1e-4)


@on_each_device
def test_a_request_is_answered_as_the_whole_graph_is(teacher: LinkTeacher, views: LinkViews, device: str) -> None:
    answer = teacher.pair_predictor(views.full.graph, device)
    if answer is None:
        pytest.skip("answers no requests for pairs")
    expected = teacher.score_pairs(views.full.graph, asked(views))
    torch.testing.assert_close(answer(asked(views)), expected, rtol=1e-4, atol=1e-5)
    torch.testing.assert_close(answer(asked(views)[5:6]), expected[5:6], rtol=1e-4, atol=1e-5)


def test_describes_itself(form: Form) -> None:
    made = make(form)
    assert Spec.parse(made.spec().to_dict()).build(TEACHERS) == made
    assert any(character.isdigit() for character in made.citation)
    assert ">>> " in (type(made).__doc__ or "")


@needs_cuda
def test_learns_on_cuda(form: Form, views: LinkViews, tmp_path: Path) -> None:
    trained = fitted(form, views, device="cuda")
    assert auc(trained, views, "cuda") > 0.6
    knowledge = trained.export(views.observed, trained.provides, how=HOW, device="cuda")
    assert {value.device.type for value in knowledge.values.values()} == {"cpu"}
    trained.save(tmp_path / "teacher")
    knowledge.save(tmp_path / "knowledge")
    again = Teacher.load(tmp_path / "teacher").export(views.observed, ["context_scores"], how=HOW)
    torch.testing.assert_close(again["context_scores"], knowledge["context_scores"], rtol=1e-3, atol=1e-3)
    assert TeacherKnowledge.load(tmp_path / "knowledge").digest == knowledge.digest


def test_history_has_a_line_for_each_epoch(form: Form, teacher: LinkTeacher) -> None:
    if not trains(form):
        pytest.skip("has no epochs")
    assert teacher.history_.loss[-1] < teacher.history_.loss[0]
    assert len(teacher.history_.valid) == len(teacher.history_.loss)

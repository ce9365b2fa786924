"""What every teacher on graphs promises of weights and the direction of edges."""

from dataclasses import replace
from functools import cache
from typing import Any

import pytest
import torch
from torch import Tensor

from gnn2mlp.data import GraphData, Views, graph_from_arrays
from gnn2mlp.evaluate import accuracy
from gnn2mlp.nn.csr import gather
from gnn2mlp.teachers import TEACHERS, NetworkTeacher, Teacher
from gnn2mlp.teachers import _inference as inference
from tests.cuda import on_each_device
from tests.tiny import small, tiny_views, views_of

# One that reads texts has the layers of one of the others.
TEACHERS_ON_GRAPHS: dict[str, tuple[str, dict[str, Any]]] = {
    **{
        name: (name, {})
        for name, kind in TEACHERS.classes.items()
        if kind.unit == "node" and not kind.reads_texts and small(TEACHERS, name).reads is GraphData
    },
    "sage-mean": ("sage", {"aggregator": "mean"}),
    "vq-sage": ("vq", {"encoder": "sage"}),
    "vq-gat": ("vq", {"encoder": "gat"}),
}
LINKS = {"weighted": (True, False), "directed": (False, True), "weighted, directed": (True, True)}
SAMPLED: dict[str, Any] = {"fanouts": (3, 3), "batch_size": 8}

forms = pytest.mark.parametrize("form", TEACHERS_ON_GRAPHS)
links = pytest.mark.parametrize("kind", LINKS)


def samples(form: str) -> bool:
    """Whether it can be trained on sampled neighbourhoods; a teacher around another takes the options of that one."""
    known = TEACHERS.get(TEACHERS_ON_GRAPHS[form][0]).constructor_options()
    return "fanouts" in known or "encoder" in known


SAMPLING = [form for form in TEACHERS_ON_GRAPHS if samples(form)]
# Each form trained on the whole graph, and those that can be on sampled neighbourhoods.
trainings = pytest.mark.parametrize(
    ("form", "sampled"), [(form, False) for form in TEACHERS_ON_GRAPHS] + [(form, True) for form in SAMPLING]
)


def make(form: str, **options: Any) -> Teacher:
    name, own = TEACHERS_ON_GRAPHS[form]
    return small(TEACHERS, name, **{"input_dropout": 0.1, **own, **options})


@cache
def views(kind: str) -> Views:
    weighted, directed = LINKS[kind]
    return tiny_views(weighted=weighted, directed=directed)


def graph_of(kind: str) -> GraphData:
    graph = views(kind).full.graph
    assert isinstance(graph, GraphData)
    return graph


@cache
def fitted(form: str, kind: str, sampled: bool = False) -> Teacher:
    teacher = make(form, **(SAMPLED if sampled else {}))
    teacher.fit(views(kind).observed)
    return teacher


def with_edges(graph: GraphData, edges: Tensor, weight: Tensor | None, number: Tensor | None = None) -> GraphData:
    """The same nodes with other edges; node i is called number[i]."""
    number = torch.arange(graph.num_nodes) if number is None else number
    old = torch.argsort(number)
    return graph_from_arrays(
        gather(graph.features, old),
        graph.labels[old],
        number[edges],
        edge_weight=weight,
        directed=graph.directed,
        name=graph.name,
    )


@trainings
@links
def test_learns(form: str, kind: str, sampled: bool) -> None:
    test = views(kind).full.split.test
    logits = fitted(form, kind, sampled).predict(graph_of(kind))
    assert accuracy(logits[test], graph_of(kind).labels[test]) > 0.6  # chance is 1/3


@forms
@links
def test_prediction_follows_a_renumbering_of_the_nodes(form: str, kind: str) -> None:
    graph, number = graph_of(kind), torch.randperm(60, generator=torch.Generator().manual_seed(4))
    renumbered = with_edges(graph, graph.edge_index, graph.edge_weight, number)
    expected, found = (fitted(form, kind).predict(data) for data in (graph, renumbered))
    torch.testing.assert_close(found[number], expected, rtol=1e-4, atol=1e-5)


@forms
@links
def test_the_order_of_the_edges_does_not_matter(form: str, kind: str) -> None:
    graph = graph_of(kind)
    order = torch.randperm(graph.edge_index.size(1), generator=torch.Generator().manual_seed(1))
    weight = None if graph.edge_weight is None else graph.edge_weight[order]
    shuffled = with_edges(graph, graph.edge_index[:, order], weight)
    assert torch.equal(fitted(form, kind).predict(shuffled), fitted(form, kind).predict(graph))


@forms
@links
def test_weights_and_direction_change_the_answer(form: str, kind: str) -> None:
    graph = graph_of(kind)
    expected = fitted(form, kind).predict(graph)
    if graph.edge_weight is not None:
        assert not torch.allclose(fitted(form, kind).predict(replace(graph, edge_weight=None)), expected)
    if graph.directed:
        back = with_edges(graph, graph.edge_index.flip(0), graph.edge_weight)
        both = graph_from_arrays(graph.features, graph.labels, graph.edge_index, edge_weight=graph.edge_weight)
        for other in (back, both):
            assert not torch.allclose(fitted(form, kind).predict(other), expected)


@trainings
@pytest.mark.parametrize("directed", [False, True])
def test_weights_of_one_are_no_weights_to_the_last_bit(form: str, directed: bool, sampled: bool) -> None:
    plain = tiny_views(directed=directed)
    graph = plain.full.graph
    assert isinstance(graph, GraphData)
    ones = views_of(replace(graph, edge_weight=torch.ones(graph.edge_index.size(1))))
    assert isinstance(ones.observed.graph, GraphData)
    answers = []
    for given in (plain, ones):
        teacher = make(form, epochs=4, **(SAMPLED if sampled else {}))
        teacher.fit(given.observed)
        answers.append(teacher.predict(given.full.graph))
    assert torch.equal(*answers)


@forms
def test_a_node_is_told_of_those_alone_from_which_edges_lead_to_it(form: str) -> None:
    graph, teacher = graph_of("weighted, directed"), fitted(form, "weighted, directed")
    matrix = graph.adjacency.to_dense() + torch.eye(60)
    hears = matrix.matrix_power(getattr(teacher, "depth", 2)) > 0  # row i of those whom i hears
    assert 0 < hears.sum() < 3600
    expected = teacher.predict(graph)
    for node in (3, 17, 40):
        x = graph.features
        assert isinstance(x, Tensor)
        changed = x.clone()
        changed[node] += 3
        moved = (teacher.predict(replace(graph, features=changed)) != expected).any(1)
        assert not moved[~hears[:, node]].any()
        if not isinstance(teacher, TEACHERS.get("vq")):  # whose nodes may keep their code
            assert moved[node]
            assert moved.sum() > 1


@on_each_device
@forms
@links
def test_a_request_is_answered_as_the_whole_graph_is(form: str, kind: str, device: str) -> None:
    expected = fitted(form, kind).predict(graph_of(kind)).softmax(-1)
    answer = fitted(form, kind).neighbourhood_predictor(graph_of(kind), device)
    assert answer is not None
    for ids in ([17], [3, 41, 8], list(range(60))):
        torch.testing.assert_close(answer(torch.tensor(ids)), expected[ids], rtol=1e-4, atol=1e-6)


@forms
@links
def test_layer_by_layer_gives_the_same(form: str, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = fitted(form, kind).predict(graph_of(kind))
    monkeypatch.setattr(inference, "LAYERWISE_ABOVE", 10)
    monkeypatch.setattr(inference, "ONE_PASS_BYTES", 0)
    monkeypatch.setattr(inference, "CHUNK", 7)
    torch.testing.assert_close(fitted(form, kind).predict(graph_of(kind)), expected, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("form", SAMPLING)
@links
def test_training_on_all_neighbours_is_training_on_draws_of_more(form: str, kind: str) -> None:
    """With fan-outs above all degrees and one batch of all nodes, sampled blocks hold the whole neighbourhoods."""
    graph, teacher = graph_of(kind), fitted(form, kind)
    assert isinstance(teacher, NetworkTeacher)
    sampler = teacher.sampler(graph)
    blocks = sampler.sample_blocks(torch.arange(60), [60] * teacher.depth, torch.Generator().manual_seed(0))
    with torch.no_grad():
        logits = teacher.module_.eval()(gather(graph.features, blocks[0].sources), blocks)[0]
    torch.testing.assert_close(logits, teacher.predict(graph), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("directed", [False, True])
def test_means_over_neighbours_do_not_know_the_scale_of_weights(directed: bool) -> None:
    graph = graph_of("weighted, directed" if directed else "weighted")
    teacher = fitted("sage-mean", "weighted, directed" if directed else "weighted")
    assert graph.edge_weight is not None
    scaled = replace(graph, edge_weight=4 * graph.edge_weight)
    torch.testing.assert_close(teacher.predict(scaled), teacher.predict(graph), rtol=1e-5, atol=1e-6)
    for form in ("gcn", "sage", "gat"):  # where a node itself counts as an edge of weight 1
        teacher = fitted(form, "weighted, directed" if directed else "weighted")
        assert not torch.allclose(teacher.predict(scaled), teacher.predict(graph))

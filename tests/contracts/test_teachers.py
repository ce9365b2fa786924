"""What every registered teacher of nodes promises; teachers of links have a contract of their own."""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

from gnn2mlp.core.errors import ConfigError, DataError
from gnn2mlp.core.spec import Spec
from gnn2mlp.data import GraphData, HypergraphData, NodeData, Observed, Views, graph_from_arrays, hypergraph_from_arrays
from gnn2mlp.evaluate import accuracy
from gnn2mlp.knowledge import KEYS, TeacherKnowledge
from gnn2mlp.nn.csr import CSR, gather
from gnn2mlp.nn.loop import Step
from gnn2mlp.nn.training_state import Position
from gnn2mlp.teachers import TEACHERS, NetworkTeacher, Teacher
from gnn2mlp.teachers._around import AroundNetwork
from gnn2mlp.teachers._training import GNNTraining
from tests.cuda import needs_cuda, nothing_waits, off_the_cpu, on_each_device
from tests.tiny import UNDROPPED, Kind, small, tiny_views, views_of

# Every registered class with its defaults, and forms of one class that are different models.
FORMS: list[tuple[str, dict[str, Any]]] = [
    *((name, {}) for name, kind in TEACHERS.classes.items() if kind.unit == "node"),
    ("sage", {"aggregator": "mean"}),
    ("hgnn", {"singletons": "all"}),
    ("vq", {"encoder": "hgnn"}),
    ("ensemble", {"members": ["hgnn", "unigcn"], "mean": "logits"}),
    ("language", {"around": {"name": "gcn", "hidden": 16, "epochs": 30, "dropout": 0.0}}),
]
Form = tuple[str, dict[str, Any]]
# Those that read texts are given some on graphs; others do not look at them.
# One node in five of a hyperedge is of any class: with more features classes can be told as well as on the graph.
DATA: dict[Kind, dict[str, Any]] = {"graph": {"texts": True}, "hypergraph": {"features": 60}}
OTHER: dict[Kind, Kind] = {"graph": "hypergraph", "hypergraph": "graph"}


def make(form: Form, **options: Any) -> Teacher:
    return small(TEACHERS, form[0], **{"input_dropout": 0.1, **form[1], **options})


def kind_of(form: Form) -> Kind:
    return "hypergraph" if make(form).reads is HypergraphData else "graph"


def samples(form: Form) -> bool:
    """Whether it, or the network that it is around, can be trained on sampled neighbourhoods."""
    made = make(form)
    return "fanouts" in type(made.network if isinstance(made, AroundNetwork) else made).constructor_options()


def label(form: Form) -> str:
    return re.sub("[^a-z]+", "-", "-".join([form[0], *map(str, form[1].values())])).strip("-")


SAMPLED = [form for form in FORMS if samples(form)]
sampled_forms = pytest.mark.parametrize("form", SAMPLED, ids=label, scope="module", indirect=True)


@pytest.fixture(params=FORMS, ids=label, scope="module")
def form(request: pytest.FixtureRequest) -> Form:
    return request.param


@pytest.fixture(scope="module")
def views(form: Form) -> Views:
    kind = kind_of(form)
    return tiny_views(kind=kind, **DATA[kind])


def fitted(form: Form, observed: Observed, seed: int = 0, device: str = "cpu", **options: Any) -> Teacher:
    teacher = make(form, **options)
    teacher.fit(observed, seed=seed, device=device)
    return teacher


@pytest.fixture(scope="module")
def teacher(form: Form, views: Views) -> Teacher:
    return fitted(form, views.observed)


def score(teacher: Teacher, views: Views) -> float:
    test = views.full.split.test
    return accuracy(teacher.predict(views.full.graph)[test], views.full.graph.labels[test])


def linked_as(data: NodeData, keep: Tensor, number: Tensor | None = None) -> NodeData:
    """The same nodes with the links among `keep` (mask) alone; node i is called number[i]."""
    number = torch.arange(data.num_nodes) if number is None else number
    old = torch.argsort(number)
    x, labels = gather(data.features, old), data.labels[old]
    if isinstance(data, HypergraphData):
        node, hyperedge = data.hyperedge_index[:, keep[data.hyperedge_index[0]]]
        return hypergraph_from_arrays(
            x, labels, torch.stack([number[node], hyperedge]), hyperedge_weight=data.weight, name=data.name
        )
    assert isinstance(data, GraphData)
    edges = data.edge_index[:, keep[data.edge_index].all(0)]
    texts = None if data.texts is None else [data.texts[node] for node in old.tolist()]
    return graph_from_arrays(x, labels, number[edges], name=data.name, texts=texts)


def test_the_package_has_the_teachers_that_it_names() -> None:
    assert {"gcn", "sage", "gat", "hgnn", "hgnn_plus", "unigcn"} <= set(TEACHERS.names())


def test_learns(form: Form, teacher: Teacher, views: Views) -> None:
    assert score(teacher, views) > {"graph": 0.7, "hypergraph": 0.55}[kind_of(form)]  # chance is 1/3
    if isinstance(teacher, NetworkTeacher):  # an ensemble has a line for each member
        assert teacher.history_.loss[-1] < teacher.history_.loss[0]
    assert len(teacher.history_.valid) == len(teacher.history_.loss)


@sampled_forms
def test_learns_from_sampled_neighbourhoods(form: Form, views: Views) -> None:
    sampled = fitted(form, views.observed, fanouts=(3, 3), batch_size=8)
    assert score(sampled, views) > 0.7


def test_same_seed_same_bits_and_another_seed_differs(form: Form, teacher: Teacher, views: Views) -> None:
    first = teacher.predict(views.full.graph)
    if form == ("language", {}):
        pytest.skip("its regression has one minimum, whatever the seed")
    assert torch.equal(fitted(form, views.observed).predict(views.full.graph), first)
    assert not torch.equal(fitted(form, views.observed, seed=1).predict(views.full.graph), first)


@sampled_forms
def test_sampled_training_repeats_as_well(form: Form, views: Views) -> None:
    options = {"fanouts": (3, 3), "batch_size": 8, "epochs": 3}
    runs = [fitted(form, views.observed, seed=s, **options).predict(views.full.graph) for s in (0, 0, 1)]
    assert torch.equal(runs[0], runs[1])
    assert not torch.equal(runs[0], runs[2])


def test_leaves_the_global_generator_alone(form: Form, views: Views, tmp_path: Path) -> None:
    before = torch.get_rng_state()
    trained = fitted(form, views.observed, epochs=2)
    trained.export(views.observed)
    trained.save(tmp_path / "t")
    Teacher.load(tmp_path / "t")
    assert torch.equal(torch.get_rng_state(), before)


def test_result_does_not_depend_on_the_global_generator(form: Form, views: Views) -> None:
    logits = []
    with torch.random.fork_rng(devices=[]):
        for seed in (1, 2):
            torch.manual_seed(seed)
            logits.append(fitted(form, views.observed, epochs=2).predict(views.full.graph))
    assert torch.equal(*logits)


def test_writes_what_is_needed_and_nothing_else(form: Form, teacher: Teacher) -> None:
    kind = kind_of(form)
    observed = tiny_views("inductive", kind=kind, **DATA[kind]).observed
    for needs in (["logits"], sorted(teacher.provides)):
        knowledge = teacher.export(observed, iter(needs), card={"seed": 7})  # any iterable, gone through once
        assert sorted(knowledge.values) == needs
        assert torch.equal(knowledge.node_ids, observed.node_ids)
        assert knowledge.card["teacher"] == teacher.spec().to_dict()
        assert knowledge.card["seed"] == 7


def test_knowledge_is_what_it_predicts_on_the_observed_graph(teacher: Teacher, views: Views) -> None:
    assert torch.equal(teacher.export(views.observed)["logits"], teacher.predict(views.observed.graph))


def test_names_what_it_cannot_provide(teacher: Teacher, views: Views) -> None:
    assert teacher.provides <= set(KEYS)
    with pytest.raises(ConfigError, match=f"teacher '{teacher.name}' does not provide 'dreams'.*it provides .*logits"):
        teacher.export(views.observed, ["logits", "dreams"])


def test_names_the_teachers_of_the_data_that_it_cannot_read(form: Form, teacher: Teacher) -> None:
    kind, other = kind_of(form), tiny_views(kind=OTHER[kind_of(form)])
    message = f"works on a {kind}, and {other.full.graph.name} is a {OTHER[kind]}; expected one of (.*) as teacher"
    for attempt in (
        lambda: make(form).fit(other.observed),
        lambda: teacher.predict(other.full.graph),
        lambda: teacher.export(other.observed),
        lambda: teacher.neighbourhood_predictor(other.full.graph),
        lambda: teacher.check_reads(other.full.graph),
    ):
        with pytest.raises(DataError, match=message) as caught:
            attempt()
        named = str(caught.value).partition("expected one of ")[2].removesuffix(" as teacher").split(", ")
        assert named == [
            n
            for n, each in TEACHERS.classes.items()
            if each.unit == "node" and each.reads is not NodeData and kind_of((n, {})) == OTHER[kind]
        ]


def test_a_loaded_teacher_predicts_the_same(teacher: Teacher, views: Views, tmp_path: Path) -> None:
    teacher.save(tmp_path / "teacher")
    again = Teacher.load(tmp_path / "teacher")
    assert again == teacher
    assert type(again) is type(teacher)
    assert again.history_ == teacher.history_
    assert torch.equal(again.predict(views.full.graph), teacher.predict(views.full.graph))


def test_sparse_and_dense_features_give_the_same(form: Form) -> None:
    sparse = tiny_views(kind=kind_of(form), **{**DATA[kind_of(form)], "features": 200}, sparse=True)
    x = sparse.full.graph.features
    assert isinstance(x, CSR)
    thinned = x.to_dense() * (torch.rand(x.shape, generator=torch.Generator().manual_seed(0)) < 0.2)
    dense_graph = replace(sparse.full.graph, features=thinned)
    sparse_graph = replace(sparse.full.graph, features=CSR.from_dense(thinned))
    assert sparse_graph.features.density < 0.1  # else the sparse form would be turned into the dense one
    options = {**UNDROPPED, "epochs": 3}
    logits = [fitted(form, views_of(g).observed, **options).predict(g) for g in (dense_graph, sparse_graph)]
    torch.testing.assert_close(*logits, rtol=1e-4, atol=1e-4)


def test_double_precision_features_work(form: Form, teacher: Teacher, views: Views) -> None:
    double = replace(views.full.graph, features=views.full.graph.features.double())
    assert torch.equal(fitted(form, views_of(double).observed).predict(double), teacher.predict(views.full.graph))


def test_prediction_follows_a_renumbering_of_the_nodes(teacher: Teacher, views: Views) -> None:
    number = torch.randperm(60, generator=torch.Generator().manual_seed(4))
    renumbered = linked_as(views.full.graph, torch.ones(60, dtype=torch.bool), number)
    assert not torch.equal(renumbered.degree, views.full.graph.degree)
    expected = teacher.predict(views.full.graph)
    torch.testing.assert_close(teacher.predict(renumbered)[number], expected, rtol=1e-4, atol=1e-5)


def test_isolated_nodes_are_taught_and_answered(form: Form, views: Views) -> None:
    graph = linked_as(views.full.graph, torch.arange(60) >= 12)  # nodes 0..11 have no neighbour, whatever their role
    assert not graph.degree[:12].any()
    lonely = fitted(form, views_of(graph).observed)
    logits = lonely.predict(graph)
    assert torch.isfinite(logits).all()
    assert logits[:12].unique(dim=0).size(0) > 1  # their own features still tell them apart
    assert score(lonely, views_of(graph)) > 0.5
    torch.testing.assert_close(lonely.neighbourhood_predictor(graph)(torch.arange(12)), logits[:12].softmax(-1))


@on_each_device
def test_a_request_is_answered_as_the_whole_graph_is(teacher: Teacher, views: Views, device: str) -> None:
    expected = teacher.predict(views.full.graph).softmax(-1)
    answer = teacher.neighbourhood_predictor(views.full.graph, device)
    torch.testing.assert_close(answer.predict_all().softmax(-1), expected, rtol=1e-4, atol=1e-6)
    for ids in ([17], [3, 41, 8], list(range(60))):
        torch.testing.assert_close(answer(torch.tensor(ids)), expected[ids], rtol=1e-4, atol=1e-6)


def test_its_docstring_shows_an_example(form: Form) -> None:
    assert ">>> " in (type(make(form)).__doc__ or "")


def test_describes_itself(form: Form) -> None:
    made = make(form)
    assert Spec.parse(made.spec().to_dict()).build(TEACHERS) == made
    assert any(character.isdigit() for character in made.citation)


@needs_cuda
def test_learns_on_cuda(form: Form, views: Views) -> None:
    before = torch.cuda.get_rng_state()
    for options in ({}, {"fanouts": (3, 3), "batch_size": 5} if form in SAMPLED else {"layers": 3}):
        trained = fitted(form, views.observed, device="cuda", **options)
        on_gpu = trained.predict(views.full.graph, "cuda")
        assert score(trained, views) > {"graph": 0.7, "hypergraph": 0.55}[kind_of(form)]
        torch.testing.assert_close(on_gpu, trained.predict(views.full.graph), rtol=1e-3, atol=1e-4)
    assert torch.equal(torch.cuda.get_rng_state(), before)


@on_each_device
@pytest.mark.parametrize("fanouts", [None, (3, 3)], ids=["whole", "sampled"])
def test_a_seed_gives_nearly_the_same_wherever_it_is_computed(
    form: Form, views: Views, device: str, fanouts: tuple[int, int] | None
) -> None:
    if fanouts and form not in SAMPLED:
        pytest.skip("trains on the whole data alone")
    options: dict[str, Any] = {**UNDROPPED, "epochs": 5}
    options |= {"fanouts": fanouts, "batch_size": 5} if fanouts else {}
    reference = fitted(form, views.observed, **options)
    with off_the_cpu(device):
        there = fitted(form, views.observed, device=device, **options)
        logits = there.predict(views.full.graph, device)
    losses, expected = (torch.tensor(teacher.history_.loss) for teacher in (there, reference))
    torch.testing.assert_close(losses, expected, rtol=1e-3, atol=1e-4)
    assert abs(there.history_.valid[-1] - reference.history_.valid[-1]) <= 2 / 12  # of 12 validation nodes
    torch.testing.assert_close(logits, reference.predict(views.full.graph), rtol=1e-2, atol=1e-2)


@on_each_device
def test_no_step_on_the_whole_data_waits_for_the_host(
    form: Form, views: Views, device: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is made once, in the first epoch, may wait; blocks of sampled neighbours are made on the host."""
    if form[0] == "vq" and kind_of(form) == "hypergraph":
        pytest.skip("the host counts which of the drawn nodes share no hyperedge")
    if form == ("language", {}):
        pytest.skip("its regression takes no steps")
    made, watched = GNNTraining.steps, 0

    def steps(training: Any, position: Position) -> Iterator[Step]:
        nonlocal watched
        if position.epoch == 1:
            yield from made(training, position)
            return
        with nothing_waits(device):
            for step in made(training, position):
                watched += 1
                yield step

    monkeypatch.setattr(GNNTraining, "steps", steps)
    with off_the_cpu(device):
        fitted(form, views.observed, device=device, epochs=3, norm="batch")
    assert watched


@on_each_device
def test_what_was_trained_on_any_device_is_written_for_all(
    form: Form, views: Views, device: str, tmp_path: Path
) -> None:
    trained = fitted(form, views.observed, device=device, epochs=2)
    knowledge = trained.export(views.observed, trained.provides, device=device)
    assert {value.device.type for value in knowledge.values.values()} == {"cpu"}
    trained.save(tmp_path / "teacher")
    knowledge.save(tmp_path / "knowledge")
    again = Teacher.load(tmp_path / "teacher")
    torch.testing.assert_close(again.predict(views.observed.graph), knowledge["logits"], rtol=1e-3, atol=1e-4)
    assert TeacherKnowledge.load(tmp_path / "knowledge").digest == knowledge.digest

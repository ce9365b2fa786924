"""The space is made of registries and one file."""

from dataclasses import replace
from typing import Any

import pytest

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.core.spec import Spec
from gnn2mlp.data import GraphData
from gnn2mlp.inputs import INPUTS
from gnn2mlp.pipeline.searching import space as module
from gnn2mlp.pipeline.searching.settings import Auto
from gnn2mlp.pipeline.searching.space import OPEN, Choice, Space
from gnn2mlp.pipeline.searching.space_file import read_space
from tests.helpers import tiny_graph, tiny_hypergraph, tiny_texts

CONTENT = read_space(None)


@pytest.fixture(scope="module")
def graph() -> GraphData:
    return tiny_graph()


@pytest.fixture(scope="module")
def papers(graph: GraphData) -> GraphData:
    """The same, whose nodes have texts."""
    return replace(graph, texts=tuple(tiny_texts()))


def first(name: str, labels: Any) -> str:
    return str(labels[0])


def last(name: str, labels: Any) -> str:
    return str(labels[-1])


def test_every_configuration_to_begin_with_is_offered(papers: GraphData):
    assert len([*Space.of(papers, Auto()).beginnings()]) == len(CONTENT["first"])


def test_what_is_registered_joins_with_its_defaults(graph: GraphData, monkeypatch: pytest.MonkeyPatch):
    content = {**CONTENT, "methods": {"mlp": {}}, "teachers": {}}
    monkeypatch.setattr(module, "read_space", lambda path: content)
    space = Space.of(graph, Auto())
    assert {"glnn", "krd"} <= set(space.methods)
    assert space.methods["krd"] == {}
    assert "sage" in space.teachers
    assert next(iter(space.methods)) == "mlp"


def test_only_what_reads_the_data_is_tried(graph: GraphData):
    on_graph, on_hypergraph = Space.of(graph, Auto()), Space.of(tiny_hypergraph(), Auto(), Spec("hgnn"))
    assert "hgnn" not in on_graph.teachers
    assert "light_hgnn_plus" not in on_graph.methods
    assert {"hgnn", "unigcn"} <= set(on_hypergraph.teachers)
    assert "krd" not in on_hypergraph.methods
    assert next(iter(Space.of(tiny_hypergraph(), Auto(), Spec("gcn")).teachers)) != OPEN


def test_sparse_features_are_not_made_dense():
    assert "standardise" in Space.of(tiny_graph(), Auto()).inputs
    assert "standardise" not in Space.of(tiny_graph(sparse=True), Auto()).inputs


def test_the_first_choice_leaves_everything_open(graph: GraphData):
    choice = Space.of(graph, Auto()).choose(first)
    assert choice == Choice(Spec("glnn"), None, Spec("mlp"), Spec("features"), {})
    assert choice.label("gcn") == "glnn of gcn, mlp"


def test_what_is_named_is_kept(graph: GraphData):
    named = {"teacher": Spec("sage", hidden=8), "student": Spec("mlp", hidden=7)}
    space = Space.of(graph, Auto(), named=named, distill={"lr": 0.5})
    asked: list[str] = []

    def pick(name: str, labels: Any) -> str:
        asked.append(name)
        return last(name, labels)

    choice = space.choose(pick)
    while choice.teacher is None:  # the last method may have none
        choice = space.choose(lambda name, labels: "glnn" if name == "method" else pick(name, labels))
    assert choice.teacher.name == "sage"
    assert choice.teacher.options["hidden"] == 8
    assert choice.student.options["hidden"] == 7
    assert "student.mlp.hidden" not in asked
    assert "student.mlp.dropout" in asked
    assert "distill.lr" not in asked


def test_a_search_may_be_restricted(graph: GraphData):
    space = Space.of(graph, Auto(teachers=["sage"], methods=["krd", "mlp"], students=["mlp"]))
    assert all(spec is not None and spec.name == "sage" for spec in space.teachers.values())
    assert list(space.methods) == ["krd", "mlp"]
    assert list(Space.of(graph, Auto(methods=["krd", "mlp"]), with_teacher=True).methods) == ["krd"]
    with pytest.raises(ConfigError, match=r"method\.methods.*did you mean 'krd'"):
        Space.of(graph, Auto(methods=["kdr"]))


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"teachers": ["hgnn"]}, r"method\.teachers: expected those that read tiny .* got 'hgnn'; leave it out"),
        ({"methods": ["glnn", "light_hgnn_plus"]}, r"method\.methods: .* got 'light_hgnn_plus'"),
        ({"methods": ["nosmog"]}, "student that needs no graph, got 'nosmog'"),
        ({"students": ["mlp", "set_mlp"]}, r"method\.students: .* got 'set_mlp'"),
        ({"students": ["gnn"]}, "got 'gnn'"),
        (
            {"methods": ["glnn", "tined"], "teachers": ["appnp"]},
            "'tined' reads what none of these teachers writes: appnp",
        ),
    ],
)
def test_what_is_named_and_cannot_be_tried_is_refused(graph: GraphData, options: dict[str, Any], told: str):
    with pytest.raises(ConfigError, match=told):
        Space.of(graph, Auto(**options))


def test_students_of_whole_graphs_are_no_choice(graph: GraphData):
    assert "set_mlp" not in Space.of(graph, Auto()).students


def test_a_method_that_not_every_teacher_serves_has_a_choice_of_its_own(graph: GraphData):
    space = Space.of(graph, Auto())
    assert len(space.taught["vqgraph"]) < len(space.teachers)
    asked: list[str] = []
    space.choose(lambda name, labels: asked.append(name) or ("vqgraph" if name == "method" else labels[0]))  # type: ignore[func-returns-value]
    assert "teacher.vqgraph" in asked
    assert "teacher" not in asked


def test_a_file_of_ones_own_takes_the_place_of_the_packages(graph: GraphData, space_file: str):
    space = Space.of(graph, Auto(space=space_file))
    assert space.distill == {"lr": [0.05]}
    assert next(iter(space.beginnings()))["method.glnn.hard_weight"] == "0.3"


def test_values_in_a_line():
    ensemble = Spec("ensemble", members=["sage", {"name": "gat", "heads": 4}], flag=True, rate=0.5, none=None)
    assert module._text(ensemble) == "ensemble members=sage+gat{heads=4} flag=yes rate=0.5 none=none"
    assert [module._value(value) for value in (0, 1, False, True, 0.0)] == ["0", "1", "no", "yes", "0"]


def test_texts_are_read_where_nodes_have_them(graph: GraphData, papers: GraphData):
    assert "text" not in Space.of(graph, Auto()).inputs
    space = Space.of(papers, Auto())
    assert space.inputs["text"] == {"encoder": ["lsa"], "features": [True]}
    choices = {"inputs": "text", "inputs.text.encoder": "lsa"}
    found = space.choose(lambda name, labels: choices.get(name, labels[0])).inputs
    assert found == Spec("text", encoder="lsa")


def test_only_features_of_a_node_are_read(graph: GraphData):
    names = Space.of(graph, Auto()).inputs
    assert all(not INPUTS.get(name).needs_graph for name in names)

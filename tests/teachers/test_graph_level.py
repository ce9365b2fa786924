from dataclasses import replace
from pathlib import Path

import pytest
import torch

from gnn2mlp.core.errors import ConfigError, DataError
from gnn2mlp.core.spec import Spec
from gnn2mlp.teachers import TEACHERS, GraphGIN, GraphLevelTeacher, Teacher
from gnn2mlp.teachers._graph_level import reads_of
from gnn2mlp.teachers._graph_patches import ragged_of
from gnn2mlp.teachers._patch_network import Cut, PatchNetwork
from tests.graphs import graph_views, random_graphs, relabelled
from tests.helpers import tiny_graph
from tests.tiny import small, tiny_views

NAMES = [name for name, kind in TEACHERS.classes.items() if kind.unit == "graph"]
GRAPHS = random_graphs(count=30)


def made(name: str) -> GraphLevelTeacher:
    teacher = small(TEACHERS, name, epochs=2)
    assert isinstance(teacher, GraphLevelTeacher)
    return teacher


@pytest.fixture(scope="module", params=NAMES)
def fitted(request: pytest.FixtureRequest) -> GraphLevelTeacher:
    teacher = made(request.param)
    teacher.fit(graph_views(GRAPHS).observed)
    return teacher


def test_they_are_these() -> None:
    assert {"graph_gat", "graph_gcn", "graph_gin", "graph_mixer", "graph_vit"} <= set(NAMES)


def test_a_graph_is_judged_by_itself(fitted: GraphLevelTeacher) -> None:
    whole = fitted.predict(GRAPHS)
    alone = torch.cat([fitted.predict(GRAPHS.take([number])) for number in range(len(GRAPHS))])
    torch.testing.assert_close(alone, whole, rtol=1e-5, atol=1e-5)
    assert whole.isfinite().all()  # some graphs have one node, and no edge


def test_the_order_of_nodes_does_not_matter(fitted: GraphLevelTeacher) -> None:
    batch = GRAPHS.batch(range(len(GRAPHS)))
    module = fitted.module_.eval()
    moved, order = relabelled(batch)
    own, other = (), ()
    if isinstance(module, PatchNetwork):  # patches follow from the numbers of nodes, so that they are given
        cut = module.cut(ragged_of(batch))
        own, other = (cut,), (Cut(cut.slots[order], cut.encodings[order]),)
    with torch.no_grad():
        expected, found = module(batch, *own).logits, module(moved, *other).logits
    torch.testing.assert_close(found, expected, rtol=1e-5, atol=1e-5)


def test_the_same_seed_gives_the_same_teacher(fitted: GraphLevelTeacher) -> None:
    again, other = made(fitted.name), made(fitted.name)
    again.fit(graph_views(GRAPHS).observed)
    other.fit(graph_views(GRAPHS).observed, seed=1)
    assert torch.equal(again.predict(GRAPHS), fitted.predict(GRAPHS))
    assert not torch.equal(other.predict(GRAPHS), fitted.predict(GRAPHS))


def test_knowledge_has_a_row_for_each_observed_graph(fitted: GraphLevelTeacher) -> None:
    observed = graph_views(GRAPHS).observed
    table = fitted.export(observed, ["logits", "hidden"], card={"dataset": "random"})
    assert torch.equal(table.node_ids, observed.graph_ids)
    torch.testing.assert_close(table["logits"], fitted.predict(observed.graphs))
    assert table.card["rows"] == "graphs"
    assert table["hidden"].size(0) == observed.graph_ids.numel()


def test_what_is_saved_answers_the_same(fitted: GraphLevelTeacher, tmp_path: Path) -> None:
    fitted.save(tmp_path / "teacher.safetensors")
    loaded = Teacher.load(tmp_path / "teacher.safetensors")
    assert torch.equal(loaded.predict(GRAPHS), fitted.predict(GRAPHS))  # type: ignore[arg-type]
    assert loaded.history_ == fitted.history_


def test_it_describes_itself(fitted: GraphLevelTeacher) -> None:
    assert Spec.parse(fitted.spec().to_dict()).build(TEACHERS) == fitted
    assert any(character.isdigit() for character in fitted.citation)


def test_graphs_with_features_alone_and_several_tasks() -> None:
    graphs = random_graphs(count=30, features=3, edge_codes=False, tasks=2)
    teacher = GraphGIN(hidden=8, epochs=2)
    teacher.fit(graph_views(graphs).observed)
    assert teacher.predict(graphs).shape == (30, 2)


def test_gin_learns_what_the_size_of_a_graph_tells() -> None:
    graphs = random_graphs(count=60, smallest=1)
    graphs = replace(graphs, labels=(graphs.nodes_per_graph > 4).long())
    teacher = GraphGIN(hidden=16, layers=1, pool="sum", norm="none", dropout=0.0, epochs=40, lr=0.02, batch_size=8)
    teacher.fit(graph_views(graphs).observed)
    assert graphs.task.score(teacher.predict(graphs), graphs.labels) > 0.8


def test_other_fields_and_other_units_are_refused(fitted: GraphLevelTeacher) -> None:
    with pytest.raises(DataError, match=r"expected what the teacher was trained on: 0 features of a node, got 3"):
        fitted.predict(random_graphs(features=3))
    with pytest.raises(DataError, match="answers for whole graphs, and .* is one graph whose nodes are asked for"):
        fitted.fit(tiny_views().observed)
    with pytest.raises(DataError, match="answers for a graph, and the task of .* asks for a node"):
        fitted.predict(tiny_graph())
    with pytest.raises(ConfigError, match="does not provide 'code'"):
        fitted.export(graph_views(GRAPHS).observed, ["code"])


def test_options_that_cannot_be() -> None:
    with pytest.raises(ConfigError, match=r"teacher\.pool: expected .*'mean', 'sum', 'max'.*, got 'median'"):
        Spec("graph_gin", pool="median").build(TEACHERS)
    with pytest.raises(ConfigError, match=r"teacher\.heads"):
        Spec("graph_gat", hidden=10, heads=4).build(TEACHERS)


def test_what_is_read_is_what_the_set_has() -> None:
    reads = reads_of(GRAPHS)
    assert (reads.code_sizes, reads.features, reads.edge_code_sizes) == ((3, 2), 0, (3,))
    assert (reads.node_width, reads.edge_width) == (5, 3)

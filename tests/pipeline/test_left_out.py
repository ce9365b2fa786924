"""A class is taken out of graph and split, and its nodes are foreign to the student."""

import numpy as np
import pytest
import torch

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.core.spec import Spec
from gnn2mlp.data import SPLITTERS, GraphData, Split, graph_from_arrays
from gnn2mlp.distill import Distiller
from gnn2mlp.methods import GLNN, MLPBaseline, VQGraph
from gnn2mlp.pipeline.left_out import left_out, without_class
from gnn2mlp.students.mlp import MLPStudent
from gnn2mlp.tasks import NodeClassification
from gnn2mlp.teachers import GCN, TEACHERS


def drawn(classes: list[str], rare: int = 25, nodes: int = 240) -> tuple[GraphData, Split]:
    """Classes in directions of their own, links of like with like; the last class is the rarest."""
    random = np.random.default_rng(0)
    y = np.arange(nodes) % (len(classes) - 1)
    y[:rare] = len(classes) - 1
    x = (3 * np.eye(len(classes), 8)[y] + random.normal(size=(nodes, 8))).astype(np.float32)
    pairs = random.integers(nodes, size=(2, 6 * nodes))
    graph = graph_from_arrays(x, y, pairs[:, y[pairs[0]] == y[pairs[1]]], task=NodeClassification(classes))
    splitter = Spec("fraction", train=0.4, valid=0.2).build(SPLITTERS)
    return graph, splitter.split(graph, 0, "inductive")


FOUR = ["a", "b", "c", "rare"]
PARTS = {"student": MLPStudent(hidden=16), "distiller": Distiller(epochs=40)}


def test_the_nodes_of_a_class_are_gone() -> None:
    graph, split = drawn(FOUR)
    rest, split_of_rest = without_class(graph, split, 1)
    assert rest.num_nodes == int((graph.labels != 1).sum())
    assert rest.task.classes == ("a", "c", "rare")
    kept = (graph.labels != 1).nonzero().flatten()
    names = np.array(FOUR)[graph.labels[kept]]
    assert np.array(rest.task.classes)[rest.labels].tolist() == names.tolist()
    torch.testing.assert_close(rest.features, graph.features[kept])
    assert kept[split_of_rest.train].tolist() == [i for i in split.train.tolist() if graph.labels[i] != 1]
    assert sum(split_of_rest.sizes.values()) == rest.num_nodes
    assert split_of_rest.setting == "inductive"


def test_the_rarest_class_is_foreign_to_its_student() -> None:
    graph, split = drawn(FOUR)
    found = left_out(graph, split, GCN(hidden=16, epochs=40), GLNN(), **PARTS)
    assert (found.label, found.foreign) == ("rare", 25)
    assert found.known == int((graph.labels[split.test] != 3).sum())
    assert set(found.auroc) == {"energy", "confidence"}
    assert found.auroc["energy"] > 0.8
    assert found.seconds > 0


def test_a_named_class_and_codes() -> None:
    graph, split = drawn(FOUR)
    teacher = Spec("vq", encoder={"name": "gcn", "hidden": 16, "epochs": 40}, codes=16).build(TEACHERS)
    before = dict(vars(teacher))
    found = left_out(graph, split, teacher, VQGraph(), label="b", **PARTS)
    assert (found.label, found.foreign) == ("b", int((graph.labels == 1).sum()))
    assert 0 <= found.auroc["code_distance"] <= 1
    assert vars(teacher) == before  # it was not trained itself


def test_a_method_without_a_teacher_trains_none() -> None:
    graph, split = drawn(FOUR)
    found = left_out(graph, split, GCN(hidden=10**9), MLPBaseline(), **PARTS)  # no such teacher could be built
    assert found.auroc["energy"] > 0.7


@pytest.mark.parametrize(
    ("classes", "label", "message"),
    [
        (["a", "b"], None, "at least three classes.*got 2 classes"),
        (FOUR, "rara", "no class 'rara'; did you mean 'rare'"),
        (FOUR, "rare", "has 5 nodes, which say too little"),
    ],
)
def test_what_cannot_be_left_out(classes: list[str], label: str | None, message: str) -> None:
    graph, split = drawn(classes, rare=5)
    with pytest.raises(ConfigError, match=message):
        left_out(graph, split, GCN(), GLNN(), **PARTS, label=label)

from typing import Any

import numpy as np
import pytest
import torch

from gnn2mlp.core.spec import Spec
from gnn2mlp.data import SPLITTERS, Views
from gnn2mlp.deploy import Calibration, Predictor
from gnn2mlp.explainers import fit_surrogate
from gnn2mlp.pipeline.explain_student import ExplainedStudent
from gnn2mlp.students import STUDENTS
from tests.helpers import tiny_graph

NODES = np.array([5, 2])


def _explained(setting: Any = "transductive", calibration: Calibration | None = None) -> ExplainedStudent:
    """An untrained student of a teacher that knows all labels."""
    graph = tiny_graph(nodes=60)
    full = Views.of(graph, Spec("fraction").build(SPLITTERS).split(graph, 0, setting)).full
    logits = 3 * torch.nn.functional.one_hot(graph.labels.clamp(min=0), graph.task.num_outputs).float()
    surrogate = fit_surrogate(graph, logits, hops=2, epochs=60)
    recipe = STUDENTS.get("mlp")(hidden=8)
    torch.manual_seed(0)
    module = recipe.build(graph.num_features, graph.task.num_outputs)
    made = Predictor(recipe, module, graph.num_features, graph.task, calibration=calibration)
    return ExplainedStudent.of(made, full, surrogate, logits, NODES)


@pytest.fixture(scope="module")
def student() -> ExplainedStudent:
    return _explained()


def test_an_explained_node_is_told_with_the_student_s_own_answer(student: ExplainedStudent) -> None:
    told = student.node(0, top=1000)
    logits = student.logits[5].double().sort(descending=True).values
    assert told["answer"] == int(student.logits[5].argmax())
    assert told["margin"] == pytest.approx(float(logits[0] - logits[1]), abs=1e-6)
    assert told["confidence"] == pytest.approx(float(student.logits[5].double().softmax(-1).max()))
    assert sum(value for _, value in told["features"]) == pytest.approx(
        told["margin"] - told["blank_margin"], abs=student.contributions.gap + 1e-9
    )
    assert len(student.node(1, top=2)["features"]) <= 2


def test_the_router_knows_the_margin_of_every_node(student: ExplainedStudent) -> None:
    assert student.router.ids.tolist() == list(range(60))
    assert student.router.own_margin.tolist() == student.pair.own_margin.tolist()
    assert student.routing.nodes == student.full.split.valid.numel()


def test_test_nodes_judge_and_unseen_ones_where_there_are_some(student: ExplainedStudent) -> None:
    found = student.record()
    test = student.full.split.test.numpy()
    assert found["population"] == "test"
    assert found["agreement"] == pytest.approx(student.pair.alike[test].mean())
    assert found["router"]["nodes"] == student.routing.nodes
    labels = student.full.labels.numpy()[test]
    right = (student.logits.argmax(-1).numpy()[test] == labels)[labels >= 0]
    assert found["router"]["student"]["accuracy"] == pytest.approx(right.mean())
    inductive = _explained("inductive")
    assert inductive.record()["population"] == "unseen"


def test_a_calibrated_student_is_as_sure_as_it_says(student: ExplainedStudent) -> None:
    cold = _explained(calibration=Calibration(temperature=0.5))
    torch.testing.assert_close(cold.logits, 2 * student.logits)
    assert (cold.pair.confidence >= student.pair.confidence).all()
    assert cold.contributions.margin.tolist() == student.contributions.margin.tolist()

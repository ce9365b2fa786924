from typing import Any

import numpy as np
import pytest
import torch

from gnn2mlp.core.spec import Spec
from gnn2mlp.data import SPLITTERS, Views
from gnn2mlp.deploy import Predictor
from gnn2mlp.explainers import own_margins
from gnn2mlp.knowledge import TeacherKnowledge
from gnn2mlp.pipeline.trust_margins import NodeMargins, node_margins
from gnn2mlp.students import STUDENTS
from gnn2mlp.teachers import GCN
from tests.helpers import tiny_graph, tiny_hypergraph

pytestmark = pytest.mark.usefixtures("few_epochs")


def _margins(graph: Any, logits: torch.Tensor | None = None, with_student: bool = False) -> NodeMargins | None:
    """Of a teacher that knows all labels, or says what is given."""
    views = Views.of(graph, Spec("fraction").build(SPLITTERS).split(graph, 0, "inductive"))
    ids = views.observed.node_ids
    if logits is None:
        logits = 3 * torch.nn.functional.one_hot(graph.labels.clamp(min=0), graph.task.num_outputs).float()
    recipe, made = STUDENTS.get("mlp")(hidden=8), None
    if with_student:
        torch.manual_seed(0)
        module = recipe.build(graph.num_features, graph.task.num_outputs)
        made = Predictor(recipe, module, graph.num_features, graph.task)
    knowledge = TeacherKnowledge(ids, {"logits": logits[ids]})
    return node_margins(GCN(), knowledge, views.observed, views.full, made, ids.numpy()[[4, 9]])


def test_margins_are_those_of_the_graph_that_the_teacher_saw() -> None:
    found = _margins(tiny_graph(nodes=60))
    assert found is not None
    parts = own_margins(found.surrogate, [4, 9])
    assert found.own.tolist() == parts.own.tolist()
    assert found.neighbours.tolist() == parts.neighbours.tolist()
    assert found.surrogate.operator.shape[0] < 60
    assert list(found.columns) == ["own_margin", "neighbours_margin"]
    assert "student" not in found.record()


def test_a_student_stands_beside_its_teacher() -> None:
    found = _margins(tiny_graph(nodes=60), with_student=True)
    assert found is not None
    assert found.alike is not None
    assert found.confidence is not None
    assert found.columns["student_agrees"] == [str(int(one)) for one in found.alike]
    assert ((found.confidence > 0) & (found.confidence <= 1)).all()
    told = found.record()["student"]
    assert told["population"] == "seen"
    assert told["agreement"] == pytest.approx(np.mean(found.alike))


def test_where_no_surrogate_speaks_for_the_teacher_nothing_is_told() -> None:
    assert _margins(tiny_hypergraph(nodes=60)) is None
    graph = tiny_graph(nodes=400)
    noise = 9 * torch.randn(400, graph.task.num_outputs, generator=torch.Generator().manual_seed(0))
    assert _margins(graph, noise) is None
    assert _margins(tiny_graph(nodes=16)) is None

"""Of every registered method of nodes: no row of an unseen node and no label of a test node reaches its students."""

from dataclasses import replace
from functools import cache
from typing import Any

import pytest
import torch
from torch import Tensor

from gnn2mlp.core.spec import Spec
from gnn2mlp.data import NodeData, Observed, Views
from gnn2mlp.data.split import Setting
from gnn2mlp.distill import Distiller, Learner
from gnn2mlp.knowledge import TeacherKnowledge
from gnn2mlp.methods import METHODS, Method
from gnn2mlp.students import STUDENTS
from gnn2mlp.teachers import TEACHERS
from tests.test_leaks import relabelled, rewired
from tests.tiny import Kind, small, tiny_views

# Options that have no default, that make training long, or that let all parts of a method take part in a short one.
EXAMPLES: dict[str, dict[str, Any]] = {
    "simmlp": {"epochs": 5},
    "krd": {"warmup": 1, "every": 1},
    "composed": {"objective": ["hard_labels", "soft_labels", "consistency"]},
    "tined": {"positions": "positions", "similarity_weight": 0.1, "adversarial_weight": 0.1},
}
DATA: dict[Kind, dict[str, Any]] = {"graph": {"texts": True}, "hypergraph": {}}
NAMES = [name for name, cls in METHODS.classes.items() if cls.unit != "pair"]


def made(name: str) -> Method:
    return Spec(name, **EXAMPLES.get(name, {})).build(METHODS)


@cache
def views_of_kind(kind: Kind, setting: Setting) -> Views:
    return tiny_views(setting, kind=kind, **DATA[kind])


@cache
def knowledge(kind: Kind, setting: Setting, teacher: str) -> TeacherKnowledge:
    observed = views_of_kind(kind, setting).observed
    trained = small(TEACHERS, teacher, codes=8)
    trained.fit(observed)
    return trained.export(observed, trained.provides)


def taught(method: Method, kind: Kind, setting: Setting) -> TeacherKnowledge:
    names = ("hgnn",) if kind == "hypergraph" else ("vq", "sage", "gkedm", "language")
    return knowledge(kind, setting, next(n for n in names if method.teacher_keys <= TEACHERS.get(n).provides))


def answers(method: Method, observed: Observed, table: TeacherKnowledge, graph: NodeData) -> Tensor:
    """What the student that ships says of the nodes of `graph`, whatever it was trained on."""
    learner = Learner(Distiller(epochs=4, lr=0.05), small(STUDENTS, "mlp"), observed, table, seed=1)
    learnt = method.learn(learner)
    return learnt.module(learnt.inputs.rows(graph)).logits.detach()


def with_others(data: NodeData, nodes: Tensor) -> NodeData:
    """All of some nodes changed: features, what links them, their texts."""
    texts = getattr(data, "texts", None)
    changed = rewired(data, nodes)
    if texts is None:
        return changed
    other = dict.fromkeys(nodes.tolist(), "nothing of the kind")
    return replace(changed, texts=tuple(other.get(node, text) for node, text in enumerate(texts)))


@pytest.mark.parametrize("setting", ["inductive", "transductive"])
@pytest.mark.parametrize("name", NAMES)
def test_unseen_rows_and_test_labels_leave_no_trace(name: str, setting: Setting) -> None:
    method = made(name)
    kind: Kind = "hypergraph" if "hyperedges" in method.needs else "graph"
    views, table = views_of_kind(kind, setting), taught(method, kind, setting)
    split = views.full.split
    other = relabelled(with_others(views.full.graph, split.unseen), split.test)
    changed = Views.of(other, split).observed
    assert torch.equal(*(answers(method, view, table, views.full.graph) for view in (views.observed, changed)))


@pytest.mark.parametrize("name", NAMES)
def test_observed_rows_do_leave_a_trace(name: str) -> None:
    """So that what is compared above can differ."""
    method = made(name)
    kind: Kind = "hypergraph" if "hyperedges" in method.needs else "graph"
    views, table = views_of_kind(kind, "transductive"), taught(method, kind, "transductive")
    data, split = views.full.graph, views.full.split
    changed = Views.of(relabelled(with_others(data, split.train), split.train), split).observed
    assert not torch.equal(*(answers(method, view, table, data) for view in (views.observed, changed)))

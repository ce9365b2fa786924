"""What every teacher's network promises as a student, and every objective and method to such a student."""

from functools import cache
from pathlib import Path
from typing import Any

import pytest
import torch

from gnn2mlp.core.errors import Gnn2mlpError
from gnn2mlp.core.spec import Spec
from gnn2mlp.data import HypergraphData, Views
from gnn2mlp.distill import Distiller
from gnn2mlp.distill.learner import Learner
from gnn2mlp.distill.networks import as_teacher, check_of_network
from gnn2mlp.knowledge import TeacherKnowledge
from gnn2mlp.methods import METHODS, Method
from gnn2mlp.objectives import HardLabels, SoftLabels
from gnn2mlp.students.gnn import ENCODERS, GNNStudent, untrained
from gnn2mlp.teachers import TEACHERS, Teacher
from tests.helpers import tiny_graph, tiny_hypergraph
from tests.tiny import small, views_of

NETWORKS = [name for name, kind in TEACHERS.classes.items() if getattr(kind, "distillable", False)]
DISTILLER = Distiller(epochs=3, patience=3)


def test_the_students_registry_knows_all_teachers() -> None:
    assert ENCODERS.classes.keys() >= TEACHERS.classes.keys()


@cache
def student_of(name: str) -> GNNStudent:
    return GNNStudent(untrained(small(TEACHERS, name).spec().to_dict()))


@cache
def views(hypergraph: bool) -> Views:
    return views_of(tiny_hypergraph() if hypergraph else tiny_graph(), "inductive")


@cache
def knowledge(hypergraph: bool, keys: tuple[str, ...] = ("logits",)) -> TeacherKnowledge:
    teacher: Any = small(TEACHERS, "hgnn" if hypergraph else "gcn", epochs=5)
    teacher.fit(views(hypergraph).observed)
    found: TeacherKnowledge = teacher.export(views(hypergraph).observed, keys)
    return found


@pytest.mark.parametrize("name", NETWORKS)
def test_a_network_learns_predicts_saves_and_loads(name: str, tmp_path: Path) -> None:
    student = student_of(name)
    hyper = student.teacher.reads is HypergraphData
    observed, full = views(hyper).observed, views(hyper).full
    made = [DISTILLER.fit(student, SoftLabels(), observed, knowledge(hyper)) for _ in range(2)]
    networks = [as_teacher(one) for one in made]
    logits = networks[0].predict(full.graph)
    assert logits.shape == (full.graph.num_nodes, full.graph.task.num_outputs)
    assert bool(logits.isfinite().all())
    assert torch.equal(logits, networks[1].predict(full.graph))  # equal seeds, equal bits
    assert networks[0].evaluate(full.graph)["hidden"].size(1) == student.hidden
    networks[0].save(tmp_path / "network.safetensors")
    again = Teacher.load(tmp_path / "network.safetensors")
    assert torch.equal(again.predict(full.graph), logits)
    assert again.history_.best_epoch == made[0].history.best_epoch
    # What chose the epoch is what the network says of the validation nodes, from observed links.
    said = networks[0].predict(observed.graph)[observed.valid]
    best = made[0].history.valid[made[0].history.best_epoch - 1]
    assert observed.task.score(said, observed.graph.labels[observed.valid]) == pytest.approx(best)


def test_gradients_of_the_objective_reach_every_parameter() -> None:
    """With a learning rate, all weights have moved."""
    student, observed = student_of("gcn"), views(False).observed
    short = Distiller(epochs=1, averaging="none", weight_decay=0.0)
    before = student.network(observed.graph.num_features, observed.task.num_outputs)
    made = short.fit(student, HardLabels(), observed)
    assert all(not torch.equal(a, b) for a, b in zip(before.parameters(), made.module.parameters(), strict=True))


def refusal(method: Method, student: GNNStudent) -> str:
    """What the method says of such a student; nothing if it teaches it."""
    try:
        method.check_student(student)
    except Gnn2mlpError as error:
        return str(error)
    return ""


@pytest.mark.parametrize("name", [name for name, kind in METHODS.classes.items() if kind.unit == "node"])
def test_a_method_teaches_networks_or_says_that_it_does_not(name: str) -> None:
    method = Spec(name).build(METHODS) if name != "composed" else Spec(name, objective="soft_labels").build(METHODS)
    student = student_of("gcn")
    if refused := refusal(method, student):
        assert "\n" not in refused
        assert "expected" in refused
        return
    hyper = "hyperedges" in method.needs
    student = student_of("hgnn") if hyper else student
    keys = method.teacher_keys
    provider = "hgnn" if hyper else "gcn"
    able = [provider] if keys <= TEACHERS.get(provider).provides else []
    if not able:
        check_of_network(method.build_objective())  # its teacher is another one
        return
    table = knowledge(hyper, tuple(sorted(keys))) if keys else None
    learner = Learner(DISTILLER, student, views(hyper).observed, table)
    assert as_teacher(method.learn(learner)).predict(views(hyper).full.graph).isfinite().all()

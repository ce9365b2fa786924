"""The teacher's assistant: who teaches whom, and that the student is graph-free."""

import pytest
import torch

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.core.seeds import derive
from gnn2mlp.distill import Distiller, Learner
from gnn2mlp.inputs import INPUTS
from gnn2mlp.inputs.hops import Hops
from gnn2mlp.methods import TeacherAssistant
from gnn2mlp.objectives import SoftLabels
from gnn2mlp.students.mlp import MLPStudent
from tests.tiny import random_knowledge, tiny_views

OBSERVED = tiny_views("inductive").observed
KNOWLEDGE = random_knowledge(OBSERVED.node_ids)
LEARNER = Learner(Distiller(epochs=4), MLPStudent(hidden=8), OBSERVED, KNOWLEDGE, seed=3)
X = OBSERVED.graph.features


@pytest.mark.parametrize("hops", [0, 2])
def test_the_assistant_learns_from_the_teacher_and_the_student_from_the_assistant(hops: int) -> None:
    larger = MLPStudent(hidden=32)
    inputs = Hops(hops) if hops else None
    assistant = LEARNER.fit(SoftLabels(), student=larger, inputs=inputs, seed=derive(3, "assistant"))
    assert assistant.num_features == (hops + 1) * 12
    student = LEARNER.fit(SoftLabels(), tables={"teacher": LEARNER.write(assistant)})
    made = TeacherAssistant({"name": "mlp", "hidden": 32}, hops=hops).learn(LEARNER)
    assert torch.equal(made.module(X).logits, student.module(X).logits)
    assert made.num_features == 12
    assert not made.inputs.needs_graph
    assert made.history.seconds > 0


def test_hops_are_of_the_rows_that_the_student_reads() -> None:
    scaled = Learner(Distiller(epochs=2), MLPStudent(hidden=8), OBSERVED, KNOWLEDGE, inputs=INPUTS.get("standardise")())
    assert TeacherAssistant().learn(scaled).module(X).logits.shape == (len(X), 3)


def test_the_assistant_is_written_out_in_the_configuration() -> None:
    assert TeacherAssistant(MLPStudent(hidden=7)).spec().options["assistant"]["hidden"] == 7
    with pytest.raises(ConfigError, match="method.hops: expected at least 0, got -1"):
        TeacherAssistant(hops=-1)

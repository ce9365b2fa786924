"""Several students, averaged, and their average as one."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.core.seeds import derive
from gnn2mlp.distill import Checkpoint, Distiller, Learner
from gnn2mlp.knowledge import KEYS, TeacherKnowledge
from gnn2mlp.methods.averaged_students import AveragedStudents
from gnn2mlp.methods.glnn import GLNN
from gnn2mlp.nn.averaged import Averaged
from gnn2mlp.nn.mlp import MLP
from gnn2mlp.objectives import SoftLabels
from gnn2mlp.students.averaged import AveragedStudent
from gnn2mlp.students.mlp import MLPStudent
from tests.rowtables import tiny_table
from tests.tiny import random_knowledge, tiny_views

STUDENT = MLPStudent(hidden=8, dropout=0.1)
OBSERVED = tiny_views().observed
KNOWLEDGE = random_knowledge(OBSERVED.node_ids).select(["logits"])
X = OBSERVED.graph.features


def learner(epochs: int = 5, knowledge: TeacherKnowledge = KNOWLEDGE) -> Learner:
    return Learner(Distiller(epochs=epochs), STUDENT, OBSERVED, knowledge)


def test_ships_the_average_of_students_that_learn_by_the_method_from_their_own_seeds() -> None:
    glnn = GLNN(hard_weight=0.5, sharpen=2.0)
    made = AveragedStudents(glnn, students=3).learn(learner())
    alone = [replace(learner(), seed=seed) for seed in (0, derive(0, "student/1"), derive(0, "student/2"))]
    expected = sum(glnn.learn(each).module(X).logits.softmax(-1) for each in alone) / 3
    torch.testing.assert_close(made.module(X).logits.exp(), expected)
    assert made.student == AveragedStudent(STUDENT, members=3)


def test_one_student_is_that_of_the_method() -> None:
    made, plain = AveragedStudents(students=1).learn(learner()), GLNN().learn(learner())
    assert torch.equal(made.module(X).logits, plain.module(X).logits)
    assert made.student is None


def test_the_average_is_distilled_into_one_student() -> None:
    average = AveragedStudents(students=2).learn(learner(40))
    one = AveragedStudents(students=2, into_one=True).learn(learner(40))
    assert isinstance(average.module, Averaged)
    assert isinstance(one.module, MLP)
    assert one.student is None
    written = learner(40).write(average)
    assert one.card["knowledge"] == written.digest
    again = learner(40).fit(SoftLabels(), tables={"teacher": written}, seed=derive(0, "student of the average"))
    assert torch.equal(one.module(X).logits, again.module(X).logits)
    assert one.history.seconds > again.history.seconds / 2  # that of all of them


@pytest.mark.skipif("member_logits" not in KEYS, reason="no teacher writes down what its members say")
def test_each_student_may_learn_from_a_member_of_the_teacher() -> None:
    said = torch.randn(OBSERVED.graph.num_nodes, 2, 3, generator=torch.Generator().manual_seed(0))
    table = TeacherKnowledge(OBSERVED.node_ids, {**KNOWLEDGE.values, "member_logits": said})
    made = AveragedStudents(students=3, of_members=True).learn(learner(knowledge=table))
    for number, member in enumerate((0, 1, 0)):
        own = TeacherKnowledge(OBSERVED.node_ids, {"logits": said[:, member].contiguous()})
        seed = derive(0, f"student/{number}") if number else 0
        expected = GLNN().learn(replace(learner(knowledge=own), seed=seed))
        assert torch.equal(made.module.members[number](X).logits, expected.module(X).logits)  # type: ignore[union-attr, index]


def test_a_teacher_without_members_is_refused() -> None:
    with pytest.raises(ConfigError, match="expected a teacher that is an ensemble"):
        AveragedStudents(of_members=True).learn(learner())


def test_rows_of_a_table_are_learnt_from_and_checkpoints_are_kept_apart(tmp_path: Path) -> None:
    table = tiny_table(tmp_path / "table")
    given = Learner(Distiller(epochs=2, batch_size=64), STUDENT, table)
    checkpointed = replace(given, checkpoint=Checkpoint(tmp_path / "checkpoint.safetensors"))
    made = AveragedStudents(students=2).learn(given)
    again = AveragedStudents(students=2).learn(checkpointed)
    resumed = AveragedStudents(students=2).learn(checkpointed)
    x = torch.rand(5, 4, generator=torch.Generator().manual_seed(0))
    assert torch.equal(made.module(x).logits, again.module(x).logits)
    assert torch.equal(again.module(x).logits, resumed.module(x).logits)
    assert sorted(path.name for path in tmp_path.glob("*.safetensors")) == [
        "checkpoint-student-1.safetensors",
        "checkpoint-student-2.safetensors",
    ]


@pytest.mark.parametrize("options", [{"into_one": True}, {"of_members": True}])
def test_what_needs_all_nodes_is_refused_on_a_table(options: dict[str, bool]) -> None:
    with pytest.raises(ConfigError, match="'averaged_students' trains several students or phases on all nodes"):
        AveragedStudents(**options).check_streams()  # type: ignore[arg-type]
    AveragedStudents().check_streams()

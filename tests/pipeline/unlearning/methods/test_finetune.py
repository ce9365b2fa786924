import pytest
import torch

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.pipeline.unlearning.methods.finetune import FineTune
from tests.pipeline.unlearning.conftest import Make


def test_a_student_goes_on_from_its_weights(make: Make) -> None:
    one = make([3, 17])
    old, new = (
        dict(student.module.state_dict())
        for student in (one.before.student.value, FineTune(epochs=1).models(one).student.value)
    )
    assert old.keys() == new.keys()
    assert not all(torch.equal(old[key], new[key]) for key in old)
    moved = max(float((old[key] - new[key]).abs().max()) for key in old)
    assert moved < 0.05  # one step of Adam; weights that are drawn anew are further away


def test_a_teacher_goes_on_and_teaches_a_new_student(make: Make) -> None:
    one = make([3, 17], what="teacher")
    models = FineTune(epochs=2).models(one)
    assert len(models.teacher.value.history_.loss) == 2
    assert models.knowledge.value.node_ids.tolist() == one.observed.node_ids.tolist()


def test_epochs_are_checked() -> None:
    with pytest.raises(ConfigError, match="epochs"):
        FineTune(epochs=0)

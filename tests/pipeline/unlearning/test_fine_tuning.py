import pytest
import torch

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.core.identity import Execution
from gnn2mlp.core.progress import silent
from gnn2mlp.pipeline.unlearning.fine_tuning import fine_tune_teacher
from gnn2mlp.pipeline.unlearning.recorded import RecordedTeacher
from tests.pipeline.unlearning.conftest import Make


def test_the_given_teacher_stays_as_it_was(make: Make) -> None:
    one = make([3])
    teacher = one.before.the_teacher.value
    before = {key: value.clone() for key, value in teacher.module_.state_dict().items()}
    cpu = torch.device("cpu")
    made = fine_tune_teacher(teacher, one.observed, 3, 0, Execution.on("cpu"), device=cpu, progress=silent)
    assert all(torch.equal(before[key], value) for key, value in teacher.module_.state_dict().items())
    assert not all(torch.equal(before[key], value) for key, value in made.module_.state_dict().items())
    with pytest.raises(ConfigError, match="finetune: expected a teacher that is one network over a graph"):
        fine_tune_teacher(RecordedTeacher({}), one.observed, 3, 0, Execution.on("cpu"), device=cpu, progress=silent)

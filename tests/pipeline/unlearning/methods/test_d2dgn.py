import pytest
import torch

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.data import Removal
from gnn2mlp.pipeline.unlearning.methods.d2dgn import D2DGN
from tests.pipeline.unlearning.conftest import Make

GONE = [3, 17, 40, 41, 77]


def test_a_student_forgets_from_its_weights_on(make: Make) -> None:
    one = make(GONE)
    models = D2DGN(epochs=3, destroyer="uniform").models(one)
    old, new = (dict(student.value.module.state_dict()) for student in (one.before.student, models.student))
    assert old.keys() == new.keys()
    assert not all(torch.equal(old[key], new[key]) for key in old)
    assert max(float((old[key] - new[key]).abs().max()) for key in old) < 0.1  # three steps of Adam
    assert len(models.student.value.card["history"]["loss"]) == 3


def test_a_teacher_forgets_and_teaches_a_new_student(make: Make) -> None:
    one = make(GONE, what="teacher")
    models = D2DGN(epochs=3, destroyer="ignorant", ignorant_epochs=2).models(one)
    assert len(models.teacher.value.history_.loss) == 3
    assert models.knowledge.value.node_ids.tolist() == one.observed.node_ids.tolist()


def test_options_are_checked_and_edges_refused_before_anything_is_trained() -> None:
    with pytest.raises(ConfigError, match="alpha"):
        D2DGN(alpha=2)
    with pytest.raises(ConfigError, match="destroyer: expected one of"):
        D2DGN(destroyer="none")  # type: ignore[arg-type]
    with pytest.raises(ConfigError, match="epochs"):
        D2DGN(epochs=0)
    D2DGN().check_removal(Removal(9, torch.tensor([1])))
    with pytest.raises(ConfigError, match="'d2dgn' forgets nodes alone, got 1 edges; methods that forget these"):
        D2DGN().check_removal(Removal(9, edges=torch.tensor([[1], [2]])))

from typing import Any

import pytest
import torch

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.distill import Distiller, Learner
from gnn2mlp.distill.start import Start
from gnn2mlp.objectives import HardLabels
from gnn2mlp.students import STUDENTS
from gnn2mlp.students.mlp import MLPStudent
from tests.tiny import tiny_views


def same(width: int) -> torch.Tensor:
    return torch.arange(width)


@pytest.mark.parametrize("name", ["mlp", "progressive_mlp", "layerwise"])
def test_all_weights_come_from_the_earlier_student(name: str) -> None:
    if name not in STUDENTS.classes:
        pytest.skip(f"no student {name}")
    recipe: Any = STUDENTS.get(name)()
    torch.manual_seed(0)
    earlier, later = recipe.network(4, 3), recipe.network(4, 3)
    Start(earlier.state_dict(), same(4)).apply(later)
    for key, value in later.state_dict().items():
        assert torch.equal(value, earlier.state_dict()[key])


def test_features_go_by_their_places_and_new_ones_are_initialised() -> None:
    torch.manual_seed(0)
    earlier, later = MLPStudent(hidden=8).build(3, 2), MLPStudent(hidden=8).build(4, 2)
    before = later.maps[0].weight.clone()
    Start(earlier.state_dict(), torch.tensor([2, -1, 0, -1])).apply(later)
    now = later.maps[0].weight
    assert torch.equal(now[[0, 2]], earlier.maps[0].weight[[2, 0]])
    assert torch.equal(now[[1, 3]], before[[1, 3]])


def test_another_architecture_is_refused() -> None:
    small, large = MLPStudent(hidden=8).build(3, 2), MLPStudent(hidden=16).build(3, 2)
    with pytest.raises(ConfigError, match="start: expected"):
        Start(small.state_dict(), same(3)).apply(large)
    deep = MLPStudent(hidden=8, layers=3).build(3, 2)
    with pytest.raises(ConfigError, match="same architecture"):
        Start(small.state_dict(), same(3)).apply(deep)


def test_a_student_that_starts_where_another_ended_is_that_one_after_no_step() -> None:
    views = tiny_views()
    learner = Learner(Distiller(epochs=30, averaging="none"), MLPStudent(hidden=8), views.observed)
    first = learner.fit(HardLabels())
    start = Start(first.module.state_dict(), same(first.num_features))
    once = Distiller(epochs=1, lr=1e-12, weight_decay=0.0, averaging="none")
    again = Learner(once, MLPStudent(hidden=8), views.observed, start=start).fit(HardLabels())
    fresh = Learner(once, MLPStudent(hidden=8), views.observed).fit(HardLabels())
    for key, value in first.module.state_dict().items():
        torch.testing.assert_close(again.module.state_dict()[key], value)
    assert not torch.allclose(fresh.module.state_dict()[key], value)

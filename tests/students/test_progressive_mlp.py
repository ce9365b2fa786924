"""The student that is a sequence of MLPs."""

import pytest
import torch

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.students import STUDENTS
from gnn2mlp.students.progressive_mlp import ProgressiveMLPStudent


def test_options_reach_the_network() -> None:
    student = ProgressiveMLPStudent(
        hidden=8, layers=3, dropout=0.2, norm="batch", stages=2, exit_threshold=0.8, input_dropout=0.1
    )
    made = student.network(4, 3)
    assert len(made.stages) == 2
    assert len(made.stages[0].norms) == 2
    assert (made.stages[1].dropout, made.exit_threshold, made.input_dropout) == (0.2, 0.8, 0.1)
    assert made(torch.zeros(5, 4)).hidden.shape == (5, 8)
    assert student.spec().build(STUDENTS) == student


@pytest.mark.parametrize("options", [{"stages": 0}, {"layers": 1}, {"exit_threshold": -0.1}, {"dropout": 1.0}])
def test_impossible_options_are_refused(options: dict[str, float]) -> None:
    with pytest.raises(ConfigError, match=next(iter(options))):
        ProgressiveMLPStudent(**options)

"""What distillation gives back."""

import dataclasses

import pytest
from torch import nn

from gnn2mlp.distill import DistillationResult
from gnn2mlp.nn.training import History


def test_is_frozen() -> None:
    result = DistillationResult(nn.Identity(), 3, History(loss=[1.0], valid=[0.5], best_epoch=1), {"seed": 3})
    assert result.card["seed"] == 3
    with pytest.raises(dataclasses.FrozenInstanceError):
        result.card = {}  # type: ignore[misc]

"""The MLP student: sizes and options."""

import pytest
from torch import nn

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.students.mlp import MLPStudent


def test_sizes_by_hand() -> None:
    module = MLPStudent(hidden=8, layers=3).build(5, 4)
    assert sum(p.numel() for p in module.parameters()) == (5 * 8 + 8) + (8 * 8 + 8) + (8 * 4 + 4)


def test_norm_and_dropout_reach_the_network() -> None:
    module = MLPStudent(hidden=8, layers=3, dropout=0.25, norm="batch").build(5, 4)
    assert sum(isinstance(m, nn.BatchNorm1d) for m in module.modules()) == 2
    assert module.dropout == 0.25


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"layers": 1}, r"student\.layers: expected at least 2, got 1"),
        ({"hidden": 0}, r"student\.hidden: expected at least 1, got 0"),
        ({"dropout": 1.5}, r"student\.dropout: expected a number from 0 to below 1, got 1\.5"),
    ],
)
def test_impossible_options_are_refused(options: dict[str, float], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        MLPStudent(**options)  # type: ignore[arg-type]

"""A stack of equal layers: its options, and the network that is made of them."""

from typing import Any

import pytest

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.nn.linear import Linear
from gnn2mlp.teachers._layered import LayeredTeacher
from gnn2mlp.teachers.gcn import GCN
from gnn2mlp.teachers.hgnn import HGNN

kinds = pytest.mark.parametrize("kind", [GCN, HGNN], ids=lambda kind: kind.name)


@kinds
def test_layers_have_the_widths_of_the_options(kind: type[LayeredTeacher]) -> None:
    maps = [conv.map for conv in kind(hidden=16, layers=3).convs(12, 5)]
    assert all(isinstance(layer, Linear) for layer in maps)
    assert [(layer.in_features, layer.out_features) for layer in maps] == [(12, 16), (16, 16), (16, 5)]


@kinds
def test_network_is_made_of_the_layers(kind: type[LayeredTeacher]) -> None:
    network = kind(hidden=16, layers=3, dropout=0.25, norm="batch").build(12, 5)
    assert len(network.convs) == 3
    assert network.dropout == 0.25
    assert [norm.num_features for norm in network.norms] == [16, 16]


def test_only_the_last_layer_is_told_that_it_gives_logits() -> None:
    told = []

    class Telling(GCN):
        def conv(self, in_features: int, out_features: int, last: bool) -> Any:
            told.append(last)
            return super().conv(in_features, out_features, last)

    Telling(layers=4).convs(12, 5)
    assert told == [False, False, False, True]


@kinds
def test_it_is_trained_as_its_own_options_say(kind: type[LayeredTeacher]) -> None:
    teacher = kind(lr=0.5, epochs=3)
    assert teacher.optimisation is teacher
    assert teacher.optimisation.fanouts is None


@kinds
@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"layers": 1}, r"teacher\.layers: expected at least 2, got 1"),
        ({"hidden": 0}, r"teacher\.hidden: expected at least 1, got 0"),
        ({"epochs": 0}, r"teacher\.epochs: expected at least 1, got 0"),
        ({"patience": 0}, r"teacher\.patience: expected at least 1, got 0"),
        ({"lr": 0.0}, r"teacher\.lr: expected a positive number, got 0\.0"),
        ({"weight_decay": -1.0}, r"teacher\.weight_decay: expected at least 0, got -1\.0"),
        ({"dropout": 1.0}, r"teacher\.dropout: expected a number from 0 to below 1, got 1\.0"),
    ],
)
def test_impossible_options_are_refused(kind: type[LayeredTeacher], options: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        kind(**options)

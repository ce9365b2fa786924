"""Options of message-passing teachers, and the layers that they make of them."""

import pytest

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.nn.linear import Linear
from gnn2mlp.teachers.gcn import GCN


def test_layers_have_the_widths_of_the_options() -> None:
    maps = [conv.map for conv in GCN(hidden=16, layers=3).convs(12, 5)]
    assert all(isinstance(layer, Linear) for layer in maps)
    assert [(layer.in_features, layer.out_features) for layer in maps] == [(12, 16), (16, 16), (16, 5)]


def test_network_is_made_of_the_layers() -> None:
    network = GCN(hidden=16, layers=3, dropout=0.25).build(12, 5)
    assert len(network.convs) == 3
    assert network.dropout == 0.25


def test_it_is_trained_as_its_own_options_say() -> None:
    teacher = GCN(lr=0.5, epochs=3)
    assert teacher.optimisation is teacher


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"layers": 1}, r"teacher\.layers: expected at least 2, got 1"),
        ({"hidden": 0}, r"teacher\.hidden: expected at least 1, got 0"),
        ({"epochs": 0}, r"teacher\.epochs: expected at least 1, got 0"),
        ({"lr": 0.0}, r"teacher\.lr: expected a positive number, got 0\.0"),
        ({"weight_decay": -1.0}, r"teacher\.weight_decay: expected at least 0, got -1\.0"),
        ({"dropout": 1.0}, r"teacher\.dropout: expected a number from 0 to below 1, got 1\.0"),
        ({"fanouts": (5,)}, r"teacher\.fanouts: expected .* each layer \(2\), got \[5\]"),
        ({"fanouts": (5, 0)}, r"teacher\.fanouts: expected a number of at least 1 for each layer \(2\), got \[5, 0\]"),
    ],
)
def test_impossible_options_are_refused(options: dict[str, object], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        GCN(**options)  # type: ignore[arg-type]

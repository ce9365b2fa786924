"""Message-passing teachers: options, the network made of them, and the data that they read."""

from typing import Any

import pytest
import torch

from gnn2mlp.core.errors import ConfigError, DataError
from gnn2mlp.core.spec import Spec
from gnn2mlp.data import NeighbourSampler
from gnn2mlp.nn.linear import Linear
from gnn2mlp.teachers import TEACHERS
from gnn2mlp.teachers._gnn import GNNTeacher
from gnn2mlp.teachers.gcn import GCN
from gnn2mlp.teachers.hgnn import HGNN
from tests.helpers import tiny_graph, tiny_hypergraph
from tests.tiny import tiny_views

kinds = pytest.mark.parametrize("kind", [GCN, HGNN], ids=lambda kind: kind.name)


@kinds
def test_layers_have_the_widths_of_the_options(kind: type[GNNTeacher]) -> None:
    maps = [conv.map for conv in kind(hidden=16, layers=3).convs(12, 5)]
    assert all(isinstance(layer, Linear) for layer in maps)
    assert [(layer.in_features, layer.out_features) for layer in maps] == [(12, 16), (16, 16), (16, 5)]


@kinds
def test_network_is_made_of_the_layers(kind: type[GNNTeacher]) -> None:
    network = kind(hidden=16, layers=3, dropout=0.25, norm="batch").build(12, 5)
    assert len(network.convs) == 3
    assert network.dropout == 0.25
    assert [norm.num_features for norm in network.norms] == [16, 16]


def test_a_device_that_nothing_was_tried_on_is_refused() -> None:
    observed = tiny_views().observed
    with pytest.raises(ConfigError, match="device: expected auto, cpu, cuda or cuda:N, got 'mps'"):
        GCN(hidden=4, epochs=1).fit(observed, device="mps")
    teacher = GCN(hidden=4, epochs=1)
    teacher.fit(observed)
    for ask in (teacher.predict, teacher.neighbourhood_predictor):
        with pytest.raises(ConfigError, match="got 'xpu'"):
            ask(observed.graph, "xpu")


def test_only_the_last_layer_is_told_that_it_gives_logits() -> None:
    told = []

    class Telling(GCN):
        def conv(self, in_features: int, out_features: int, last: bool) -> Any:
            told.append(last)
            return super().conv(in_features, out_features, last)

    Telling(layers=4).convs(12, 5)
    assert told == [False, False, False, True]


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
def test_impossible_options_of_all_are_refused(kind: type[GNNTeacher], options: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        kind(**options)


def test_a_misspelt_option_is_told_its_name() -> None:
    with pytest.raises(ConfigError, match="GCN has no option 'hiden'; did you mean 'hidden'?"):
        GCN(hiden=3)  # type: ignore[call-arg]


def test_options_reach_the_teacher() -> None:
    made = Spec("gcn", fanouts=[5, 3], batch_size=7, hidden=16, lr=0.5).build(TEACHERS)
    assert isinstance(made, GCN)
    assert (made.fanouts, made.batch_size, made.hidden, made.lr) == ((5, 3), 7, 16, 0.5)
    assert made.spec().options["fanouts"] == [5, 3]


def test_blocks_are_cut_out_of_the_graph() -> None:
    graph = tiny_graph()
    sampler = GCN().sampler(graph)
    assert isinstance(sampler, NeighbourSampler)
    assert torch.equal(sampler.full_block().pattern.to_dense(), graph.adjacency.to_dense())


def test_hypergraphs_are_refused() -> None:
    with pytest.raises(DataError, match="teacher 'gcn' works on a graph, and tiny hypergraph is a hypergraph"):
        GCN().sampler(tiny_hypergraph())


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"fanouts": (5,)}, r"teacher\.fanouts: expected .* each layer \(2\), got \[5\]"),
        ({"fanouts": (5, 0)}, r"teacher\.fanouts: expected a number of at least 1 for each layer \(2\), got \[5, 0\]"),
        ({"batch_size": 0}, r"teacher\.batch_size: expected at least 1, got 0"),
    ],
)
def test_impossible_options_are_refused(options: dict[str, object], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        GCN(**options)  # type: ignore[arg-type]

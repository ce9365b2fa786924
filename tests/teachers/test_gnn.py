"""Message-passing teachers on graphs: sampled neighbourhoods, and the data that they read."""

import pytest
import torch

from gnn2mlp.core.errors import ConfigError, DataError
from gnn2mlp.core.spec import Spec
from gnn2mlp.data import NeighbourSampler
from gnn2mlp.teachers import TEACHERS
from gnn2mlp.teachers.gcn import GCN
from tests.helpers import tiny_graph, tiny_hypergraph


def test_options_are_its_own_and_those_of_all_layered_teachers() -> None:
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

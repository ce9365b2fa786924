import pytest
import torch

from gnn2mlp.condensers import Random
from gnn2mlp.core.errors import ConfigError
from tests.condensers.sets import observed


def test_graphs_are_counted_by_class() -> None:
    small = Random(graphs=3).condense(observed())
    assert small.set_class.tolist() == [0, 0, 0, 1, 1, 1]
    assert small.parts.edge_index.size(1) % 2 == 0
    assert small.parts.roots is None
    assert not small.parts.directed
    assert len(Random(graphs=500).condense(observed())) == 30  # all there are


def test_nodes_are_a_budget_of_equal_parts() -> None:
    small = Random(nodes=60).condense(observed())
    sizes = small.parts.nodes_per_graph
    for number in (0, 1):
        assert 20 < int(sizes[small.set_class == number].sum()) <= 30
    assert small.nodes == small.trained_nodes == int(sizes.sum())
    more = Random(nodes=120).condense(observed())
    assert torch.equal(more.parts.take(torch.arange(3)).node_codes, small.parts.take(torch.arange(3)).node_codes)


def test_too_small_a_budget_is_refused() -> None:
    with pytest.raises(ConfigError, match="room for a graph of each class, got 1 nodes for 'no'"):
        Random(nodes=2).condense(observed())
    with pytest.raises(ConfigError, match="random.nodes: expected at least 1, got 0"):
        Random(nodes=0)

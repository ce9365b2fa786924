import pytest
import torch

from gnn2mlp.teachers._pair_heuristics import HEURISTICS, PairHeuristics
from gnn2mlp.teachers._pair_scores import NeighbourScores
from gnn2mlp.teachers._short_paths import ShortPaths
from tests.helpers import tiny_graph


@pytest.mark.parametrize("names", [HEURISTICS, ("ra", "csp", "cn"), ("csp",), ("aa",)])
def test_columns_stand_in_the_order_of_their_names(names: tuple[str, ...]) -> None:
    graph, pairs = tiny_graph(), torch.combinations(torch.arange(20))
    found = PairHeuristics(graph.adjacency, names)(pairs)
    assert found.shape == (len(pairs), len(names))
    for name, column in zip(names, found.T, strict=True):
        if name == "csp":
            expected = ShortPaths(graph.adjacency)(pairs)
        else:
            expected = NeighbourScores(graph.adjacency, [name])(pairs)[:, 0]
        assert torch.equal(column, expected)

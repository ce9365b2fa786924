from typing import Any

import numpy as np
import pytest
import torch

from gnn2mlp.core.errors import ConfigError, DataError, MissingKnowledgeError
from gnn2mlp.explore import behind_code
from gnn2mlp.explore.neighbourhoods import BehindCode
from gnn2mlp.knowledge import TeacherKnowledge

# 0 - 1 - 2 - 3, 0 - 2, and the node 4 at 1, which the teacher did not see.
EDGES = torch.tensor([[0, 1, 1, 2, 2, 0, 1], [1, 0, 2, 1, 3, 2, 4]])
LABELS = torch.tensor([0, 1, -1, 1, 0])


def _knowledge() -> TeacherKnowledge:
    values = {
        "code": torch.tensor([1, 0, 1, 0]),
        "codebook": torch.zeros(3, 2),
        "code_indices": torch.tensor([[1, 0], [0, 1], [1, 2], [0, 2]], dtype=torch.int32),
        "code_probabilities": torch.tensor([[0.5, 0.4], [0.75, 0.25], [0.875, 0.1], [1.0, 0.0]]),
    }
    return TeacherKnowledge(torch.tensor([3, 2, 1, 0]), values)  # in another order than that of the ids


def _behind(code: int = 1, **options: Any) -> BehindCode:
    return behind_code(_knowledge(), EDGES, LABELS, code, **options)


def test_members_come_most_probable_first_with_their_classes_and_degrees() -> None:
    found = _behind()
    assert found.code == 1
    np.testing.assert_array_equal(found.nodes, [1, 3])
    np.testing.assert_array_equal(found.probability, [0.875, 0.5])
    np.testing.assert_array_equal(found.classes, [1, 1])
    np.testing.assert_array_equal(found.degrees, [2, 1])  # the edge to node 4 is not the teacher's
    np.testing.assert_array_equal(found.neighbour_classes, [[1, 0], [0, 0]])  # node 2 has no known class


def test_a_neighbourhood_holds_the_edges_among_its_nodes_once() -> None:
    ego = _behind().neighbourhoods[0]
    assert ego.node == 1
    np.testing.assert_array_equal(ego.nodes, [1, 0, 2])
    np.testing.assert_array_equal(ego.hops, [0, 1, 1])
    np.testing.assert_array_equal(ego.classes, [1, 0, -1])
    assert {tuple(edge) for edge in ego.edges.T} == {(1, 0), (1, 2), (0, 2)}


def test_hops_reach_further() -> None:
    ego = _behind(hops=3).neighbourhoods[1]
    np.testing.assert_array_equal(ego.nodes, [3, 2, 0, 1])
    np.testing.assert_array_equal(ego.hops, [0, 1, 2, 2])
    assert ego.edges.shape == (2, 4)


def test_direction_repetition_and_loops_of_edges_do_not_matter() -> None:
    more = torch.cat([EDGES, EDGES.flip(0), torch.tensor([[1], [1]])], dim=1)
    found = behind_code(_knowledge(), more, LABELS, 1)
    np.testing.assert_array_equal(found.degrees, _behind().degrees)
    assert found.neighbourhoods[0].edges.shape == (2, 3)


def test_a_code_without_nodes_has_nothing_behind_it() -> None:
    found = _behind(code=2)
    assert found.nodes.size == 0
    assert found.neighbour_classes.shape == (0, 2)
    assert found.neighbourhoods == ()


def test_a_graph_without_edges_leaves_nodes_alone() -> None:
    found = behind_code(_knowledge(), torch.zeros(2, 0, dtype=torch.int64), LABELS, 1)
    np.testing.assert_array_equal(found.neighbourhoods[0].nodes, [1])
    np.testing.assert_array_equal(found.degrees, [0, 0])


@pytest.mark.parametrize("edges", [torch.tensor([[0], [5]]), torch.tensor([[-1], [0]]), torch.zeros(3, 2, dtype=int)])
def test_edges_of_another_graph_are_refused(edges: torch.Tensor) -> None:
    with pytest.raises(DataError, match="ends in 0..4, as there are 5 labels"):
        behind_code(_knowledge(), edges, LABELS, 1)


def test_other_mistakes_are_named() -> None:
    with pytest.raises(DataError, match="code: expected one of 0..2, got 3"):
        _behind(code=3)
    with pytest.raises(ConfigError, match=r"behind_code\.hops: expected at least 1, got 0"):
        _behind(hops=0)
    with pytest.raises(DataError, match="labels: expected one for each node of the full graph, at least 4"):
        behind_code(_knowledge(), EDGES, LABELS[:2], 1)
    with pytest.raises(MissingKnowledgeError, match="holds no 'code_indices'"):
        behind_code(_knowledge().select(["code", "codebook", "code_probabilities"]), EDGES, LABELS, 1)

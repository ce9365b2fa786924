"""Answers to requests, from the neighbourhoods of the nodes that are asked for."""

import pytest
import torch

from gnn2mlp.core.errors import DataError
from gnn2mlp.core.seeds import seeded
from gnn2mlp.data.graph import graph_from_arrays
from gnn2mlp.teachers._neighbourhood import NeighbourhoodPredictor
from gnn2mlp.teachers.gcn import GCN
from gnn2mlp.teachers.sage import SAGE
from tests.helpers import tiny_graph


def tiny_predictor() -> NeighbourhoodPredictor:
    teacher = SAGE(hidden=16)
    with seeded(0, "test"):
        teacher.initialise(12, 3)
    return teacher.neighbourhood_predictor(tiny_graph())


def test_answers_are_those_of_a_pass_over_all_nodes() -> None:
    predictor, ids = tiny_predictor(), torch.tensor([7, 3, 40])
    torch.testing.assert_close(predictor(ids), predictor.predict_all()[ids].softmax(-1))


def test_reached_by_hand() -> None:
    """On a path of nodes, two layers reach two steps each way."""
    path = torch.stack([torch.arange(9), torch.arange(1, 10)]).numpy()
    graph, teacher = graph_from_arrays(torch.eye(10).numpy(), [0, 1] * 5, path), GCN(hidden=4)
    teacher.initialise(10, 2)
    predictor = teacher.neighbourhood_predictor(graph)
    assert [predictor.count_neighbourhood(torch.tensor(ids)) for ids in ([0], [5], [0, 1], [0, 9])] == [3, 5, 4, 6]


def test_ids_may_repeat_and_have_any_order() -> None:
    predictor = tiny_predictor()
    expected = predictor.predict_all().softmax(-1)
    for ids in ([7, 7], [40, 3, 40, 7], [5] * 9):
        torch.testing.assert_close(predictor(torch.tensor(ids)), expected[ids])
    assert predictor(torch.tensor([], dtype=torch.int64)).shape == (0, 3)
    assert predictor.count_neighbourhood(torch.tensor([7, 7])) == predictor.count_neighbourhood(torch.tensor([7]))


@pytest.mark.parametrize(("ids", "found"), [([-1], "-1..-1"), ([3, 60], "3..60"), ([-2, 5, 5], "-2..5")])
def test_ids_of_no_node_are_refused(ids: list[int], found: str) -> None:
    with pytest.raises(DataError, match=rf"node ids: expected 0\.\.59 on a graph of 60 nodes, got {found}"):
        tiny_predictor()(torch.tensor(ids))

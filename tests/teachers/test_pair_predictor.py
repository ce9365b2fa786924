import pytest
import torch

from gnn2mlp.core.errors import DataError
from gnn2mlp.data import LinkViews
from gnn2mlp.teachers import Link, PairPredictor
from tests.tiny import tiny_link_views


@pytest.fixture(scope="module")
def views() -> LinkViews:
    return tiny_link_views()


@pytest.fixture(scope="module")
def predictor(views: LinkViews) -> PairPredictor:
    teacher = Link(width=8)
    teacher.initialise(views.full.graph.num_features)
    return teacher.pair_predictor(views.full.graph)


def test_its_two_halves_are_the_whole(predictor: PairPredictor) -> None:
    pairs = torch.tensor([[3, 9], [9, 41], [3, 3]])
    u, v = predictor.embed(pairs[:, 0]), predictor.embed(pairs[:, 1])
    assert u.shape == (3, 8)
    torch.testing.assert_close(predictor.score(u, v), predictor(pairs))


def test_a_node_is_embedded_alike_in_any_order_and_company(predictor: PairPredictor) -> None:
    z = predictor.embed(torch.tensor([7, 2, 7, 30]))
    assert torch.equal(z[0], z[2])
    torch.testing.assert_close(z[1:2], predictor.embed(torch.tensor([2])))


def test_it_counts_the_nodes_that_a_request_reads(predictor: PairPredictor, views: LinkViews) -> None:
    reach = torch.eye(60)[[5]]
    for _ in range(2):
        reach = reach + (views.full.graph.adjacency @ reach.T).T
    assert predictor.count_neighbourhood(torch.tensor([5, 5])) == int((reach > 0).sum())


def test_pairs_of_nodes_that_there_are_not_are_refused(predictor: PairPredictor) -> None:
    with pytest.raises(DataError, match=r"pairs: expected nodes 0\.\.59 of a graph of 60, got 0\.\.60"):
        predictor(torch.tensor([[0, 60]]))

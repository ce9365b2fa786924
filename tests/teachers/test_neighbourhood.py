import torch

from gnn2mlp.core.seeds import seeded
from gnn2mlp.data.graph import graph_from_arrays
from gnn2mlp.teachers import TEACHERS
from tests.helpers import tiny_graph
from tests.tasks import small


def test_answers_are_those_of_a_pass_over_everything() -> None:
    graph, teacher = tiny_graph(), small(TEACHERS, "sage")
    with seeded(0, "test"):
        teacher.initialise(graph.num_features, graph.num_classes)
    predictor, ids = teacher.neighbourhood_predictor(graph), torch.tensor([7, 3, 40])
    torch.testing.assert_close(predictor(ids), predictor.predict_all()[ids].softmax(-1))
    torch.testing.assert_close(predictor.predict_all(), teacher.predict(graph))


def test_reached_by_hand() -> None:
    """On a path of nodes, two layers reach two steps each way."""
    path = torch.stack([torch.arange(9), torch.arange(1, 10)]).numpy()
    graph, teacher = graph_from_arrays(torch.eye(10).numpy(), [0, 1] * 5, path), small(TEACHERS, "gcn", layers=2)
    teacher.initialise(10, 2)
    predictor = teacher.neighbourhood_predictor(graph)
    assert [predictor.count_neighbourhood(torch.tensor(ids)) for ids in ([0], [5], [0, 1], [0, 9])] == [3, 5, 4, 6]

"""Rows that travel many hops: against powers of a dense matrix, and what a request reads."""

from typing import Any

import pytest
import torch

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.core.seeds import seeded
from gnn2mlp.core.spec import Spec
from gnn2mlp.data import GraphData, NeighbourSampler
from gnn2mlp.nn.csr import CSR
from gnn2mlp.teachers import TEACHERS
from gnn2mlp.teachers._inference import infer, layerwise
from gnn2mlp.teachers._propagation import PropagationTeacher, spread, unit_rows
from tests.cuda import on_each_device
from tests.helpers import tiny_graph
from tests.tiny import small

KINDS = [name for name, cls in TEACHERS.classes.items() if issubclass(cls, PropagationTeacher)]
kinds = pytest.mark.parametrize("name", KINDS)


def dense_gcn(graph: GraphData) -> torch.Tensor:
    """Â of equation 2 of Kipf and Welling, as a dense matrix in double precision."""
    a = graph.adjacency.to_dense().double() + torch.eye(graph.num_nodes, dtype=torch.float64)
    scale = a.sum(1).rsqrt()
    return scale[:, None] * a * scale


def test_hops_by_hand() -> None:
    # Â swaps two rows: z goes h, (2, 1) + h, and so on.
    swap = lambda z: z.flip(0)  # noqa: E731
    h = torch.tensor([[1.0], [2.0]])
    assert spread(h, [swap, swap], 1, 1).flatten().tolist() == [1 + 2 + 1, 2 + 1 + 2]
    # z1 = .5 (2, 1) + .5 (1, 2) = (1.5, 1.5); z2 = .5 z1 + .5 h.
    assert spread(h, [swap, swap], 0.5, 0.5).flatten().tolist() == [1.25, 1.75]


@pytest.mark.parametrize(("keep", "restart"), [(1.0, 1.0), (0.9, 0.1)])
def test_hops_are_powers_of_the_operator(keep: float, restart: float) -> None:
    a_hat, h = torch.rand(9, 9, dtype=torch.float64), torch.rand(9, 3, dtype=torch.float64)
    expected = (keep**4) * torch.linalg.matrix_power(a_hat, 4) @ h
    expected += sum((restart * keep**k) * torch.linalg.matrix_power(a_hat, k) @ h for k in range(4))
    torch.testing.assert_close(spread(h, [lambda z: a_hat @ z] * 4, keep, restart), expected)


@pytest.mark.parametrize("sparse", [False, True])
def test_rows_have_the_length_one_and_zeros_stay(sparse: bool) -> None:
    x = torch.tensor([[1.0, -3.0, 0.0], [0.0, 0.0, 0.0], [0.0, 2.0, 0.0]])
    made = unit_rows(CSR.from_dense(x) if sparse else x)
    dense = made.to_dense() if isinstance(made, CSR) else made
    assert dense.tolist() == [[0.25, -0.75, 0.0], [0.0, 0.0, 0.0], [0.0, 1.0, 0.0]]


@kinds
@on_each_device
def test_layerwise_equals_one_pass(name: str, device: str) -> None:
    graph = tiny_graph()
    with seeded(0, "test"):
        module = small(TEACHERS, name, hops=3, norm="batch").build(graph.num_features, 3)
    sampler = NeighbourSampler(graph.adjacency)
    whole = infer(module, sampler, graph.features)
    assert not module.training
    module, features = module.to(device), graph.features.to(device)
    for chunk in (7, 60):
        parts = layerwise(module.train(), sampler, features, chunk)
        assert parts.keys() == whole.keys() == {"logits", "hidden"}
        for key, value in whole.items():
            torch.testing.assert_close(parts[key].cpu(), value, rtol=1e-4, atol=1e-5)


@kinds
def test_a_request_reads_as_many_hops_as_messages_travel(name: str) -> None:
    path = torch.stack([torch.arange(29), torch.arange(1, 30)])
    from gnn2mlp.data import graph_from_arrays

    graph = graph_from_arrays(torch.eye(30), torch.arange(30) % 2, path)
    teacher = small(TEACHERS, name, hops=5)
    with seeded(0, "test"):
        teacher.initialise(30, 2)
    answer = teacher.neighbourhood_predictor(graph)
    assert answer.count_neighbourhood(torch.tensor([0])) == 6
    torch.testing.assert_close(answer(torch.tensor([0, 17])), teacher.predict(graph)[[0, 17]].softmax(-1))


@kinds
@pytest.mark.parametrize("norm", ["none", "batch", "layer"])
def test_normalised_rows_do_not_know_their_length(name: str, norm: str) -> None:
    graph = tiny_graph()
    with seeded(0, "test"):
        module = small(TEACHERS, name, norm=norm, normalise=True).build(graph.num_features, 3)
        plain = small(TEACHERS, name, norm=norm, normalise=False).build(graph.num_features, 3)
    sampler = NeighbourSampler(graph.adjacency)
    once, twice = (infer(module, sampler, scale * graph.features)["logits"] for scale in (1, 2))
    torch.testing.assert_close(once, twice)
    once, twice = (infer(plain, sampler, scale * graph.features)["logits"] for scale in (1, 2))
    assert not torch.allclose(once, twice)


@kinds
@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"hops": 0}, r"teacher\.hops: expected at least 1, got 0"),
        ({"input_dropout": 1.0}, r"teacher\.input_dropout: expected a number from 0 to below 1, got 1\.0"),
        ({"hidden": 0}, r"teacher\.hidden: expected at least 1, got 0"),
        ({"fanouts": [5, 5]}, r"has no option 'fanouts'"),  # a sample of eight hops is the graph
        ({"layers": 3}, r"has no option 'layers'"),
    ],
)
def test_impossible_options_are_refused(name: str, options: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        Spec(name, **options).build(TEACHERS)

"""Expected features of neighbourhoods: against dense formulas, cross-fitted, and folded into a student."""

from typing import Any

import pytest
import torch
from torch import Tensor

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.core.seeds import generator
from gnn2mlp.distill.distiller import Distiller
from gnn2mlp.inputs.features import OwnFeatures
from gnn2mlp.inputs.imputed_neighbours import ImputedNeighbours
from gnn2mlp.nn.csr import CSR
from gnn2mlp.nn.fold import fold_appended, input_maps
from gnn2mlp.nn.mlp import MLP, MLPOutput
from gnn2mlp.objectives.hard_labels import HardLabels
from gnn2mlp.students import Student
from gnn2mlp.students.mlp import MLPStudent
from tests.helpers import tiny_graph, tiny_hypergraph
from tests.tiny import tiny_views

GRAPH: Any = tiny_graph()


def fitted(graph: Any = GRAPH, **options: Any) -> ImputedNeighbours:
    inputs = ImputedNeighbours(**{"hops": 2, "width": 4, "ridge": 0.5, **options})
    inputs.fit_graph(graph)
    return inputs


def dense(rows: Tensor | CSR) -> Tensor:
    return rows.to_dense() if isinstance(rows, CSR) else rows


def walk(graph: Any, hops: int) -> Tensor:
    """The mean over steps of a random walk as a dense matrix, entry by entry."""
    step = torch.eye(graph.num_nodes, dtype=torch.float64)
    if graph.kind == "graph":
        step = step + graph.adjacency.to_dense().double()
        step = step / step.sum(1, keepdim=True)
    else:
        members = graph.members.to_dense().double()
        step = (members.T / members.T.sum(1, keepdim=True).clamp(min=1e-300)) @ (
            members / members.sum(1, keepdim=True).clamp(min=1e-300)
        )
    return torch.stack([torch.linalg.matrix_power(step, hop) for hop in range(hops + 1)]).mean(0)


def slow(graph: Any, fit_on: Tensor, width: int = 4, ridge: float = 0.5, hops: int = 2) -> Tensor:
    """x M of all nodes by dense formulas, M fitted on the nodes `fit_on`, before it is scaled."""
    x = dense(graph.features).double()
    unit = x / x.norm(dim=1, keepdim=True).clamp(min=1e-12)
    left, values, _ = torch.linalg.svd(walk(graph, hops) @ unit, full_matrices=False)
    targets, rows = (left * values)[:, :width][fit_on], unit[fit_on]
    gram = rows.T @ rows + ridge * torch.eye(x.size(1), dtype=torch.float64)
    return x @ torch.linalg.solve(gram, rows.T @ targets)


def products(expected: Tensor) -> Tensor:
    """Inner products of rows, which do not mind the signs of directions."""
    return expected @ expected.T


@pytest.mark.parametrize("graph", [GRAPH, tiny_hypergraph()], ids=["graph", "hypergraph"])
def test_it_is_the_ridge_regression_of_the_neighbourhood(graph: Any) -> None:
    x = dense(graph.features).double()
    expected = slow(graph, torch.arange(graph.num_nodes))
    expected = expected * (x.square().sum() / expected.square().sum()).sqrt()
    found = dense(fitted(graph).rows(graph)).double()
    assert torch.equal(found[:, : x.size(1)], x)
    torch.testing.assert_close(products(found[:, x.size(1) :]), products(expected), rtol=2e-2, atol=2e-2)


def test_both_parts_of_a_row_are_of_one_length_times_the_weight() -> None:
    x = dense(GRAPH.features)
    more = dense(fitted(weight=0.5).rows(GRAPH))[:, x.size(1) :]
    torch.testing.assert_close(more.square().sum(), 0.25 * x.square().sum(), rtol=1e-4, atol=0.0)


def test_a_training_row_comes_from_other_nodes() -> None:
    inputs = fitted(parts=3)
    width = GRAPH.features.shape[1]
    found = dense(inputs.training_rows(GRAPH))[:, width:].double()
    part = torch.randint(3, (GRAPH.num_nodes,), generator=generator(0, "imputed_neighbours/parts"))
    scale = dense(inputs.rows(GRAPH))[:, width:].double().norm() / slow(GRAPH, torch.arange(GRAPH.num_nodes)).norm()
    for number in range(3):
        own = part == number
        expected = scale * slow(GRAPH, (~own).nonzero()[:, 0])[own]
        torch.testing.assert_close(products(found[own]), products(expected), rtol=2e-2, atol=2e-2)
    assert torch.equal(dense(fitted(parts=1).training_rows(GRAPH)), dense(inputs.rows(GRAPH)))


def test_rows_are_sparse_where_features_are() -> None:
    inputs = fitted()
    x = dense(GRAPH.features)
    sparse = inputs.transform(CSR.from_dense(x))
    assert isinstance(sparse, CSR)
    torch.testing.assert_close(sparse.to_dense(), inputs.transform(x), rtol=1e-5, atol=1e-6)


def test_folded_into_a_student_it_is_the_same() -> None:
    inputs, x = fitted(), dense(GRAPH.features)
    module = MLP(x.size(1) + 4, 8, 3).eval()
    expected = module(inputs.transform(x)).logits
    fold_appended(input_maps(module) or (), inputs.appended())
    torch.testing.assert_close(module(x).logits, expected, rtol=1e-4, atol=1e-5)


def test_the_student_that_ships_reads_features_alone() -> None:
    observed = tiny_views("inductive").observed
    inputs = ImputedNeighbours(width=4)
    result = Distiller(epochs=3).fit(MLPStudent(hidden=8), HardLabels(), observed, inputs=inputs)
    width = observed.graph.num_features
    assert (result.inputs, result.num_features) == (OwnFeatures(), width)
    assert result.module(observed.graph.features).logits.shape == (observed.graph.num_nodes, 3)
    assert result.card["inputs"]["name"] == "imputed_neighbours"


def test_a_student_that_it_cannot_be_folded_into_is_refused() -> None:
    class Wrapped(torch.nn.Module):
        def __init__(self, inner: MLP):
            super().__init__()
            self.inner = inner

        def forward(self, x: Tensor) -> MLPOutput:
            return self.inner(x)  # type: ignore[no-any-return]

    class Other(Student):
        name, citation, hidden = "other", "none, 2000", 8

        def build(self, num_features: int, num_classes: int) -> torch.nn.Module:
            return Wrapped(MLP(num_features, 8, num_classes))

    with pytest.raises(ConfigError, match="folded into the first layer of a trained MLP"):
        Distiller(epochs=3).fit(Other(), HardLabels(), tiny_views().observed, inputs=ImputedNeighbours(width=4))


def test_state_makes_an_equal_one() -> None:
    inputs, other = fitted(), ImputedNeighbours(hops=2, width=4, ridge=0.5)
    other.load_state(inputs.state())
    assert torch.equal(dense(other.rows(GRAPH)), dense(inputs.rows(GRAPH)))


def test_rows_without_a_graph_are_refused() -> None:
    with pytest.raises(ConfigError, match="train on the graph: gnn2mlp run"):
        ImputedNeighbours().fit([torch.eye(2)])

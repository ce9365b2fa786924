"""SimMLP's objective, against a slow formula with dense matrices, and in mini-batches."""

from dataclasses import replace
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.core.seeds import seeded
from gnn2mlp.nn.csr import CSR
from gnn2mlp.nn.mlp import MLP, MLPOutput
from gnn2mlp.nn.normalised import normalised
from gnn2mlp.objectives import AggregationAlignment, Batch
from tests.helpers import tiny_graph

GRAPH = tiny_graph()
NODES = torch.arange(60)
NOTHING: dict[str, Any] = {"feature_dropout": 0.0, "edge_dropout": 0.0}


def student(hidden: int = 6) -> MLP:
    with seeded(1, "student"):
        return MLP(12, hidden, 3)


def objective(hidden: int = 6, **options: Any) -> AggregationAlignment:
    made = AggregationAlignment(**{**NOTHING, **options})
    made.prepare_features(12)
    with seeded(2, "objective"):
        made.prepare({}, hidden)
    return made


def batch(rows: Tensor, asked: MLP, x: Any = GRAPH.features, weights: Tensor | None = None) -> Batch:
    links = {"adjacency": GRAPH.adjacency}
    own = x.rows(rows) if isinstance(x, CSR) else x[rows]
    return Batch(rows, torch.full_like(rows, -1), own, asked, links=links, weights=weights, table_features=x)


def slow(term: AggregationAlignment, asked: MLP) -> Tensor:
    """The loss of every node, by the formula, with every matrix dense and every decoded row made."""
    x = GRAPH.features
    assert isinstance(x, Tensor)
    matrix = normalised(GRAPH.adjacency).to_dense()
    z = asked(x).hidden
    h = z
    for activation, norm in zip(term.activations, term.norms, strict=True):
        h = activation(matrix @ h)
        h = (h - h.mean(0)) / (h.var(0, correction=0) + 1e-5).sqrt() * norm.weight + norm.bias
    away = []
    for mine, theirs in zip(term.predictor(z), h.detach(), strict=True):
        away.append((1 - mine @ theirs / (mine.norm() * theirs.norm())) ** term.eta)
    loss = torch.stack(away)
    if term.reconstruction:
        decoded = F.normalize(term.decoded(term.decoder(h)), dim=1)
        loss = loss + term.reconstruction * (decoded - x).square().mean(1)
    return loss


@pytest.mark.parametrize(
    "options",
    [
        {"reconstruction": 0.0},
        {"steps": 1, "eta": 3.0, "reconstruction": 0.0, "predictor_layers": 1},
        {"steps": 3, "reconstruction": 10.0},
    ],
)
def test_is_the_slow_formula(options: dict[str, Any]) -> None:
    term, asked = objective(**options), student()
    losses = slow(term, asked)
    torch.testing.assert_close(term(batch(NODES, asked)), losses.mean(), rtol=1e-4, atol=1e-5)
    weights = torch.linspace(0.1, 2.0, 60)
    expected = (weights * losses).sum() / weights.sum()
    torch.testing.assert_close(term(batch(NODES, asked, weights=weights)), expected, rtol=1e-4, atol=1e-5)


def test_gradient_is_that_of_the_slow_formula() -> None:
    term, asked = objective(), student()
    gradients = []
    for loss in (term(batch(NODES, asked)), slow(term, asked).mean()):
        gradients.append(torch.autograd.grad(loss, [asked.maps[0].weight, *term.parameters()]))
    for found, expected in zip(*gradients, strict=True):
        torch.testing.assert_close(found, expected, rtol=1e-3, atol=1e-5)


def test_the_neighbourhood_is_no_target_of_the_gradient() -> None:
    """Without reconstruction nothing reaches the aggregation's own parameters."""
    term = objective(reconstruction=0.0)
    term(batch(NODES, student())).backward()
    assert all(parameter.grad is None for part in (term.norms, term.activations) for parameter in part.parameters())
    assert all(parameter.grad is not None for parameter in term.predictor.parameters())


def test_sparse_rows_are_as_dense_ones() -> None:
    term, asked = objective(), student()
    sparse = CSR.from_dense(GRAPH.features)  # type: ignore[arg-type]
    torch.testing.assert_close(term(batch(NODES, asked, sparse)), term(batch(NODES, asked)), rtol=1e-5, atol=1e-6)


def test_rows_of_a_batch_see_all_of_their_neighbourhood() -> None:
    """But for batch normalisation, which here sees alike rows: all features are those of their class."""
    x = F.one_hot(GRAPH.labels * 4, 12).float()
    term, asked = objective(steps=1, reconstruction=0.0), student()
    rows = NODES[GRAPH.labels == 1]
    term.norms[0] = torch.nn.Identity()  # type: ignore[assignment]
    term.predictor = torch.nn.Sequential(torch.nn.Identity())
    z = asked(x).hidden
    h = term.activations[0](normalised(GRAPH.adjacency).to_dense() @ z)
    expected = (1 - F.cosine_similarity(z, h, dim=1))[rows].mean()
    torch.testing.assert_close(term(batch(rows, asked, x)), expected, rtol=1e-4, atol=1e-6)


def test_values_and_edges_are_dropped() -> None:
    asked, plain = student(), objective()(batch(NODES, student())).item()
    for options in ({"feature_dropout": 0.5}, {"edge_dropout": 0.5}):
        term, values = objective(**options), []
        for seed in range(2):
            with seeded(seed, "drawn"):
                values.append(term(batch(NODES, asked)).item())
        assert values[0] != values[1]
        assert values[0] != pytest.approx(plain)


def test_one_row_alone_is_finite() -> None:
    value = objective()(batch(torch.tensor([7]), student()))
    assert torch.isfinite(value)


def test_an_answer_alone_will_not_do() -> None:
    alone = replace(batch(NODES, student()), student=None, answer=MLPOutput(torch.zeros(60, 3), torch.zeros(60, 6)))
    with pytest.raises(ConfigError, match="aggregation_alignment: expected a batch with a student to ask"):
        objective()(alone)


@pytest.mark.parametrize(
    "options",
    [{"steps": 0}, {"eta": 0.5}, {"reconstruction": -1.0}, {"feature_dropout": 1.0}, {"predictor_layers": 3}],
)
def test_impossible_options_are_refused(options: dict[str, Any]) -> None:
    with pytest.raises(ConfigError, match=f"aggregation_alignment.{next(iter(options))}"):
        AggregationAlignment(**options)

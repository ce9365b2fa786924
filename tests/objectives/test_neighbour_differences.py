"""By how much neighbours differ: by hand, edge by edge, and in mini-batches."""

import math

import pytest
import torch
from torch import Tensor

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.knowledge import TeacherKnowledge
from gnn2mlp.nn.csr import CSR
from gnn2mlp.nn.mlp import MLPOutput
from gnn2mlp.objectives import Batch, NeighbourDifferences
from tests.helpers import tiny_graph
from tests.tiny import answered

GRAPH = tiny_graph(weighted=True)
RANDOM = torch.Generator().manual_seed(0)
TEACHER, STUDENT = (2 * torch.randn(60, 3, generator=RANDOM) for _ in range(2))
TABLE = TeacherKnowledge(torch.arange(60), {"logits": TEACHER})


def batch(rows: Tensor, weights: Tensor | None = None) -> Batch:
    output = MLPOutput(STUDENT[rows], STUDENT[rows])
    links = GRAPH.adjacency.rows(rows)
    return answered(rows, torch.full_like(rows, -1), output, TABLE, links, weights=weights)


def slowly(rows: Tensor, tau: float, weights: Tensor | None = None) -> float:
    """The same over a list of edges, one number at a time."""
    adjacency, total, count = GRAPH.adjacency.to_dense(), 0.0, 0.0
    for place, i in enumerate(rows.tolist()):
        for j in set(adjacency[i].nonzero().flatten().tolist()) & set(rows.tolist()):
            gaps = [[abs(float(x[i, c] - x[j, c])) / tau for c in range(3)] for x in (TEACHER, STUDENT)]
            logs = [[g - math.log(sum(math.exp(h) for h in gap)) for g in gap] for gap in gaps]
            weight = float(adjacency[i, j]) * (1.0 if weights is None else float(weights[place]))
            total += weight * sum(math.exp(p) * (p - q) for p, q in zip(*logs, strict=True))
            count += weight
    return tau**2 * total / count


def test_by_hand() -> None:
    # Teacher: apart by ln 3 in the first class alone, 3/4 and 1/4. Student: by nothing, 1/2 each.
    table = TeacherKnowledge(torch.arange(2), {"logits": torch.tensor([[math.log(3), 5.0], [0.0, 5.0]])})
    edge = CSR.from_coo(torch.tensor([0, 1]), torch.tensor([1, 0]), torch.ones(2), (2, 2))
    there = answered(torch.arange(2), torch.arange(2), MLPOutput(torch.zeros(2, 2), torch.zeros(2, 1)), table, edge)
    assert NeighbourDifferences()(there).item() == pytest.approx(0.75 * math.log(1.5) + 0.25 * math.log(0.5))


@pytest.mark.parametrize("tau", [1.0, 1.5])
@pytest.mark.parametrize("rows", [torch.arange(60), torch.arange(0, 60, 2)])
def test_equals_the_sum_over_edges_within_the_batch(tau: float, rows: Tensor) -> None:
    assert NeighbourDifferences(tau)(batch(rows)).item() == pytest.approx(slowly(rows, tau), rel=1e-5)


def test_an_edge_counts_as_its_node_does() -> None:
    weights = torch.linspace(0, 2, 60)
    found = NeighbourDifferences()(batch(torch.arange(60), weights))
    assert found.item() == pytest.approx(slowly(torch.arange(60), 1.0, weights), rel=1e-5)


def test_the_sign_of_a_difference_does_not_matter_and_its_class_does() -> None:
    rows = torch.arange(60)
    there = batch(rows)
    mirrored = answered(rows, there.labels, MLPOutput(-TEACHER, TEACHER), TABLE, there.links["neighbours"])
    assert NeighbourDifferences()(mirrored).item() == pytest.approx(0, abs=1e-6)
    turned = answered(rows, there.labels, MLPOutput(TEACHER.roll(1, 1), TEACHER), TABLE, there.links["neighbours"])
    assert NeighbourDifferences()(turned) > 0.1


def test_a_batch_without_edges_says_nothing() -> None:
    alone = batch(torch.tensor([0]))
    assert NeighbourDifferences()(alone).item() == 0


def test_impossible_temperatures_are_refused() -> None:
    with pytest.raises(ConfigError, match=r"neighbour_differences\.temperature: expected a positive number, got 0"):
        NeighbourDifferences(0)

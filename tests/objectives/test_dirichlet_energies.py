"""Energies of a student's steps against the teacher's: slowly, in mini-batches, of any student."""

import math
from typing import Any

import pytest
import torch
from torch import Tensor

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.core.seeds import seeded
from gnn2mlp.knowledge import TeacherKnowledge
from gnn2mlp.nn.layered import LayeredMLP
from gnn2mlp.nn.mlp import MLPOutput
from gnn2mlp.objectives import Batch, DirichletEnergies
from tests.helpers import tiny_graph
from tests.tiny import answered

GRAPH = tiny_graph()
RANDOM = torch.Generator().manual_seed(0)
RATIOS = torch.tensor([[1.5, 0.4], [1.2, 0.7]])
TABLE = TeacherKnowledge(torch.arange(60), {"energy_ratios": RATIOS})
X = torch.randn(60, 4, generator=RANDOM)


def energy(rows: Tensor, ids: list[int], weights: Tensor | None = None) -> float:
    """Edge by edge, among the nodes `ids`, whose rows these are."""
    adjacency, total = GRAPH.adjacency.to_dense(), 0.0
    for a, i in enumerate(ids):
        for b, j in enumerate(ids):
            first, second = (rows[k] / max(float(rows[k].norm()), 1e-30) for k in (a, b))
            weight = 1.0 if weights is None else float(weights[a])
            total += float(adjacency[i, j]) * weight * float((first - second).square().sum())
    return total


def batch(student: Any, rows: Tensor, weights: Tensor | None = None) -> Batch:
    links = {"neighbours": GRAPH.adjacency.rows(rows)}
    return Batch(rows, torch.full_like(rows, -1), X[rows], student, {"teacher": TABLE}, links, weights)


@pytest.mark.parametrize("rows", [torch.arange(60), torch.arange(0, 60, 2)])
@pytest.mark.parametrize(("log", "root"), [(True, True), (True, False), (False, True), (False, False)])
def test_equals_the_sum_over_steps_and_edges(rows: Tensor, log: bool, root: bool) -> None:
    with seeded(0, "student"):
        student = LayeredMLP(4, 5, 3, start="random").eval()
    expected = 0.0
    for (entering, leaving), wanted in zip(student.steps(X[rows]), RATIOS.flatten().tolist(), strict=True):
        ratio = energy(leaving.detach(), rows.tolist()) / energy(entering.detach(), rows.tolist())
        found, target = (math.sqrt(value) if root else value for value in (ratio, wanted))
        expected += (math.log(found) - math.log(target)) ** 2 if log else (found - target) ** 2
    value = DirichletEnergies(log=log, root=root)(batch(student, rows))
    assert value.item() == pytest.approx(expected, rel=1e-4)
    value.backward()
    assert all(p.grad is not None for p in student.parameters())


def test_any_student_is_compared_in_its_last_layer() -> None:
    rows, output = torch.arange(60), MLPOutput(X[:, :3], X)
    there = answered(rows, rows, output, TABLE, GRAPH.adjacency)
    ratio = energy(X[:, :3], rows.tolist()) / energy(X, rows.tolist())
    assert DirichletEnergies()(there).item() == pytest.approx((0.5 * math.log(ratio / (1.2 * 0.7))) ** 2, rel=1e-4)


def test_edges_count_as_their_nodes_do() -> None:
    rows, output, weights = torch.arange(60), MLPOutput(X[:, :3], X), torch.linspace(0, 2, 60)
    there = answered(rows, rows, output, TABLE, GRAPH.adjacency, weights=weights)
    ratio = energy(X[:, :3], rows.tolist(), weights) / energy(X, rows.tolist(), weights)
    assert DirichletEnergies()(there).item() == pytest.approx((0.5 * math.log(ratio / (1.2 * 0.7))) ** 2, rel=1e-4)


def test_a_share_of_the_edges_is_drawn_anew() -> None:
    rows = torch.arange(60)
    there = answered(rows, rows, MLPOutput(X[:, :3], X), TABLE, GRAPH.adjacency)
    with seeded(0, "edges"):
        values = {DirichletEnergies(share=0.5)(there).item() for _ in range(4)}
    assert len(values) == 4


def test_a_batch_without_edges_takes_every_ratio_as_1() -> None:
    rows = torch.tensor([0])
    there = answered(rows, rows, MLPOutput(X[:1, :3], X[:1]), TABLE, GRAPH.adjacency.rows(rows))
    assert DirichletEnergies()(there).item() == pytest.approx((0.5 * math.log(1.2 * 0.7)) ** 2, rel=1e-5)


def test_refusals() -> None:
    with pytest.raises(ConfigError, match="expected a student of 2 layers, as the teacher has, got 3"):
        DirichletEnergies()(batch(LayeredMLP(4, 5, 3, layers=3), torch.arange(60)))
    with pytest.raises(ConfigError, match=r"dirichlet_energies\.share: expected at most 1, got 1\.5"):
        DirichletEnergies(share=1.5)

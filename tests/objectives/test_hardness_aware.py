"""HGMD's term: by hand, and against a slow sum over edges with the same draws."""

import math
from typing import Any

import pytest
import torch
from torch import Tensor

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.core.seeds import seeded
from gnn2mlp.knowledge import TeacherKnowledge
from gnn2mlp.nn.csr import CSR
from gnn2mlp.nn.mlp import MLPOutput
from gnn2mlp.objectives import Batch, HardnessAware
from tests.helpers import tiny_graph
from tests.tiny import answered

GRAPH = tiny_graph()
RANDOM = torch.Generator().manual_seed(0)
TEACHER, STUDENT = (1.5 * torch.randn(60, 3, generator=RANDOM) for _ in range(2))
TABLE = TeacherKnowledge(torch.arange(60), {"logits": TEACHER})
ROWS = torch.tensor([4, 17, 3, 40, 22, 59, 8])


def batch(rows: Tensor = ROWS, epoch: int = 1, weights: Tensor | None = None) -> Batch:
    output = MLPOutput(STUDENT[rows], STUDENT[rows])
    links = GRAPH.adjacency.rows(rows)
    return answered(rows, torch.full_like(rows, -1), output, TABLE, links, epoch, weights=weights)


def p(x: Tensor, tau: float = 1.0) -> list[float]:
    raised = [math.exp(float(value) / tau) for value in x]
    return [value / sum(raised) for value in raised]


def entropy(x: list[float]) -> float:
    return -sum(v * math.log(v) for v in x)


def divergence(x: list[float], y: list[float]) -> float:
    return sum(v * math.log(v / w) for v, w in zip(x, y, strict=True))


def slowly(scheme: str, average: str, tau: float, alpha: float, beta: float, seed: int) -> float:
    """The loss edge by edge, with the draws that the objective makes: of edges, then of mixtures."""
    pattern = GRAPH.adjacency.rows(ROWS)
    with seeded(seed, "objective"):
        draws = torch.rand(pattern.nnz)
        shares = torch.distributions.Beta(beta, beta).sample((pattern.nnz,)) if scheme == "mixup" else draws
    per_node = []
    for place, i in enumerate(ROWS.tolist()):
        q = p(STUDENT[i], tau)
        found = [(divergence(p(TEACHER[i], tau), q), 1.0)]  # the self-loop
        for edge in range(int(pattern.indptr[place]), int(pattern.indptr[place + 1])):
            j = int(pattern.indices[edge])
            one, other = p(TEACHER[i]), p(TEACHER[j])
            cosine = sum(a * b for a, b in zip(one, other, strict=True)) / (math.hypot(*one) * math.hypot(*other))
            hard = math.sqrt(entropy(one) * entropy(p(STUDENT[i])))
            chance = 1 - math.exp(-alpha * cosine * hard / entropy(other))
            if draws[edge] >= chance:
                continue
            if scheme == "mixup":
                w = chance * float(shares[edge])
                mixed = [(1 - w) * a + w * b for a, b in zip(p(TEACHER[i], tau), p(TEACHER[j], tau), strict=True)]
                found.append((divergence(mixed, q), 1.0))
            else:
                found.append((divergence(p(TEACHER[j], tau), q), cosine * chance))
        weight = sum(w for _, w in found)
        per_node.append((len(found) * sum(v * w for v, w in found) / weight, len(found)))
    if average == "edges":
        return tau**2 * sum(v for v, _ in per_node) / sum(n for _, n in per_node)
    return tau**2 * sum(v / n for v, n in per_node) / len(per_node)


@pytest.mark.parametrize("scheme", ["mixup", "weight"])
@pytest.mark.parametrize("average", ["edges", "nodes"])
@pytest.mark.parametrize(("tau", "alpha", "beta"), [(1.0, 1.0, 0.4), (1.3, 0.3, 2.0)])
def test_equals_the_sum_over_kept_edges(scheme: str, average: str, tau: float, alpha: float, beta: float) -> None:
    for seed in range(3):
        term = HardnessAware(scheme, tau, alpha, beta, average=average)
        with seeded(seed, "objective"):
            found = term(batch()).item()
        assert found == pytest.approx(slowly(scheme, average, tau, alpha, beta, seed), rel=1e-4)


def two(alpha: float, **options: Any) -> float:
    """Node 0 and node 1; the teacher says 3 : 1 at the first and 1 : 1 at the second, the student 1 : 1 everywhere."""
    table = TeacherKnowledge(torch.arange(2), {"logits": torch.tensor([[math.log(3), 0.0], [0.0, 0.0]])})
    edge = CSR.from_coo(torch.tensor([0, 1]), torch.tensor([1, 0]), torch.ones(2), (2, 2))
    output = MLPOutput(torch.zeros(2, 2), torch.zeros(2, 1))
    return float(HardnessAware(alpha=alpha, **options)(answered(torch.arange(2), torch.arange(2), output, table, edge)))


def test_by_hand() -> None:
    apart = 0.75 * math.log(1.5) + 0.25 * math.log(0.5)
    # Without any edge: two self-loops, of which node 0's says something.
    assert two(1e-9) == pytest.approx(apart / 2, rel=1e-5)
    # With every edge: each of the two nodes also meets the other's distribution, both weights equal as π is 1.
    cosine = 1 / math.sqrt(0.75**2 + 0.25**2) * 0.5 / math.sqrt(0.5)
    of_first = (apart + cosine * 0) / (1 + cosine)
    of_second = (0 + cosine * apart) / (1 + cosine)
    assert two(1e9, scheme="weight") == pytest.approx((2 * of_first + 2 * of_second) / 4, rel=1e-5)


def test_more_is_kept_of_harder_nodes_and_surer_neighbours() -> None:
    """Over many draws a node of even odds has more teachers than a sure one, and sure neighbours teach more often."""
    sure, even = [6.0, 0.0], [0.1, 0.0]
    rows, counts = torch.arange(3), torch.zeros(2)
    for place, first in enumerate((sure, even)):
        table = TeacherKnowledge(rows, {"logits": torch.tensor([first, sure, even])})
        links = CSR.from_coo(torch.tensor([0, 0]), torch.tensor([1, 2]), torch.ones(2), (1, 3))
        output = MLPOutput(torch.tensor([[0.3, 0.0]]), torch.zeros(1, 1))
        term = HardnessAware(alpha=0.7)
        with seeded(0, "draws"):
            taught = [
                term._taught(answered(rows[:1], rows[:1], output, table, links), output.logits) for _ in range(300)
            ]
        counts[place] = torch.stack([each.weight for each in taught]).mean()
    assert counts[1] > counts[0] + 0.2


def test_alpha_falls_with_epochs() -> None:
    term, still = HardnessAware(alpha=2.0, decay=0.5), HardnessAware(alpha=0.5)
    with seeded(0, "a"):
        late = term(batch(epoch=3))
    with seeded(0, "a"):
        assert torch.equal(late, still(batch()))


def test_weights_of_rows_count() -> None:
    one = torch.zeros(7)
    one[2] = 3.0
    with seeded(0, "a"):
        found = HardnessAware(alpha=1e9, scheme="weight", average="nodes")(batch(weights=one))
    alone = HardnessAware(alpha=1e9, scheme="weight", average="nodes")(batch(ROWS[2:3]))
    torch.testing.assert_close(found, alone)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"decay": 1.1}, r"hardness_aware\.decay: expected at most 1, got 1\.1"),
        ({"alpha": 0}, r"hardness_aware\.alpha: expected a positive number, got 0"),
        ({"scheme": "mix"}, r"scheme: expected one of 'mixup', 'weight', got 'mix'"),
    ],
)
def test_impossible_options_are_refused(options: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        HardnessAware(**options)

"""Attention maps: the value equals a dense double loop, and the student's own map is asked of the teacher's keys."""

import math

import pytest
import torch
from torch import Tensor, nn

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.knowledge import TeacherKnowledge
from gnn2mlp.nn.csr import CSR
from gnn2mlp.nn.mlp import MLPOutput
from gnn2mlp.objectives import Batch
from gnn2mlp.objectives.attention_maps import AttentionMaps
from tests.helpers import tiny_graph

NODES, HEADS, WIDTH, HIDDEN = 60, 2, 3, 4


def table(seed: int = 0) -> TeacherKnowledge:
    random = torch.Generator().manual_seed(seed)
    values = {f"attention_{side}": 2 * torch.randn(NODES, HEADS, WIDTH, generator=random) for side in ("query", "key")}
    return TeacherKnowledge(torch.arange(NODES), values)


def batch(hidden: Tensor, rows: Tensor, adjacency: CSR, weights: Tensor | None = None) -> Batch:
    output = MLPOutput(torch.zeros(len(rows), 3), hidden)
    links = {"neighbours": adjacency.rows(rows)}
    return Batch(rows, torch.full((len(rows),), -1), tables={"teacher": table()}, links=links, answer=output,
                 weights=weights)  # fmt: skip


def prepared(temperature: float = 1.0) -> AttentionMaps:
    torch.manual_seed(0)
    objective = AttentionMaps(temperature)
    objective.prepare({"teacher": table()}, HIDDEN)
    return objective


def looped(objective: AttentionMaps, hidden: Tensor, rows: Tensor, adjacency: CSR) -> float:
    """The same by a loop over nodes, heads and neighbours."""
    found, dense, tau = table(), adjacency.to_dense(), objective.temperature
    query, key = found["attention_query"].double(), found["attention_key"].double()
    own = objective.query(hidden).view(-1, HEADS, WIDTH).double()
    total = 0.0
    for place, i in enumerate(rows.tolist()):
        reached = [i, *dense[i].nonzero()[:, 0].tolist()]
        for head in range(HEADS):
            maps = []
            for asked in (query[i, head], own[place, head]):
                scores = [
                    float(asked @ key[j, head]) / (tau * math.sqrt(WIDTH)) + (math.log(dense[i, j]) if j != i else 0.0)
                    for j in reached
                ]
                maps.append(torch.tensor(scores, dtype=torch.float64).softmax(0))
            assert float(maps[0].sum()) == pytest.approx(1)
            total += float((maps[0] * (maps[0].log() - maps[1].log())).sum()) / HEADS
    return tau**2 * total / len(rows)


@pytest.mark.parametrize("temperature", [1.0, 2.0])
@pytest.mark.parametrize("weighted", [False, True])
def test_equals_a_loop_over_all_pairs(temperature: float, weighted: bool) -> None:
    adjacency = tiny_graph(weighted=weighted).adjacency
    objective, rows = prepared(temperature), torch.tensor([3, 0, 41, 17])
    hidden = torch.randn(4, HIDDEN, generator=torch.Generator().manual_seed(1))
    value = objective(batch(hidden, rows, adjacency))
    assert float(value) == pytest.approx(looped(objective, hidden, rows, adjacency), rel=1e-4)
    assert float(value) > 0


class Says(nn.Module):
    def __init__(self, query: Tensor):
        super().__init__()
        self.said = query

    def forward(self, hidden: Tensor) -> Tensor:
        return self.said.flatten(1)


def test_is_zero_with_no_gradient_where_the_student_asks_as_its_teacher() -> None:
    objective, rows = prepared(), torch.arange(NODES)
    query = table()["attention_query"].clone().requires_grad_()
    objective.query = Says(query)
    value = objective(batch(torch.zeros(NODES, HIDDEN), rows, tiny_graph().adjacency))
    assert float(value) == pytest.approx(0, abs=1e-5)
    value.backward()
    assert query.grad is not None
    torch.testing.assert_close(query.grad, torch.zeros_like(query), atol=1e-7, rtol=0)


def test_a_node_without_neighbours_adds_nothing() -> None:
    empty = CSR.from_dense(torch.zeros(NODES, NODES))
    objective = prepared()
    hidden = torch.randn(2, HIDDEN).requires_grad_()
    value = objective(batch(hidden, torch.tensor([5, 6]), empty))
    assert float(value) == pytest.approx(0, abs=1e-6)
    value.backward()
    assert hidden.grad is not None
    assert bool(hidden.grad.isfinite().all())


def test_an_epoch_of_batches_is_the_whole() -> None:
    adjacency, objective = tiny_graph().adjacency, prepared()
    hidden = torch.randn(NODES, HIDDEN, generator=torch.Generator().manual_seed(1))
    whole = objective(batch(hidden, torch.arange(NODES), adjacency))
    parts = [objective(batch(hidden[rows], rows, adjacency)) for rows in torch.arange(NODES).split(20)]
    torch.testing.assert_close(torch.stack(parts).mean(), whole)


def test_rows_weigh_as_their_samples() -> None:
    adjacency, objective, rows = tiny_graph().adjacency, prepared(), torch.tensor([3, 0])
    hidden = torch.randn(2, HIDDEN, generator=torch.Generator().manual_seed(1))
    alone = objective(batch(hidden[1:], rows[1:], adjacency))
    weighed = objective(batch(hidden, rows, adjacency, torch.tensor([0.0, 2.0])))
    torch.testing.assert_close(weighed, alone)


def test_needs_a_teacher() -> None:
    with pytest.raises(ConfigError, match="expected knowledge with attention queries"):
        AttentionMaps().prepare({}, 4)

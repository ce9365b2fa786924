"""Links among the rows of a batch."""

import pytest
import torch

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.nn.mlp import MLPOutput
from gnn2mlp.objectives._within import links_within
from tests.helpers import tiny_graph
from tests.tiny import answered

GRAPH = tiny_graph(weighted=True, directed=True)
NOTHING = MLPOutput(torch.zeros(1, 1), torch.zeros(1, 1))


@pytest.mark.parametrize(
    "rows", [torch.arange(60), torch.randperm(60, generator=torch.Generator().manual_seed(0))[:25]]
)
def test_equals_the_block_of_the_dense_adjacency(rows: torch.Tensor) -> None:
    batch = answered(rows, rows, NOTHING, neighbours=GRAPH.adjacency.rows(rows))
    found = links_within(batch, "example")
    torch.testing.assert_close(found.to_dense(), GRAPH.adjacency.to_dense()[rows][:, rows])
    assert links_within(batch, "example") is found
    x = torch.randn(rows.numel(), 3, requires_grad=True)
    (gradient,) = torch.autograd.grad((found @ x).square().sum(), x)
    dense = found.to_dense()
    torch.testing.assert_close(gradient, 2 * dense.T @ dense @ x.detach())


def test_a_batch_without_neighbours_is_refused() -> None:
    with pytest.raises(ConfigError, match="example: expected a batch with neighbours, got none"):
        links_within(answered(torch.arange(1), torch.arange(1), NOTHING), "example")

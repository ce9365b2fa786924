import pytest
import torch

from gnn2mlp.nn.mlp import MLP
from gnn2mlp.nn.node_sets import NodeSets
from gnn2mlp.nn.set_network import SET_POOLINGS, SetNetwork, pooled_width

WHERE = torch.tensor([0, 0, 0, 1, 2, 2])


def network(pool: str) -> SetNetwork:
    torch.manual_seed(0)
    return SetNetwork(MLP(4, 8, 8), MLP(pooled_width(pool, 8), 8, 3), pool).eval()  # type: ignore[arg-type]


@pytest.mark.parametrize("pool", SET_POOLINGS)
def test_a_set_is_judged_by_itself_and_in_any_order(pool: str) -> None:
    module, rows = network(pool), torch.rand(6, 4)
    whole = module(NodeSets(rows, WHERE, 3)).logits
    turned = NodeSets(rows[[2, 0, 1, 3, 5, 4]], WHERE, 3)
    torch.testing.assert_close(module(turned).logits, whole)
    alone = NodeSets(rows[4:], torch.zeros(2, dtype=torch.int64), 1)
    torch.testing.assert_close(module(alone).logits, whole[2:])


@pytest.mark.parametrize(
    ("pool", "sees"),
    [("mean", False), ("max", False), ("sum", True), ("mean+size", True), ("mean+max+size", True)],
)
def test_which_pools_see_how_large_a_set_is(pool: str, sees: bool) -> None:
    module, rows = network(pool), torch.rand(3, 4)
    once = module.pooled(rows, NodeSets(rows, torch.zeros(3, dtype=torch.int64), 1))
    twice = torch.cat([rows, rows])
    both = module.pooled(twice, NodeSets(twice, torch.zeros(6, dtype=torch.int64), 1))
    assert torch.allclose(once, both, atol=1e-6) != sees


def test_mean_pool_by_hand() -> None:
    module, rows = network("mean"), torch.rand(6, 4)
    h = module.embed(rows).logits.relu()
    expected = module.head(torch.stack([h[:3].mean(0), h[3], h[4:].mean(0)])).logits
    torch.testing.assert_close(module(NodeSets(rows, WHERE, 3)).logits, expected)


def test_parts_of_a_pool_stand_side_by_side_by_hand() -> None:
    module, rows = network("mean+max+size"), torch.rand(3, 4)
    h = module.embed(rows).logits.relu()
    size = torch.tensor([3.0]).log()
    expected = module.head(torch.cat([h.mean(0), h.max(0).values, size])[None]).logits
    torch.testing.assert_close(module(NodeSets(rows, torch.zeros(3, dtype=torch.int64), 1)).logits, expected)

"""A network over blocks asked as students' networks are."""

import torch
from torch import Tensor, nn

from gnn2mlp.nn.block_network import BlockNetwork, BlockRows


class Doubled(nn.Module):
    def forward(self, x: Tensor, blocks: list[Tensor]) -> tuple[Tensor, Tensor]:
        return 2 * x, x + blocks[0]


def test_gives_all_targets_or_those_that_are_chosen_in_their_order() -> None:
    x, network = torch.arange(3.0)[:, None], BlockNetwork(Doubled(), 1)
    said = network(BlockRows(x, [torch.ones(())]))
    assert (said.logits.flatten().tolist(), said.hidden.flatten().tolist()) == ([0, 2, 4], [1, 2, 3])
    chosen = network(BlockRows(x, [torch.ones(())], torch.tensor([2, 0])))
    assert (chosen.logits.flatten().tolist(), chosen.hidden.flatten().tolist()) == ([4, 0], [3, 1])

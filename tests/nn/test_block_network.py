"""A network over blocks asked as students' networks are."""

import torch
from torch import Tensor, nn

from gnn2mlp.nn.block_network import BlockNetwork, BlockRows, LayersOutput, layers_of
from gnn2mlp.nn.mlp import MLPOutput


class Doubled(nn.Module):
    def by_layer(self, x: Tensor, blocks: list[Tensor]) -> tuple[Tensor, list[Tensor]]:
        return 2 * x, [-x, x + blocks[0]]


def test_gives_all_targets_or_those_that_are_chosen_in_their_order() -> None:
    x, network = torch.arange(3.0)[:, None], BlockNetwork(Doubled(), 1)
    said = network(BlockRows(x, [torch.ones(())]))
    assert (said.logits.flatten().tolist(), said.hidden.flatten().tolist()) == ([0, 2, 4], [1, 2, 3])
    chosen = network(BlockRows(x, [torch.ones(())], torch.tensor([2, 0])))
    assert (chosen.logits.flatten().tolist(), chosen.hidden.flatten().tolist()) == ([4, 0], [3, 1])
    assert [layer.flatten().tolist() for layer in layers_of(chosen)] == [[-2, 0], [3, 1]]


def test_of_other_networks_the_last_hidden_layer_is_all_that_is_told() -> None:
    logits, hidden = torch.zeros(2, 3), torch.ones(2, 4)
    assert [layer is hidden for layer in layers_of(MLPOutput(logits, hidden))] == [True]
    said = LayersOutput.of(logits, [-hidden, hidden])
    assert said.hidden is hidden
    assert len(said) == 2  # it unpacks as any output does

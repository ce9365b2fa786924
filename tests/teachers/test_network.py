"""The stack of layers: what is applied where."""

import torch
from torch import Tensor, nn

from gnn2mlp.data import GraphBlock, NeighbourSampler
from gnn2mlp.teachers._network import GNN
from tests.helpers import tiny_graph


class Recorder(nn.Module):
    """Adds one to the rows of the targets, and keeps what it was given."""

    def forward(self, x: Tensor, block: GraphBlock) -> Tensor:
        self.x, self.block = x, block
        return x[: block.num_targets] + 1


def network(dropout: float = 0.0, layers: int = 3) -> tuple[GNN, list[Recorder]]:
    convs = [Recorder() for _ in range(layers)]
    return GNN(convs, [2] * (layers - 1), dropout, "none"), convs


def test_each_layer_gets_its_block_and_only_hidden_ones_are_rectified() -> None:
    module, convs = network()
    blocks = NeighbourSampler(tiny_graph().adjacency).sample_blocks(torch.tensor([5, 11]), [2, 2, 2])
    x = torch.full((blocks[0].sources.numel(), 2), -2.5)
    logits, hidden = module.eval()(x, blocks)
    assert [conv.block for conv in convs] == blocks
    # -2.5 + 1 is cut to 0; 0 + 1 passes; 1 + 1 is the logit.
    assert convs[1].x.unique().item() == 0.0
    assert torch.equal(hidden, torch.ones(2, 2))
    assert torch.equal(logits, torch.full((2, 2), 2.0))


def test_logits_are_not_rectified() -> None:
    class Negative(Recorder):
        def forward(self, x: Tensor, block: GraphBlock) -> Tensor:
            return -1 - x[: block.num_targets]

    block = NeighbourSampler(tiny_graph().adjacency).full_block()
    logits, hidden = GNN([Negative(), Negative()], [2], 0.0, "none").eval()(torch.zeros(60, 2), [block] * 2)
    assert hidden.unique().item() == 0.0
    assert logits.unique().item() == -1.0


def test_dropout_acts_on_hidden_activations_in_training_only() -> None:
    module, convs = network(dropout=0.5, layers=2)
    block = NeighbourSampler(tiny_graph().adjacency).full_block()
    x = torch.zeros(60, 2)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        logits, hidden = module.train()(x, [block] * 2)
    assert set(hidden.unique().tolist()) == {0.0, 2.0}  # dropped, or 1 / (1 - 0.5)
    assert torch.equal(logits, hidden + 1)
    assert torch.equal(module.eval()(x, [block] * 2)[1], torch.ones(60, 2))
    assert convs[0].x is x

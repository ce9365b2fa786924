import torch

from gnn2mlp.data import graph_set_from_arrays
from gnn2mlp.teachers.graph_mixer import FeedForward, GraphMixer, Mixer, MixerBlock
from tests.graphs import graph_views

FILLED = torch.tensor([[True, True, False], [True, False, False]])


def mixer(mask_tokens: bool) -> Mixer:
    torch.manual_seed(0)
    return Mixer(2, slots=3, width=4, token_hidden=6, dropout=0.0, mask_tokens=mask_tokens)


def gradient_of_empty(mask_tokens: bool) -> float:
    """How much the mean over slots with a patch tells of those without."""
    tokens = torch.randn(2, 3, 4, generator=torch.Generator().manual_seed(1)).requires_grad_()
    mixed = mixer(mask_tokens)(tokens, torch.zeros(2, 3, 3), FILLED)
    (mixed * FILLED[..., None]).square().sum().backward()
    assert tokens.grad is not None
    return float(tokens.grad[~FILLED].abs().max())


def test_masked_slots_tell_nothing_and_released_ones_do() -> None:
    assert gradient_of_empty(mask_tokens=True) == 0
    assert gradient_of_empty(mask_tokens=False) > 0


def test_a_block_by_hand() -> None:
    """Two slots, identity for LN's result z = ±1: tokens are swapped by the first MLP, the second is silent."""
    block = MixerBlock(slots=2, width=2, token_hidden=2, dropout=0.0, mask_tokens=False).eval()
    for weight in block.parameters():
        weight.data.zero_()
    block.norms[0].weight.data.fill_(1.0)
    block.tokens.first.weight.data.copy_(torch.eye(2))
    block.tokens.second.weight.data.copy_(torch.eye(2).flip(0))
    z = torch.tensor([[[1.0, -1.0], [3.0, 5.0]]])
    gelu = torch.nn.functional.gelu(torch.tensor([[1.0, -1.0], [-1.0, 1.0]]))  # LN of both rows
    found = block(z, torch.ones(1, 2, dtype=torch.bool))
    torch.testing.assert_close(found, z + gelu.flip(0)[None], rtol=1e-4, atol=1e-4)


def test_dropout_in_training_alone() -> None:
    x = torch.ones(50, 4)
    layer = FeedForward(4, 8, dropout=0.5)
    assert not torch.equal(layer(x)[0], layer(x)[1])
    layer.eval()
    assert torch.equal(layer(x)[0], layer(x)[1])


def test_it_learns_which_cycle_a_graph_holds() -> None:
    """The number of nodes is all the same: what differs is how they are linked, which patches tell."""
    one, two = [(i, (i + 1) % 8) for i in range(8)], [(i, (i + 1) % 4) for i in range(4)]
    two += [(a + 4, b + 4) for a, b in two]
    pairs = [(a + 8 * graph, b + 8 * graph) for graph in range(40) for a, b in (one, two)[graph % 2]]
    labels = [graph % 2 for graph in range(40)]
    graphs = graph_set_from_arrays(
        labels, [node // 8 for node in range(320)], torch.tensor(pairs).T, node_codes=[0] * 320
    )
    teacher = GraphMixer(patches=3, hidden=8, layers=1, mixer_layers=1, dropout=0.0, epochs=30, lr=0.02, batch_size=8)
    teacher.fit(graph_views(graphs).observed)
    assert graphs.task.score(teacher.predict(graphs), graphs.labels) == 1.0

import pytest
import torch

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.decoders import Hadamard


def test_it_is_its_formula_by_hand() -> None:
    decoder = Hadamard(hidden=2).build(2).eval()
    with torch.no_grad():
        decoder.map.weight.copy_(torch.tensor([[1.0, -1.0], [2.0, 0.5]]))
        decoder.map.bias.copy_(torch.tensor([0.5, 0.0]))
        decoder.head.weight.copy_(torch.tensor([[3.0], [10.0]]))
        decoder.head.bias.fill_(-1.0)
    # z_u * z_v = (2, 3); W1 gives (2 + 6 + .5, -2 + 1.5), of which the second is cut off; 3 * 8.5 - 1.
    assert decoder(torch.tensor([[1.0, 3.0]]), torch.tensor([[2.0, 1.0]])).tolist() == [24.5]


def test_dropout_is_behind_the_hidden_layer_and_in_training_alone() -> None:
    torch.manual_seed(0)
    decoder, u, v = Hadamard(hidden=64, dropout=0.5).build(8), torch.rand(4, 8), torch.rand(4, 8)
    assert not torch.equal(decoder(u, v), decoder(u, v))
    assert torch.equal(decoder.eval()(u, v), decoder(u, v))
    undropped = Hadamard(dropout=0.0).build(8)
    assert torch.equal(undropped(u, v), undropped(u, v))


def test_options_that_cannot_be_are_refused() -> None:
    with pytest.raises(ConfigError, match=r"decoder.hidden: expected at least 1, got 0"):
        Hadamard(hidden=0)
    with pytest.raises(ConfigError, match=r"decoder.dropout: expected a number from 0 to below 1, got 1"):
        Hadamard(dropout=1.0)

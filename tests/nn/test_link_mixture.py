"""Networks of links side by side, and the gate that mixes them."""

import pytest
import torch
from torch import nn

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.decoders import Dot, Hadamard
from gnn2mlp.nn.link_mixture import GatedDecoder, SideBySide
from gnn2mlp.nn.mlp import MLP


def gated(frozen: bool = False) -> GatedDecoder:
    torch.manual_seed(0)
    return GatedDecoder([Hadamard(hidden=6).build(3) for _ in range(2)], width=3, hidden=4, frozen=frozen)


def test_outputs_lie_side_by_side() -> None:
    parts, x = [MLP(4, 8, 3), MLP(4, 8, 2)], torch.rand(5, 4)
    both = SideBySide(parts).eval()(x)
    assert torch.equal(both.logits, torch.cat([part.eval()(x).logits for part in parts], dim=1))
    assert both.hidden is both.logits


def test_each_decoder_reads_its_part_and_the_gate_multiplies_it() -> None:
    module = gated().eval()
    nn.init.normal_(module.head.weight)
    u, v = torch.rand(2, 7, 6)
    said = [
        decoder(u[:, part], v[:, part]) for decoder, part in zip(module.parts, (slice(3), slice(3, 6)), strict=True)
    ]
    shares = module.shares(u, v)
    assert shares.shape == (7, 2)
    torch.testing.assert_close(module(u, v), shares[:, 0] * said[0] + shares[:, 1] * said[1])
    torch.testing.assert_close(module(u, v), module(v, u))


def test_it_begins_as_the_mean() -> None:
    module = gated().eval()
    u, v = torch.rand(2, 7, 6)
    assert torch.equal(module.shares(u, v), torch.full((7, 2), 0.5))


@pytest.mark.parametrize("frozen", [False, True])
def test_what_is_frozen_takes_no_gradient_and_drops_nothing(frozen: bool) -> None:
    module = gated(frozen).train()
    u, v = torch.rand(2, 50, 6)
    module(u, v).sum().backward()
    assert all((parameter.grad is None) == frozen for parameter in module.parts.parameters())
    assert module.head.bias.grad is not None
    assert module.map.training
    assert any(part.training for part in module.parts) != frozen
    side = SideBySide([MLP(6, 8, 3, dropout=0.5)], frozen).train()
    assert torch.equal(side(u).logits, side(u).logits) == frozen
    assert not any(part.training for part in side.eval().modules())


def test_of_nothing_there_is_no_mixture() -> None:
    with pytest.raises(ConfigError, match="networks side by side: expected at least one, got none"):
        SideBySide([])
    with pytest.raises(ConfigError, match="gated decoder: expected at least one decoder, got none"):
        GatedDecoder([], width=3)
    assert len(GatedDecoder([Dot().build(2)], width=2).parts) == 1
